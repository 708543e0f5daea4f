// SPDX-License-Identifier: Apache-2.0

#include "handlers/table.h"

#include <algorithm>
#include <array>

#include "handlers/admin/api_versions.h"
#include "handlers/admin/create_partitions.h"
#include "handlers/admin/create_topics.h"
#include "handlers/admin/delete_topics.h"
#include "handlers/admin/describe_cluster.h"
#include "handlers/admin/describe_configs.h"
#include "handlers/admin/incremental_alter_configs.h"
#include "handlers/admin/metadata.h"
#include "handlers/data/delete_records.h"
#include "handlers/data/fetch.h"
#include "handlers/data/init_producer_id.h"
#include "handlers/data/list_offsets.h"
#include "handlers/data/offset_for_leader_epoch.h"
#include "handlers/data/produce.h"
#include "handlers/groups/delete_groups.h"
#include "handlers/groups/describe_groups.h"
#include "handlers/groups/find_coordinator.h"
#include "handlers/groups/heartbeat.h"
#include "handlers/groups/join_group.h"
#include "handlers/groups/leave_group.h"
#include "handlers/groups/list_groups.h"
#include "handlers/groups/offset_commit.h"
#include "handlers/groups/offset_delete.h"
#include "handlers/groups/offset_fetch.h"
#include "handlers/groups/sync_group.h"
#include "wire/codec.h"

namespace tenon::handlers {
namespace {

// What a handler function takes and gives, from its type.
template <class F>
struct HandlerTypes;
template <class Response, class Request>
struct HandlerTypes<Task<Response> (*)(Call&, Request)> {
  using Asked = Request;
};

template <class Response>
Body encode_answer(const Call& call, Response response, OutputChain header) {
  wire::encode(std::move(response), call.version(), header);
  return std::optional(std::move(header));
}

template <class Response>
Body encode_answer(const Call& call, Result<std::optional<Response>> response, OutputChain header) {
  if (!response) return forward(response);
  if (!*response) return std::nullopt;
  return encode_answer(call, std::move(**response), std::move(header));
}

template <auto Handle>
Task<Body> run(Call& call, MutableBytes body, OutputChain header) {
  using Request = typename HandlerTypes<decltype(Handle)>::Asked;
  auto request = wire::decode<Request>(body, call.version());
  if (!request) co_return forward(request);
  co_return encode_answer(call, co_await Handle(call, std::move(*request)), std::move(header));
}

using enum wire::ApiKey;

constexpr std::array kApis{
    // Versions 0 to 2 are offered because librdkafka looks for them before it compresses, and
    // answered
    // with UNSUPPORTED_VERSION (see dispatch.cpp).
    Api{kProduce, {0, 11}, run<handle_produce>},
    Api{kFetch, {4, 16}, run<handle_fetch>},
    Api{kListOffsets, {0, 9}, run<handle_list_offsets>},
    Api{kMetadata, {0, 12}, run<handle_metadata>},
    Api{kOffsetCommit, {0, 9}, run<handle_offset_commit>},
    Api{kOffsetFetch, {0, 9}, run<handle_offset_fetch>},
    Api{kFindCoordinator, {0, 5}, run<handle_find_coordinator>},
    Api{kJoinGroup, {0, 9}, run<handle_join_group>},
    Api{kHeartbeat, {0, 4}, run<handle_heartbeat>},
    Api{kLeaveGroup, {0, 5}, run<handle_leave_group>},
    Api{kSyncGroup, {0, 5}, run<handle_sync_group>},
    Api{kDescribeGroups, {0, 5}, run<handle_describe_groups>},
    Api{kListGroups, {0, 5}, run<handle_list_groups>},
    Api{kApiVersions, {0, 4}, run<handle_api_versions>},
    Api{kCreateTopics, {0, 7}, run<handle_create_topics>},
    Api{kDeleteTopics, {0, 6}, run<handle_delete_topics>},
    Api{kDeleteRecords, {0, 2}, run<handle_delete_records>},
    Api{kInitProducerId, {0, 5}, run<handle_init_producer_id>},
    Api{kOffsetForLeaderEpoch, {0, 4}, run<handle_offset_for_leader_epoch>},
    Api{kDescribeConfigs, {0, 4}, run<handle_describe_configs>},
    Api{kCreatePartitions, {0, 3}, run<handle_create_partitions>},
    Api{kDeleteGroups, {0, 2}, run<handle_delete_groups>},
    Api{kIncrementalAlterConfigs, {0, 1}, run<handle_incremental_alter_configs>},
    Api{kOffsetDelete, {0, 0}, run<handle_offset_delete>},
    Api{kDescribeCluster, {0, 1}, run<handle_describe_cluster>},
};

}  // namespace

std::span<const Api> apis() {
  return kApis;
}

const Api* find_api(wire::ApiKey key) {
  const auto found = std::ranges::find(kApis, key, &Api::key);
  return found == kApis.end() ? nullptr : &*found;
}

}  // namespace tenon::handlers
