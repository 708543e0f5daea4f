// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/output/json.h"
#include "cli/output/table.h"
#include "cli/topic/topic.h"

namespace tenon::cli {
namespace {

size_t replicas_of(const TopicMetadata& topic) {
  return topic.partitions.empty() ? 0 : topic.partitions.front().replicas.size();
}

std::string as_json(const std::vector<TopicMetadata>& topics) {
  JsonWriter json;
  json.begin_array();
  for (const TopicMetadata& topic : topics) {
    json.begin_object().field("topic", topic.name);
    json.field("partitions", std::ssize(topic.partitions));
    json.field("replicas", static_cast<int64_t>(replicas_of(topic)));
    json.field("internal", is_internal(topic.name)).end_object();
  }
  json.end_array();
  return json.text() + '\n';
}

std::string as_text(const std::vector<TopicMetadata>& topics) {
  Table table({"NAME", "PARTITIONS", "REPLICAS"});
  for (const TopicMetadata& topic : topics)
    table.add(
        {topic.name, fmt::to_string(topic.partitions.size()), fmt::to_string(replicas_of(topic))});
  return table.text();
}

int run_list(const Shell& shell, bool internal) {
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  auto topics = (*client)->topics();
  if (!topics) return report(topics.error());
  std::erase_if(*topics, [&](const auto& t) { return !internal && is_internal(t.name); });
  fmt::print("{}", shell.json ? as_json(*topics) : as_text(*topics));
  return kDone;
}

}  // namespace

void add_topic_list(CLI::App& topic, Shell& shell) {
  auto* verb = topic.add_subcommand("list", "List topics");
  auto internal = std::make_shared<bool>(false);
  verb->add_flag("--internal", *internal, "The broker's own topics, too (__consumer_offsets)");
  add_client_options(*verb, shell);
  verb->footer(
      "Examples:\n"
      "  tenon topic list\n"
      "  tenon topic list --format json | jq -r '.[].topic'");
  verb->callback([internal, &shell] {
    shell.action = [internal, &shell] { return run_list(shell, *internal); };
  });
}

}  // namespace tenon::cli
