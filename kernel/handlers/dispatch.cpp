// SPDX-License-Identifier: Apache-2.0

#include "handlers/dispatch.h"

#include <fmt/format.h>

#include <limits>

#include "base/trace.h"
#include "handlers/admin/api_versions.h"
#include "handlers/data/old_produce.h"
#include "handlers/table.h"
#include "wire/codec.h"

namespace tenon::handlers {
namespace {

std::string what(const wire::RequestHeader& header) {
  return std::string(wire::to_string(header.api_key)) + " (key " +
         std::to_string(static_cast<int16_t>(header.api_key)) + ") version " +
         std::to_string(header.api_version);
}

// Enough for the answer to a small request; a larger one grows.
constexpr size_t kReplyBytes = 256;

// Requests take many times their bytes once they are decoded, and only Produce has much to say.
constexpr size_t kRequestBytesMax = 2u << 20;
// Of those that grow with the size of a group or of the cluster.
constexpr size_t kLargeRequestBytesMax = 8u << 20;

size_t request_bytes_max(wire::ApiKey key) {
  using enum wire::ApiKey;
  if (key == kProduce) return std::numeric_limits<size_t>::max();  // the listener's limit holds
  const bool large =
      key == kJoinGroup || key == kSyncGroup || key == kOffsetCommit || key == kCreateTopics;
  return large ? kLargeRequestBytesMax : kRequestBytesMax;
}

// A version of ApiVersions that we do not speak is answered in version 0, so that the client can
// ask again; the connection stays (KIP-511).
OutputChain answer_unknown_api_versions(const wire::RequestHeader& header) {
  OutputChain reply;
  wire::encode_response_header(header.api_key, 0, header.correlation_id, reply);
  wire::encode(unsupported_api_versions(), 0, reply);
  return reply;
}

Task<Body> answer(Call& call, const Api& api, MutableBytes body) {
  OutputChain reply;
  reply.bytes.reserve(kReplyBytes);
  wire::encode_response_header(api.key, call.version(), call.header.correlation_id, reply);
  if (api.key == wire::ApiKey::kProduce && call.version() < kFirstProduceVersion) {
    co_return refuse_old_produce(body, call.version(), std::move(reply));
  }
  co_return co_await api.handle(call, body, std::move(reply));
}

}  // namespace

Task<Body> handle_frame(Services& services, size_t shard, net::ConnectionInfo& connection,
                        MutableBytes frame) {
  trace(TraceWay::kIn, "handlers/dispatch");
  const Clock& clock = services.replicas.scheduler(shard).clock();
  const MonoTime began = clock.now();
  auto decoded = wire::decode_request_header(frame);
  const Api* api = decoded ? find_api(decoded->header.api_key) : nullptr;
  if (api == nullptr) {
    services.metrics.refused().add();
    if (!decoded) co_return forward(decoded);
    co_return fail(Errc::kUnsupportedVersion, what(decoded->header), "is not answered here");
  }
  Call call{services, shard, connection, std::move(decoded->header)};
  if (!api->advertised.contains(call.version())) {
    services.metrics.refused().add();
    if (api->key == wire::ApiKey::kApiVersions) {
      co_return std::optional(answer_unknown_api_versions(call.header));
    }
    co_return fail(Errc::kUnsupportedVersion, what(call.header), "is not answered here");
  }
  if (frame.size() > request_bytes_max(api->key)) {
    services.metrics.refused().add();
    co_return fail(Errc::kTooLarge, what(call.header),
                   fmt::format("a request of {} bytes is longer than the {} that it may have",
                               frame.size(), request_bytes_max(api->key)));
  }
  auto& metrics = services.metrics.of(api->key);
  metrics.request_bytes.add(frame.size());
  auto reply = co_await answer(call, *api, frame.subspan(decoded->bytes));
  trace(TraceWay::kOut, "handlers/dispatch");
  metrics.requests.add();
  if (!reply) metrics.errors.add();
  if (reply && *reply) metrics.response_bytes.add((*reply)->size());
  metrics.latency.observe(clock.now() - began);
  co_return reply;
}

}  // namespace tenon::handlers
