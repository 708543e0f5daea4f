// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "cli/client/group_admin.h"
#include "cli/client/groups.h"
#include "cli/group/group.h"
#include "cli/group/lag_total.h"
#include "cli/output/json.h"
#include "cli/output/table.h"

namespace tenon::cli {
namespace {

// One partition that the group has committed to, or that a member reads.
struct Row {
  int64_t committed = -1;               // -1 = nothing committed
  std::optional<Watermarks> marks{};    // empty: the topic is gone
  std::optional<int64_t> next_ms{};     // the timestamp of the next record to be read
  const GroupMember* member = nullptr;  // null = nobody reads it

  std::optional<int64_t> mark(int64_t Watermarks::* which) const {
    return marks ? std::optional((*marks).*which) : std::nullopt;
  }
  std::optional<int64_t> lag() const {
    if (committed < 0 || !marks) return std::nullopt;
    return std::max<int64_t>(0, marks->end - committed);
  }
  // How old the next record to be read is; 0 when there is none. Nothing when it is not known.
  std::optional<int64_t> lag_seconds(int64_t now_ms) const {
    if (lag() == 0) return 0;
    if (!next_ms) return std::nullopt;
    return std::max<int64_t>(0, (now_ms - *next_ms) / 1000);
  }
};

struct Report {
  GroupDescription group;
  std::map<TopicPartition, Row> rows;
  int64_t now_ms = 0;

  // Of the partition that is furthest behind. Nothing when it is known of none.
  std::optional<int64_t> lag_seconds() const {
    std::optional<int64_t> most;
    for (const auto& [partition, row] : rows) most = std::max(most, row.lag_seconds(now_ms));
    return most;
  }
  // Of topics that the group has committed to.
  std::map<std::string, int64_t> lag_of_topics() const {
    std::map<std::string, int64_t> lags;
    for (const auto& [partition, row] : rows) {
      if (row.lag()) lags[partition.first] += *row.lag();
    }
    return lags;
  }

