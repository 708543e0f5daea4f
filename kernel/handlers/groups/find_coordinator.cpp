// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/find_coordinator.h"

#include "groups/partitioning.h"
#include "handlers/errors.h"
#include "handlers/topic_creation.h"

namespace tenon::handlers {
namespace {

constexpr int8_t kGroup = 0;
constexpr int8_t kTransaction = 1;
constexpr int16_t kFirstBatchedVersion = 4;

using Coordinator = wire::FindCoordinatorResponse::Coordinator;

Coordinator refusal(std::string key, Errc code, std::string message) {
  Coordinator out;
  out.key = std::move(key);
  out.node_id = -1;
  out.port = -1;
  out.error_code = error_code(code);
  out.error_message = std::move(message);
  return out;
}

Coordinator locate(const metadata::Image& image, const std::string& group) {
  const auto* offsets = image.find(groups::kOffsetsTopic);
  if (offsets == nullptr) {
    return refusal(group, Errc::kCoordinatorNotAvailable, "__consumer_offsets is not there yet");
  }
  const auto partitions = static_cast<int32_t>(offsets->partitions.size());
  const auto index = static_cast<size_t>(groups::partition_for(group, partitions));
  const auto* broker = image.find_broker(offsets->partitions[index].leader);
  if (broker == nullptr) {
    return refusal(group, Errc::kCoordinatorNotAvailable, "its partition has no leader");
  }
  Coordinator out;
  out.key = group;
  out.node_id = broker->id.value;
  out.host = broker->host;
  out.port = broker->port;
  out.error_message.reset();
  return out;
}

Task<Coordinator> find(Call& call, int8_t key_type, std::string key) {
  if (key_type == kTransaction) {
    co_return refusal(std::move(key), Errc::kTransactionalIdNotSupported,
                      "this broker offers no transactions");
  }
  if (key_type != kGroup) {
    co_return refusal(std::move(key), Errc::kInvalidRequest, "no such kind of coordinator");
  }
  const auto there = co_await ensure_offsets_topic(call);
  if (!there) {
    co_return refusal(std::move(key), Errc::kCoordinatorNotAvailable, there.error().text());
  }
  co_return locate(*call.image(), key);
}

}  // namespace

Task<wire::FindCoordinatorResponse> handle_find_coordinator(Call& call,
                                                            wire::FindCoordinatorRequest request) {
  wire::FindCoordinatorResponse response;
  if (call.version() >= kFirstBatchedVersion) {
    for (auto& key : request.coordinator_keys) {
      response.coordinators.push_back(co_await find(call, request.key_type, std::move(key)));
    }
    co_return response;
  }
  Coordinator one = co_await find(call, request.key_type, std::move(request.key));
  response.error_code = one.error_code;
  response.error_message = std::move(one.error_message);
  response.node_id = one.node_id;
  response.host = std::move(one.host);
  response.port = one.port;
  co_return response;
}

}  // namespace tenon::handlers
