// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/client/group_admin.h"
#include "cli/group/group.h"
#include "cli/group/partition_choice.h"
#include "cli/output/json.h"

namespace tenon::cli {
namespace {

int run_delete(const Shell& shell, const std::vector<std::string>& names) {
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  const auto results = delete_groups(**client, names);
  if (!results) return report(results.error());
  JsonWriter json;
  json.begin_array();
  std::vector<int> exit_codes;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto& failure = (*results)[i];
    exit_codes.push_back(failure ? report(*failure) : kDone);
    json.begin_object().field("group", names[i]).field("status", failure ? "failed" : "deleted");
    if (failure) json.field("error", failure->text);
    json.end_object();
    if (!failure && !shell.json) fmt::print("{}: deleted\n", names[i]);
  }
  if (shell.json) fmt::print("{}\n", json.end_array().text());
  return exit_code_of_each(exit_codes);
}

struct OffsetDeleteOptions {
  std::string group;
  std::vector<std::string> topics;
};

int run_offset_delete(const Shell& shell, const OffsetDeleteOptions& options) {
  std::vector<PartitionChoice> choices;
  for (const std::string& text : options.topics) {
    auto choice = parse_choice(text);
    if (!choice) return report(choice.error());
    choices.push_back(std::move(*choice));
  }
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  const auto offsets = committed_offsets(**client, options.group);
  if (!offsets) return report(offsets.error());
  std::vector<TopicPartition> chosen;
  for (const CommittedOffset& one : *offsets) {
    if (is_chosen(choices, one.partition)) chosen.push_back(one.partition);
  }
  if (chosen.empty()) {
    return report({kNotFound, fmt::format("group {} has committed nothing there; `tenon group "
                                          "describe {}` shows what it has",
                                          options.group, options.group)});
  }
  const auto results = delete_offsets(**client, options.group, chosen);
  if (!results) return report(results.error());
  std::vector<int> exit_codes;
  JsonWriter json;
  json.begin_array();
  for (const auto& [partition, error] : *results) {
    const std::string where = fmt::format("{}-{}", partition.first, partition.second);
    const bool done = error == RD_KAFKA_RESP_ERR_NO_ERROR;
    exit_codes.push_back(
        done ? kDone : report((*client)->failure(error, "group " + options.group + ", " + where)));
    json.begin_object().field("topic", partition.first).field("partition", partition.second);
    json.field("status", done ? "deleted" : rd_kafka_err2name(error)).end_object();
    if (done && !shell.json) fmt::print("{}: offset deleted\n", where);
  }
  if (shell.json) fmt::print("{}\n", json.end_array().text());
  return exit_code_of_each(exit_codes);
}

}  // namespace

void add_group_delete(CLI::App& group, Shell& shell) {
  auto* verb = group.add_subcommand("delete", "Delete groups without members, and their offsets");
  auto names = std::make_shared<std::vector<std::string>>();
  verb->add_option("GROUP", *names, "The groups")->required()->type_name("");
  add_client_options(*verb, shell);
  verb->footer("Example:\n  tenon group delete billing");
  verb->callback(
      [names, &shell] { shell.action = [names, &shell] { return run_delete(shell, *names); }; });
}

void add_group_offset_delete(CLI::App& group, Shell& shell) {
  auto* verb = group.add_subcommand(
      "offset-delete", "Make a group forget what it has committed to topics that it does not read");
  auto options = std::make_shared<OffsetDeleteOptions>();
  verb->add_option("GROUP", options->group, "The group")->required()->type_name("");
  verb->add_option("--topic", options->topics, "The topic, or these partitions of it")
      ->required()
      ->type_name("T[:P,P]");
  add_client_options(*verb, shell);
  verb->footer("Example:\n  tenon group offset-delete billing --topic orders:0,1");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_offset_delete(shell, *options); };
  });
}

}  // namespace tenon::cli
