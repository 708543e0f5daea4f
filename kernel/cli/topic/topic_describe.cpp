// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include "cli/client/errors.h"
#include "cli/output/json.h"
#include "cli/output/table.h"
#include "cli/topic/topic.h"

namespace tenon::cli {
namespace {

struct Description {
  TopicMetadata topic;
  std::vector<ConfigValue> configs;
  std::vector<Outcome<Watermarks>> watermarks;  // by partition
};

Outcome<Description> describe(const Client& client, const std::string& name) {
  auto topic = client.topic(name);
  if (!topic) return std::unexpected(std::move(topic.error()));
  auto configs = topic_configs(client, name);
  if (!configs) return std::unexpected(std::move(configs.error()));
  Description description{std::move(*topic), std::move(*configs), {}};
  for (const PartitionMetadata& partition : description.topic.partitions)
    description.watermarks.push_back(client.watermarks(name, partition.id));
  return description;
}

std::string mark_text(const Outcome<Watermarks>& marks, int64_t Watermarks::* which) {
  return marks ? fmt::to_string((*marks).*which) : "-";
}

std::string as_text(const Description& d) {
  const auto& partitions = d.topic.partitions;
  Table summary;
  summary.add({"NAME", d.topic.name});
  summary.add({"PARTITIONS", fmt::to_string(partitions.size())});
  summary.add({"REPLICAS", fmt::to_string(partitions.empty() ? 0 : partitions[0].replicas.size())});
  summary.add({"INTERNAL", is_internal(d.topic.name) ? "yes" : "no"});
  Table configs({"KEY", "VALUE", "SOURCE"});
  for (const ConfigValue& config : d.configs)
    configs.add({config.name, config.value.value_or("(hidden)"), config.source});
  Table table({"PARTITION", "LEADER", "REPLICAS", "ISR", "LOG-START-OFFSET", "HIGH-WATERMARK"});
  for (size_t i = 0; i < partitions.size(); ++i) {
    const PartitionMetadata& p = partitions[i];
    table.add({fmt::to_string(p.id), p.leader < 0 ? "none" : fmt::to_string(p.leader),
               fmt::format("{}", fmt::join(p.replicas, ",")),
               fmt::format("{}", fmt::join(p.isr, ",")),
               mark_text(d.watermarks[i], &Watermarks::start),
               mark_text(d.watermarks[i], &Watermarks::end)});
  }
  return fmt::format("{}{}\n{}{}\n{}{}", section("SUMMARY"), summary.text(), section("CONFIGS"),
                     configs.text(), section("PARTITIONS"), table.text());
}

void append_ids(JsonWriter& json, std::string_view name, const std::vector<int32_t>& ids) {
  json.key(name).begin_array();
  for (const int32_t id : ids) json.value(id);
  json.end_array();
}

void append_partition(JsonWriter& json, const PartitionMetadata& partition,
                      const Outcome<Watermarks>& marks) {
  json.begin_object().field("partition", partition.id).field("leader", partition.leader);
  append_ids(json, "replicas", partition.replicas);
  append_ids(json, "isr", partition.isr);
  if (marks) json.field("log_start_offset", marks->start).field("high_watermark", marks->end);
  json.end_object();
}

void append_json(JsonWriter& json, const Description& d) {
  json.begin_object().field("topic", d.topic.name).field("internal", is_internal(d.topic.name));
  json.key("configs").begin_array();
  for (const ConfigValue& config : d.configs) {
    json.begin_object().field("key", config.name).key("value");
    config.value ? json.value(*config.value) : json.null();
    json.field("source", config.source).field("read_only", config.read_only).end_object();
  }
  json.end_array().key("partitions").begin_array();
  for (size_t i = 0; i < d.topic.partitions.size(); ++i)
    append_partition(json, d.topic.partitions[i], d.watermarks[i]);
  json.end_array().end_object();
}

int run_describe(const Shell& shell, const std::vector<std::string>& names) {
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  JsonWriter json;
  json.begin_array();
  std::vector<int> exit_codes;
  std::string gap;
  for (const std::string& name : without_repeats(names)) {
    const auto description = describe(**client, name);
    exit_codes.push_back(description ? kDone : report(description.error()));
    if (!description) continue;
    if (shell.json)
      append_json(json, *description);
    else
      fmt::print("{}{}", std::exchange(gap, "\n"), as_text(*description));
  }
  if (shell.json) fmt::print("{}\n", json.end_array().text());
  return combined_exit_code(exit_codes);
}

}  // namespace

void add_topic_describe(CLI::App& topic, Shell& shell) {
  auto* verb = topic.add_subcommand("describe", "Show topics' configurations and partitions");
  auto names = std::make_shared<std::vector<std::string>>();
  verb->add_option("NAME", *names, "The topics")->required()->type_name("");
  add_client_options(*verb, shell);
  verb->footer(
      "Examples:\n"
      "  tenon topic describe orders\n"
      "  tenon topic describe orders --format json | jq '.[0].partitions[].high_watermark'");
  verb->callback(
      [names, &shell] { shell.action = [names, &shell] { return run_describe(shell, *names); }; });
}

}  // namespace tenon::cli
