// SPDX-License-Identifier: Apache-2.0

#include "broker/group_routes.h"

#include <boost/json.hpp>

#include "groups/chronicle/cause.h"

namespace tenon::broker {
namespace {

namespace json = boost::json;
using groups::GroupDetails;
using groups::MemberDetails;
using groups::RebalanceNote;

json::string text(std::string_view view) {
  return json::string(json::string_view(view.data(), view.size()));
}

json::array partitions(const std::vector<TopicPartition>& all) {
  json::array list;
  for (const TopicPartition& one : all)
    list.push_back({{"topic", one.topic}, {"partition", one.partition}});
  return list;
}

json::object as_json(const MemberDetails& member) {
  json::array awaits;
  for (const auto& one : member.awaits) {
    awaits.push_back({{"topic", one.partition.topic},
                      {"partition", one.partition.partition},
                      {"from", one.from}});
  }
  json::array topics;
  for (const std::string& topic : member.topics) topics.push_back(text(topic));
  return {{"member_id", member.id},
          {"instance_id", member.instance_id},
          {"client_id", member.client_id},
          {"host", member.client_host},
          {"protocol", member.protocol},
          {"epoch", member.epoch},
          {"topics", std::move(topics)},
          {"regex", member.regex},
          {"holds", partitions(member.holds)},
          {"gives_up", partitions(member.gives_up)},
          {"awaits", std::move(awaits)},
          {"pending", member.pending},
          {"timeout_ms", member.timeout_ms},
          {"session_timeout_ms", member.session_timeout_ms}};
}

json::object as_json(const RebalanceNote& note) {
  json::array meanwhile;
  for (const auto& trigger : note.meanwhile) {
    meanwhile.push_back({{"cause", text(to_string(trigger.cause))},
                         {"words", text(in_words(trigger.cause))},
                         {"member_id", trigger.member_id}});
  }
  json::array evictions;
  for (const auto& eviction : note.evictions) {
    evictions.push_back({{"member_id", eviction.member_id},
                         {"cause", text(to_string(eviction.cause))},
                         {"words", text(in_words(eviction.cause))},
                         {"at_ms", eviction.at_ms}});
  }
  json::object shown{{"cause", text(to_string(note.cause))},
                     {"words", text(in_words(note.cause))},
                     {"member_id", note.member_id},
                     {"detail", note.detail},
                     {"began_ms", note.began_ms},
                     {"duration_ms", note.duration_ms},
                     {"epoch_before", note.epoch_before},
                     {"epoch_after", note.epoch_after},
                     {"members", note.members},
                     {"progress", text(to_string(note.progress))},
                     {"phase", text(to_string(note.phase))},
                     {"meanwhile", std::move(meanwhile)},
                     {"evictions", std::move(evictions)}};
  if (note.slowest) {
    shown["slowest"] = {{"member_id", note.slowest->member_id},
                        {"phase", text(to_string(note.slowest->phase))},
                        {"waited_ms", note.slowest->waited_ms}};
  }
  return shown;
}

json::object as_json(const groups::AssignedReport& report) {
  json::object shown{{"assignor", report.assignor},   {"generation", report.generation},
                     {"given", report.given},         {"withheld", report.withheld},
                     {"fallbacks", report.fallbacks}, {"problem", report.problem}};
  if (report.shadow) {
    json::object shadow{{"assignor", report.shadow->assignor},
                        {"generation", report.shadow->generation},
                        {"problem", report.shadow->problem}};
    if (report.shadow->comparison)
      shadow["comparison"] = groups::to_text(*report.shadow->comparison);
    shown["shadow"] = std::move(shadow);
  }
  return shown;
}

json::object as_json(const GroupDetails& group) {
  json::array members;
  for (const MemberDetails& member : group.members) members.push_back(as_json(member));
  json::array rebalances;
  for (const RebalanceNote& note : group.rebalances) rebalances.push_back(as_json(note));
  json::object shown{{"group", group.id},
                     {"type", group.type},
                     {"state", group.state},
                     {"epoch", group.epoch},
                     {"assignment_epoch", group.assignment_epoch},
                     {"assignor", group.assignor},
                     {"leader", group.leader},
                     {"problem", group.problem},
                     {"members", std::move(members)},
                     {"rebalances", std::move(rebalances)}};
  if (group.assigned) shown["broker_assignor"] = as_json(*group.assigned);
  return shown;
}

http::HttpResponse answer(int status, const json::value& body) {
  return {status, std::string(http::kJsonType), json::serialize(body) + '\n'};
}

http::HttpResponse refuse(int status, std::string_view why) {
  return answer(status, json::object{{"error", text(why)}});
}

Task<http::HttpResponse> show_one(GroupRooms rooms, std::string id) {
  auto* directory = rooms.groups();
  using Found = std::optional<GroupDetails>;
  const auto image = rooms.replicas()->table(0).shared_image();
  auto found = co_await directory->call<Found>(
      rooms.home, *image, id, [id](groups::GroupCoordinator& coordinator) -> Task<Result<Found>> {
        co_return coordinator.details(id);
      });
  // Without __consumer_offsets there has never been a group.
  const bool none = !found && found.error().code == Errc::kCoordinatorNotAvailable;
  if (none) co_return refuse(404, "there is no group " + id);
  if (!found) co_return refuse(503, found.error().text());
  if (!*found) co_return refuse(404, "there is no group " + id);
  co_return answer(200, as_json(**found));
}

Task<http::HttpResponse> show_all(GroupRooms rooms) {
  json::array all;
  auto* directory = rooms.groups();
  auto* replicas = rooms.replicas();
  for (size_t shard = 0; shard < replicas->shards(); ++shard) {
    const auto summaries = co_await call_on(rooms.home, replicas->scheduler(shard), [=] {
      std::vector<groups::GroupSummary> found;
      for (const auto& [index, held] : directory->coordinators(shard)) {
        for (auto& one : held->summaries()) found.push_back(std::move(one));
      }
      return found;
    });
    for (const auto& one : summaries) {
      all.push_back({{"group", one.id},
                     {"type", one.type},
                     {"state", one.state},
                     {"members", one.members},
                     {"epoch", one.generation}});
    }
  }
  co_return answer(200, all);
}

}  // namespace

void add_group_routes(http::Routes& routes, const GroupRooms& rooms) {
  routes.add("GET", "/v1/groups", [rooms](const http::HttpRequest& request) {
    const auto id = request.query.find("id");
    if (!rooms.groups()) {
      return [](const char* why) -> Task<http::HttpResponse> {
        co_return refuse(503, why);
      }("the broker is starting or stopping");
    }
    return id == request.query.end() ? show_all(rooms) : show_one(rooms, id->second);
  });
}

}  // namespace tenon::broker
