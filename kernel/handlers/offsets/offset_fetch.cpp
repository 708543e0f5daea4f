// SPDX-License-Identifier: Apache-2.0

#include "handlers/offsets/offset_fetch.h"

#include "handlers/errors.h"

namespace tenon::handlers {
namespace {

using Request = wire::OffsetFetchRequest;
using Response = wire::OffsetFetchResponse;
using AskedGroup = Request::OffsetFetchRequestGroup;
using Group = Response::OffsetFetchResponseGroup;

constexpr int16_t kFirstBatchedVersion = 8;
constexpr int16_t kFirstTopLevelError = 2;

Future<Result<Group>> ask(Call& call, const metadata::Image& image, AskedGroup asked,
                          bool require_stable) {
  const std::string id = asked.group_id;
  return call.services.groups.call<Group>(
      call.scheduler(), image, id,
      [asked = std::move(asked), require_stable](groups::GroupCoordinator& coordinator) mutable {
        return coordinator.offset_fetch(std::move(asked), require_stable);
      });
}

Group refused(const std::string& id, const Error& error) {
  Group group;
  group.group_id = id;
  group.error_code = error_code(error);
  return group;
}

AskedGroup from_flat(Request& request) {
  AskedGroup asked;
  asked.group_id = request.group_id;
  asked.topics.reset();
  if (!request.topics) return asked;
  asked.topics.emplace();
  for (auto& topic : *request.topics) {
    asked.topics->push_back({topic.name, topic.partition_indexes});
  }
  return asked;
}

// Version 0 and 1 have no place for a group's error but the partitions'.
void fill_flat(Response& response, const Request& request, Group group, int16_t version) {
  response.error_code = group.error_code;
  for (auto& topic : group.topics) {
    auto& to = response.topics.emplace_back();
    to.name = std::move(topic.name);
    for (auto& partition : topic.partitions) {
      to.partitions.push_back({partition.partition_index, partition.committed_offset,
                               partition.committed_leader_epoch, std::move(partition.metadata),
                               partition.error_code});
    }
  }
  if (group.error_code == kNoError || version >= kFirstTopLevelError || !request.topics) return;
  response.topics.clear();
  for (const auto& topic : *request.topics) {
    auto& to = response.topics.emplace_back();
    to.name = topic.name;
    for (const int32_t index : topic.partition_indexes) {
      to.partitions.push_back({index, -1, -1, "", group.error_code});
    }
  }
}

}  // namespace

Task<Response> handle_offset_fetch(Call& call, Request request) {
  const auto image = call.image();
  Response response;
  if (call.version() < kFirstBatchedVersion) {
    auto group = co_await ask(call, *image, from_flat(request), request.require_stable);
    fill_flat(response, request,
              group ? std::move(*group) : refused(request.group_id, group.error()), call.version());
    co_return response;
  }
  std::vector<Future<Result<Group>>> pending;
  for (const AskedGroup& asked : request.groups) {
    pending.push_back(ask(call, *image, asked, request.require_stable));
  }
  for (size_t i = 0; i < pending.size(); ++i) {
    auto group = co_await std::move(pending[i]);
    response.groups.push_back(group ? std::move(*group)
                                    : refused(request.groups[i].group_id, group.error()));
  }
  co_return response;
}

}  // namespace tenon::handlers
