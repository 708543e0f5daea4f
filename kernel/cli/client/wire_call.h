// SPDX-License-Identifier: Apache-2.0
//
// One request of Kafka's protocol and its answer, for what librdkafka of Debian does not know:
// groups of the consumer protocol, types of groups, and configs of groups. To one broker, on a
// connection of its own, in plain text; waits no longer than kAnswerMs.
//
// One thread; blocks.
#pragma once

#include <string>
#include <utility>

#include "base/bytes.h"
#include "cli/client/client.h"
#include "wire/api.h"
#include "wire/codec.h"

namespace tenon::cli {

struct BrokerAddress {
  std::string host;
  int port = 0;
  int32_t id = -1;

  std::string text() const { return host + ":" + std::to_string(port); }
};

// All that are there.
Outcome<std::vector<BrokerAddress>> brokers_of(const Client& client);
// The one that coordinates the group.
Outcome<BrokerAddress> coordinator_of(const Client& client, const std::string& group);

// The body of the answer. kUnreachable when there is none.
Outcome<Bytes> exchange(const BrokerAddress& broker, wire::ApiKey key, int16_t version,
                        const Bytes& body);

template <class Response, class Request>
Outcome<Response> ask_broker(const BrokerAddress& broker, Request request, int16_t version) {
  auto body =
      exchange(broker, Request::kApiKey, version, wire::encode_bytes(std::move(request), version));
  if (!body) return std::unexpected(std::move(body.error()));
  auto response = wire::decode<Response>(*body, version);
  if (!response)
    return failed(kFailed, broker.text() + " answers something else: " + response.error().text());
  return std::move(*response);
}

// "GROUP_ID_NOT_FOUND: there is no group billing", and what that means for scripts.
Failure failure_of(int16_t error_code, const std::string& what, const std::string& reason);

}  // namespace tenon::cli
