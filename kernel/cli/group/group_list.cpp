// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/client/groups.h"
#include "cli/group/group.h"
#include "cli/group/group_words.h"
#include "cli/output/json.h"
#include "cli/output/table.h"

namespace tenon::cli {
namespace {

std::string as_json(const std::vector<GroupListing>& groups) {
  JsonWriter json;
  json.begin_array();
  for (const GroupListing& group : groups)
    json.begin_object()
        .field("group", group.group)
        .field("type", group.type)
        .field("state", group.state)
        .field("protocol_type", group.protocol_type)
        .end_object();
  json.end_array();
  return json.text() + '\n';
}

std::string as_text(const std::vector<GroupListing>& groups) {
  Table table({"GROUP", "TYPE", "STATE"});
  for (const GroupListing& group : groups) table.add({group.group, group.type, group.state});
  return table.text();
}

struct ListOptions {
  std::vector<std::string> states;
  std::vector<std::string> types;
};

int run_list(const Shell& shell, const ListOptions& options) {
  const auto states = group_states(options.states);
  if (!states) return report(states.error());
  const auto types = group_types(options.types);
  if (!types) return report(types.error());
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  const auto groups = list_groups(**client, *states, *types);
  if (!groups) return report(groups.error());
  fmt::print("{}", shell.json ? as_json(*groups) : as_text(*groups));
  return kDone;
}

}  // namespace

void add_group(CLI::App& app, Shell& shell) {
  auto* group = app.add_subcommand("group", "See and steer consumer groups");
  group->require_subcommand(1);
  group->footer(
      "Examples:\n"
      "  tenon group list\n"
      "  tenon group describe billing\n"
      "  tenon group explain billing\n"
      "  tenon group seek billing --to-time -1h --dry-run");
  add_group_list(*group, shell);
  add_group_describe(*group, shell);
  add_group_explain(*group, shell);
  add_group_seek(*group, shell);
  add_group_delete(*group, shell);
  add_group_offset_delete(*group, shell);
  add_group_alter(*group, shell);
}

void add_group_list(CLI::App& group, Shell& shell) {
  auto* verb = group.add_subcommand("list", "List consumer groups");
  auto options = std::make_shared<ListOptions>();
  verb->add_option("--state", options->states, "Only those in this state: Stable, Empty, ...")
      ->delimiter(',')
      ->type_name("STATE");
  verb->add_option("--type", options->types, "Only those of this type: classic, consumer")
      ->delimiter(',')
      ->type_name("TYPE");
  add_client_options(*verb, shell);
  verb->footer(
      "States: PreparingRebalance, CompletingRebalance, Assigning, Reconciling, Stable, Empty,\n"
      "Dead; more than one with commas.\n"
      "Examples:\n"
      "  tenon group list\n"
      "  tenon group list --state stable,empty\n"
      "  tenon group list --format json | jq -r '.[].group'");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_list(shell, *options); };
  });
}

}  // namespace tenon::cli
