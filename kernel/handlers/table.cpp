// SPDX-License-Identifier: Apache-2.0

#include "handlers/table.h"

#include <algorithm>
#include <array>

#include "handlers/admin/alter_configs.h"
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
#include "handlers/data/old_produce.h"
#include "handlers/data/produce.h"
#include "handlers/groups/consumer_group_describe.h"
#include "handlers/groups/consumer_group_heartbeat.h"
#include "handlers/groups/delete_groups.h"
#include "handlers/groups/describe_groups.h"
#include "handlers/groups/find_coordinator.h"
#include "handlers/groups/heartbeat.h"
#include "handlers/groups/join_group.h"
#include "handlers/groups/leave_group.h"
#include "handlers/groups/list_groups.h"
#include "handlers/groups/sync_group.h"
#include "handlers/offsets/offset_commit.h"
#include "handlers/offsets/offset_delete.h"
#include "handlers/offsets/offset_fetch.h"
#include "wire/codec.h"

namespace tenon::handlers {
namespace {

// What a handler function takes and gives, from its type.
template <class F>
struct HandlerTypes;
template <class Given, class Request>
struct HandlerTypes<Task<Given> (*)(Call&, Request)> {
  using Asked = Request;
};
template <auto Handle>
using Asked = typename HandlerTypes<decltype(Handle)>::Asked;

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
  auto request = wire::decode<Asked<Handle>>(body, call.version());
  if (!request) co_return forward(request);
  co_return encode_answer(call, co_await Handle(call, std::move(*request)), std::move(header));
}

// One line of the table. Does not compile if it offers what the wire cannot decode; versions before
// `decoded_from` are answered without it.
template <auto Handle>
consteval Api api(wire::VersionRange advertised, int16_t decoded_from) {
  constexpr wire::VersionRange known = Asked<Handle>::kVersions;
  if (decoded_from < known.min || advertised.max > known.max) throw "not in the wire's versions";
  return {Asked<Handle>::kApiKey, advertised, run<Handle>};
}
template <auto Handle>
consteval Api api(wire::VersionRange advertised) {
  return api<Handle>(advertised, advertised.min);
}

constexpr std::array kApis{
    // Versions 0 to 2 are offered because librdkafka looks for them before it compresses, and
    // answered with UNSUPPORTED_VERSION (see dispatch.cpp).
    api<handle_produce>({0, 11}, kFirstProduceVersion),
    api<handle_fetch>({4, 16}),
    api<handle_list_offsets>({0, 9}),
    api<handle_metadata>({0, 12}),
    api<handle_offset_commit>({0, 9}),
    api<handle_offset_fetch>({0, 9}),
    api<handle_find_coordinator>({0, 5}),
    api<handle_join_group>({0, 9}),
    api<handle_heartbeat>({0, 4}),
    api<handle_leave_group>({0, 5}),
    api<handle_sync_group>({0, 5}),
    api<handle_describe_groups>({0, 6}),
    api<handle_list_groups>({0, 5}),
    api<handle_api_versions>({0, 4}),
    api<handle_create_topics>({0, 7}),
    api<handle_delete_topics>({0, 6}),
    api<handle_delete_records>({0, 2}),
    api<handle_init_producer_id>({0, 5}),
    api<handle_offset_for_leader_epoch>({0, 4}),
    api<handle_describe_configs>({0, 4}),
    api<handle_create_partitions>({0, 3}),
    api<handle_delete_groups>({0, 2}),
    api<handle_alter_configs>({0, 2}),
    api<handle_incremental_alter_configs>({0, 1}),
    api<handle_offset_delete>({0, 0}),
    api<handle_consumer_group_heartbeat>({0, 1}),
    api<handle_consumer_group_describe>({0, 1}),
    api<handle_describe_cluster>({0, 1}),
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
