// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/list_groups.h"

namespace tenon::handlers {
namespace {

using Response = wire::ListGroupsResponse;

// Runs on the shard whose groups are listed. The first error of a coordinator stands for all: a
// client must not take a part of the list for the whole.
Task<Response> list_shard(groups::GroupDirectory& directory, size_t shard,
                          wire::ListGroupsRequest request) {
  Response all;
  for (const auto& [partition, coordinator] : directory.coordinators(shard)) {
    Response listed = co_await coordinator->list_groups(request);
    if (listed.error_code != 0) all.error_code = listed.error_code;
    for (auto& group : listed.groups) all.groups.push_back(std::move(group));
  }
  co_return all;
}

}  // namespace

Task<Response> handle_list_groups(Call& call, wire::ListGroupsRequest request) {
  auto& services = call.services;
  std::vector<Future<Response>> pending;
  for (size_t shard = 0; shard < services.replicas.shards(); ++shard) {
    pending.push_back(call_on(call.scheduler(), services.replicas.scheduler(shard),
                              [&directory = services.groups, shard, request] {
                                return list_shard(directory, shard, request);
                              }));
  }
  Response response;
  for (auto& future : pending) {
    Response listed = co_await std::move(future);
    if (listed.error_code != 0) response.error_code = listed.error_code;
    for (auto& group : listed.groups) response.groups.push_back(std::move(group));
  }
  if (response.error_code != 0) response.groups.clear();
  co_return response;
}

}  // namespace tenon::handlers
