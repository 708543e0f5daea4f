// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "cli/client/group_admin.h"
#include "cli/group/group.h"
#include "cli/group/partition_choice.h"
#include "cli/group/seek_plan.h"
#include "cli/output/json.h"
#include "cli/output/table.h"

namespace tenon::cli {
namespace {

struct SeekOptions {
  std::string group;
  std::vector<std::string> topics;
  bool to_earliest = false;
  bool to_latest = false;
  std::optional<std::string> to_offset_text{};
  std::optional<std::string> to_time_text{};
  std::optional<std::string> by_text{};
  // What these texts mean.
  std::optional<int64_t> to_offset{};
  std::optional<int64_t> to_time{};
  std::optional<int64_t> by{};
  bool dry_run = false;
};

Outcome<> read(const Outcome<int64_t>& parsed, std::optional<int64_t>& into) {
  if (!parsed) return std::unexpected(parsed.error());
  into = *parsed;
  return {};
}

Outcome<> read_numbers(SeekOptions& options) {
  if (options.to_offset_text) return read(parse_offset(*options.to_offset_text), options.to_offset);
  if (options.by_text) return read(parse_shift(*options.by_text), options.by);
  if (!options.to_time_text) return {};
  const int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
  return read(parse_time(*options.to_time_text, now_ms), options.to_time);
}

// The partitions that are meant: those of the named topics, or all that the group has committed to.
Outcome<std::vector<Move>> chosen(const Client& client, const SeekOptions& options) {
  std::vector<PartitionChoice> choices;
  std::map<TopicPartition, int64_t> from;
  for (const std::string& text : options.topics) {
    auto choice = parse_choice(text);
    if (!choice) return std::unexpected(choice.error());
    const auto topic = client.topic(choice->topic);
    if (!topic) return std::unexpected(topic.error());
    for (const int32_t partition : choice->partitions) {
      if (std::cmp_less(partition, topic->partitions.size())) continue;
      return failed(kNotFound, fmt::format("topic {} has {} partitions, and none of number {}",
                                           choice->topic, topic->partitions.size(), partition));
    }
    for (const PartitionMetadata& partition : topic->partitions) {
      if (choice->includes({choice->topic, partition.id})) from[{choice->topic, partition.id}] = -1;
    }
    choices.push_back(std::move(*choice));
  }
  const auto offsets = committed_offsets(client, options.group);
  if (!offsets) return std::unexpected(offsets.error());
  for (const CommittedOffset& one : *offsets) {
    if (is_chosen(choices, one.partition)) from[one.partition] = one.offset;
  }
  if (from.empty()) {
    return failed(kNotFound, fmt::format("group {} has committed nothing; --topic says which "
                                         "topics are meant",
                                         options.group));
  }
  std::vector<Move> moves;
  for (const auto& [partition, offset] : from) moves.push_back({partition, offset, offset});
  return moves;
}

Outcome<> aim(const Client& client, const SeekOptions& options, std::vector<Move>& moves) {
  std::map<TopicPartition, std::optional<int64_t>> at_time;
  if (options.to_time) {
    std::vector<TopicPartition> partitions;
    for (const Move& move : moves) partitions.push_back(move.partition);
    auto found = offsets_at(client, partitions, *options.to_time);
    if (!found) return std::unexpected(found.error());
    at_time = std::move(*found);
  }
  for (Move& move : moves) {
    const auto marks = client.watermarks(move.partition.first, move.partition.second);
    if (!marks) return std::unexpected(marks.error());
    int64_t to = marks->end;
    if (options.to_earliest) to = marks->start;
    if (options.to_offset) to = *options.to_offset;
    // Nothing is so young: the end is where such records will come.
    if (options.to_time) to = at_time[move.partition].value_or(marks->end);
    if (options.by) to = shifted(move.from, *options.by);
    aim_at(move, to, *marks);
  }
  return {};
}

// What stands in the way of a seek; an error when that could not be found out.
Outcome<std::optional<Failure>> hindrance(const Client& client, const std::string& name) {
  const auto group = describe_group(client, name);
  // One that has no more than offsets, or will have, is nobody's.
  if (!group && group.error().exit_code == kNotFound) return std::nullopt;
  if (!group) return std::unexpected(group.error());
  return hindrance_of(*group);
}

void print(const Shell& shell, const SeekOptions& options, const std::vector<Move>& moves) {
  const auto old = [](const Move& move) { return move.from < 0 ? "-" : fmt::to_string(move.from); };
  if (!shell.json) {
    Table table({"GROUP", "TOPIC", "PARTITION", "OLD-OFFSET", "NEW-OFFSET"});
    for (const Move& move : moves) {
      table.add({options.group, move.partition.first, fmt::to_string(move.partition.second),
                 old(move),
                 fmt::to_string(move.to) + (move.clamped ? " (the nearest that is there)" : "")});
    }
    fmt::print("{}", table.text());
    if (options.dry_run) fmt::print("nothing was changed: --dry-run\n");
    return;
  }
  JsonWriter json;
  json.begin_array();
  for (const Move& move : moves) {
    json.begin_object().field("group", options.group).field("topic", move.partition.first);
    json.field("partition", move.partition.second).key("old_offset");
    move.from < 0 ? json.null() : json.value(move.from);
    json.field("new_offset", move.to).field("clamped", move.clamped);
    json.field("dry_run", options.dry_run).end_object();
  }
  fmt::print("{}\n", json.end_array().text());
}

Outcome<> write(const Client& client, const SeekOptions& options, const std::vector<Move>& moves) {
  std::vector<CommittedOffset> offsets;
  for (const Move& move : moves) offsets.push_back({move.partition, move.to});
  const auto results = alter_offsets(client, options.group, offsets);
  if (!results) return std::unexpected(results.error());
  for (const PartitionResult& result : *results) {
    if (result.error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    return std::unexpected(
        client.failure(result.error, fmt::format("group {}, {}-{}", options.group,
                                                 result.partition.first, result.partition.second)));
  }
  return {};
}

// The whole plan; nothing is written.
Outcome<std::vector<Move>> plan(const Client& client, const SeekOptions& options) {
  auto moves = chosen(client, options);
  if (!moves) return moves;
  if (options.by) {
    if (auto can = check_can_shift(*moves); !can) return std::unexpected(can.error());
  }
  if (auto aimed = aim(client, options, *moves); !aimed) return std::unexpected(aimed.error());
  return moves;
}

int run_dry(const Shell& shell, const SeekOptions& options, const Client& client,
            const std::optional<Failure>& refusal) {
  const auto moves = plan(client, options);
  if (moves) print(shell, options, *moves);
  std::fflush(stdout);
  if (refusal) report({refusal->exit_code, "the seek would be refused: " + refusal->text});
  const int planned = moves ? kDone : report(moves.error());
  return refusal ? refusal->exit_code : planned;
}

int run_seek(const Shell& shell, SeekOptions options) {
  if (auto known = read_numbers(options); !known) return report(known.error());
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  const auto refusal = hindrance(**client, options.group);
  if (!refusal) return report(refusal.error());
  if (options.dry_run) return run_dry(shell, options, **client, *refusal);
  if (*refusal) return report(**refusal);
  const auto moves = plan(**client, options);
  if (!moves) return report(moves.error());
  if (auto done = write(**client, options, *moves); !done) return report(done.error());
  print(shell, options, *moves);
  return kDone;
}

}  // namespace

void add_group_seek(CLI::App& group, Shell& shell) {
  auto* verb = group.add_subcommand("seek", "Set where a group without members reads on");
  auto options = std::make_shared<SeekOptions>();
  verb->add_option("GROUP", options->group, "The group")->required()->type_name("");
  auto* where = verb->add_option_group("where", "");
  where->add_flag("--to-earliest", options->to_earliest, "The first record that is there");
  where->add_flag("--to-latest", options->to_latest, "The end");
  where->add_option("--to-offset", options->to_offset_text, "This offset")->type_name("N");
  where->add_option("--to-time", options->to_time_text, "The first record that is not older")
      ->type_name("TIME");
  where
      ->add_option("--by", options->by_text,
                   "So many further than what is committed; -100 = a hundred back")
      ->type_name("N");
  where->require_option(1);
  verb->add_option("--topic", options->topics,
                   "Of this topic, or these partitions of it; default: all that the group has "
                   "committed to")
      ->type_name("T[:P,P]");
  verb->add_flag("--dry-run", options->dry_run,
                 "Only show what would be set, and whether it would be refused");
  add_client_options(*verb, shell);
  verb->footer(
      "TIME is 2026-11-25T08:00:00Z or 2026-11-25T09:00:00+01:00, UTC without a zone; now;\n"
      "milliseconds since 1970; or -1h for an hour ago, with s, m (minutes), h, d or w (weeks).\n"
      "Examples:\n"
      "  tenon group seek billing --to-time -1h --dry-run\n"
      "  tenon group seek billing --by -100 --topic orders:0,1");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_seek(shell, *options); };
  });
}

}  // namespace tenon::cli
