// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/client/groups.h"
#include "cli/group/group.h"
#include "cli/output/json.h"
#include "cli/output/table.h"

namespace tenon::cli {
namespace {

std::string as_json(const std::vector<GroupListing>& groups) {
  JsonWriter json;
  json.begin_array();
  for (const GroupListing& group : groups)
    json.begin_object().field("group", group.group).field("state", group.state).end_object();
  json.end_array();
  return json.text() + '\n';
}

std::string as_text(const std::vector<GroupListing>& groups) {
  Table table({"GROUP", "STATE"});
  for (const GroupListing& group : groups) table.add({group.group, group.state});
  return table.text();
}

int run_list(const Shell& shell) {
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  const auto groups = list_groups(**client);
  if (!groups) return report(groups.error());
  fmt::print("{}", shell.json ? as_json(*groups) : as_text(*groups));
  return kDone;
}

}  // namespace

void add_group(CLI::App& app, Shell& shell) {
  auto* group = app.add_subcommand("group", "List and describe consumer groups");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  tenon group list\n"
      "  tenon group describe billing");
  add_group_list(*group, shell);
  add_group_describe(*group, shell);
}

void add_group_list(CLI::App& group, Shell& shell) {
  auto* verb = group.add_subcommand("list", "List consumer groups");
  add_client_options(*verb, shell);
  verb->footer(
      "Examples:\n"
      "  tenon group list\n"
      "  tenon group list --format json | jq -r '.[].group'");
  verb->callback([&shell] { shell.action = [&shell] { return run_list(shell); }; });
}

}  // namespace tenon::cli