  LagTotal total() const {
    LagTotal sum;
    for (const auto& [partition, row] : rows) sum.add(row.committed >= 0, row.lag());
    return sum;
  }
};

// Where there is something left to read: how old it is.
void fill_times(const Client& client, Report& report) {
  std::vector<CommittedOffset> behind;
  for (const auto& [partition, row] : report.rows) {
    if (row.lag().value_or(0) > 0)
      behind.push_back({partition, std::max(row.committed, row.marks->start)});
  }
  for (const auto& [partition, time_ms] : record_times(client, behind))
    report.rows[partition].next_ms = time_ms;
  report.now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                      std::chrono::system_clock::now().time_since_epoch())
                      .count();
}

Outcome<> fill(const Client& client, Report& report) {
  const auto offsets = committed_offsets(client, report.group.group);
  if (!offsets) return std::unexpected(offsets.error());
  for (const CommittedOffset& committed : *offsets)
    report.rows[committed.partition].committed = committed.offset;
  for (const GroupMember& member : report.group.members) {
    for (const TopicPartition& partition : member.partitions)
      report.rows[partition].member = &member;
  }
  for (auto& [partition, row] : report.rows) {
    const auto marks = client.watermarks(partition.first, partition.second);
    if (marks)
      row.marks = *marks;
    else if (marks.error().exit_code != kNotFound)
      return std::unexpected(marks.error());
  }
  fill_times(client, report);
  return {};
}

std::string number(const std::optional<int64_t>& value) {
  return value && *value >= 0 ? fmt::to_string(*value) : "-";
}

std::vector<std::string> cells(const TopicPartition& partition, const Row& row, bool instances,
                               int64_t now_ms) {
  std::vector<std::string> line = {partition.first,
                                   fmt::to_string(partition.second),
                                   number(row.committed),
                                   number(row.mark(&Watermarks::start)),
                                   number(row.mark(&Watermarks::end)),
                                   number(row.lag()),
                                   number(row.lag_seconds(now_ms))};
  if (!row.member) return line;
  line.push_back(row.member->member_id);
  if (instances) line.push_back(row.member->instance_id);
  line.push_back(row.member->client_id);
  line.push_back(row.member->host);
  return line;
}

std::string as_text(const Report& report) {
  const GroupDescription& group = report.group;
  Table header;
  header.add({"GROUP", group.group});
  header.add({"COORDINATOR", fmt::format("{} ({})", group.coordinator_id, group.coordinator)});
  header.add({"TYPE", group.type});
  header.add({"STATE", group.state});
  header.add({"ASSIGNOR", group.assignor.empty() ? "-" : group.assignor});
  header.add({"MEMBERS", fmt::to_string(group.members.size())});
  header.add({"TOTAL-LAG", report.total().text()});
  header.add({"LAG-SECONDS", number(report.lag_seconds())});
  const bool instances = std::ranges::any_of(
      group.members, [](const GroupMember& member) { return !member.instance_id.empty(); });
  std::vector<std::string> headings = {
      "TOPIC",          "PARTITION", "CURRENT-OFFSET", "LOG-START-OFFSET",
      "LOG-END-OFFSET", "LAG",       "LAG-SECONDS",    "MEMBER-ID"};
  if (instances) headings.push_back("INSTANCE-ID");
  headings.insert(headings.end(), {"CLIENT-ID", "HOST"});
  Table table(headings);
  for (const auto& [partition, row] : report.rows)
    table.add(cells(partition, row, instances, report.now_ms));
  // Of more than one topic, what each of them has.
  Table topics({"TOPIC", "LAG"});
  const auto lags = report.lag_of_topics();
  for (const auto& [topic, lag] : lags) topics.add({topic, fmt::to_string(lag)});
  return header.text() + (lags.size() > 1 ? "\n" + topics.text() : "") +
         (table.empty() ? "" : "\n" + table.text());
}

std::string members_as_text(const Report& report) {
  Table table({"GROUP", "MEMBER-ID", "INSTANCE-ID", "CLIENT-ID", "HOST", "PARTITIONS"});
  for (const GroupMember& member : report.group.members) {
    table.add({report.group.group, member.member_id,
               member.instance_id.empty() ? "-" : member.instance_id, member.client_id, member.host,
               fmt::to_string(member.partitions.size())});
  }
  return table.text();
}

std::string state_as_text(const Report& report) {
  const GroupDescription& group = report.group;
  Table table({"GROUP", "TYPE", "COORDINATOR", "ASSIGNOR", "STATE", "MEMBERS"});
  table.add({group.group, group.type,
             fmt::format("{} ({})", group.coordinator_id, group.coordinator),
             group.assignor.empty() ? "-" : group.assignor, group.state,
             fmt::to_string(group.members.size())});
  return table.text();
}

void append_known(JsonWriter& json, std::string_view name, const std::optional<int64_t>& value) {
  json.key(name);
  value ? json.value(*value) : json.null();
}

void append_row(JsonWriter& json, const TopicPartition& partition, const Row& row, int64_t now_ms) {
  json.begin_object().field("topic", partition.first).field("partition", partition.second);
  append_known(json, "current_offset",
               row.committed < 0 ? std::nullopt : std::optional(row.committed));
  append_known(json, "log_start_offset", row.mark(&Watermarks::start));
  append_known(json, "log_end_offset", row.mark(&Watermarks::end));
  append_known(json, "lag", row.lag());
  append_known(json, "lag_seconds", row.lag_seconds(now_ms));
  json.key("member_id");
  row.member ? json.value(row.member->member_id) : json.null();
  json.end_object();
}

void append_json(JsonWriter& json, const Report& report) {
  const GroupDescription& group = report.group;
  json.begin_object().field("group", group.group).field("type", group.type);
  json.field("state", group.state);
  json.field("coordinator", group.coordinator_id).field("assignor", group.assignor);
  const LagTotal total = report.total();
  append_known(json, "total_lag", total.lag);
  json.field("partitions_without_commit", total.partitions_without_commit);
  append_known(json, "lag_seconds", report.lag_seconds());
  json.key("topics").begin_array();
  for (const auto& [topic, lag] : report.lag_of_topics())
    json.begin_object().field("topic", topic).field("lag", lag).end_object();
  json.end_array().key("members").begin_array();
  for (const GroupMember& member : group.members) {
    json.begin_object().field("member_id", member.member_id).key("instance_id");
    member.instance_id.empty() ? json.null() : json.value(member.instance_id);
    json.field("client_id", member.client_id).field("host", member.host);
    json.field("partitions", std::ssize(member.partitions)).end_object();
  }
  json.end_array().key("partitions").begin_array();
  for (const auto& [partition, row] : report.rows) append_row(json, partition, row, report.now_ms);
  json.end_array().end_object();
}

Outcome<std::unique_ptr<Report>> describe(const Client& client, const std::string& name) {
  auto group = describe_group(client, name);
  if (!group) return std::unexpected(std::move(group.error()));
  // On the heap, because rows point into the members.
  auto report = std::make_unique<Report>(Report{std::move(*group), {}});
  if (auto filled = fill(client, *report); !filled)
    return std::unexpected(std::move(filled.error()));
  return report;
}

struct DescribeOptions {
  std::vector<std::string> names;
  bool members = false;
  bool state = false;
  bool offsets = false;
};

std::string shown(const DescribeOptions& options, const Report& report) {
  if (options.members) return members_as_text(report);
  return options.state ? state_as_text(report) : as_text(report);
}

int run_describe(const Shell& shell, const DescribeOptions& options) {
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  JsonWriter json;
  json.begin_array();
  std::vector<int> exit_codes;
  std::string gap;
  for (const std::string& name : options.names) {
    const auto described = describe(**client, name);
    exit_codes.push_back(described ? kDone : report(described.error()));
    if (!described) continue;
    if (shell.json)
      append_json(json, **described);
    else
      fmt::print("{}{}", std::exchange(gap, "\n"), shown(options, **described));
  }
  if (shell.json) fmt::print("{}\n", json.end_array().text());
  return exit_code_of_each(exit_codes);
}

}  // namespace

void add_group_describe(CLI::App& group, Shell& shell) {
  auto* verb = group.add_subcommand("describe", "Show groups' members, offsets and lag");
  auto options = std::make_shared<DescribeOptions>();
  verb->add_option("GROUP", options->names, "The groups")->required()->type_name("");
  auto* what = verb->add_option_group("what", "");
  what->add_flag("--offsets", options->offsets,
                 "Offsets and lag, and who reads what (the default)");
  what->add_flag("--members", options->members, "The members alone");
  what->add_flag("--state", options->state, "The state alone");
  what->require_option(0, 1);
  add_client_options(*verb, shell);
  verb->footer(
      "Examples:\n"
      "  tenon group describe billing\n"
      "  tenon group describe billing --format json | jq '.[0].total_lag'");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_describe(shell, *options); };
  });
}

}  // namespace tenon::cli
