// SPDX-License-Identifier: Apache-2.0

#include "cli/topic/topic.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/client/errors.h"
#include "cli/output/json.h"

namespace tenon::cli {
namespace {

// One topic as JSON: {"topic","status"}, and "error" when it failed.
void append_result(JsonWriter& json, const TopicResult& result, std::string_view status) {
  json.begin_object().field("topic", result.name).field("status", status);
  if (status == "failed") {
    json.key("error").begin_object();
    json.field("code", rd_kafka_err2name(result.error)).field("message", result.reason);
    json.end_object();
  }
  json.end_object();
}

}  // namespace

void add_topic(CLI::App& app, Shell& shell) {
  auto* topic = app.add_subcommand("topic", "Create, list, describe and delete topics");
  topic->require_subcommand(1);
  topic->footer(
      "Examples:\n"
      "  tenon topic create orders -p 6\n"
      "  tenon topic list\n"
      "  tenon topic describe orders");
  add_topic_create(*topic, shell);
  add_topic_list(*topic, shell);
  add_topic_describe(*topic, shell);
  add_topic_delete(*topic, shell);
}

bool is_internal(std::string_view topic) {
  return topic.starts_with("__");
}

std::vector<std::string> without_repeats(const std::vector<std::string>& names) {
  std::vector<std::string> once;
  for (const std::string& name : names) {
    if (std::ranges::find(once, name) == once.end()) once.push_back(name);
  }
  return once;
}

int print_results(const Shell& shell, const Client& client, const std::vector<TopicResult>& results,
                  std::string_view done, std::string_view already) {
  JsonWriter json;
  json.begin_array();
  std::vector<int> exit_codes;
  for (const TopicResult& result : results) {
    std::string_view status = result.error == RD_KAFKA_RESP_ERR_NO_ERROR ? done : "failed";
    if (result.error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS && !already.empty())
      status = already;
    exit_codes.push_back(status == "failed" ? exit_code_for(result.error) : kDone);
    append_result(json, result, status);
    if (status == "failed")
      report(client.failure(result.error, "topic " + result.name, result.reason));
    else if (!shell.json)
      fmt::print("{}: {}\n", result.name, status);
  }
  json.end_array();
  if (shell.json) fmt::print("{}\n", json.text());
  return combined_exit_code(exit_codes);
}

}  // namespace tenon::cli
