// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/client/group_admin.h"
#include "cli/group/group.h"

namespace tenon::cli {
namespace {

struct AlterOptions {
  std::string group;
  std::vector<std::string> sets;
  std::vector<std::string> deletes;
};

int run_alter(const Shell& shell, const AlterOptions& options) {
  std::map<std::string, std::optional<std::string>> configs;
  for (const std::string& text : options.sets) {
    const size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
      return report({kUsage, fmt::format("--set: \"{}\" is no KEY=VALUE", text)});
    configs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const std::string& key : options.deletes) configs[key] = std::nullopt;
  if (configs.empty())
    return report({kUsage, "nothing is to be altered; give --set KEY=VALUE or --delete KEY"});
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  if (auto altered = alter_group(**client, options.group, configs); !altered)
    return report(altered.error());
  for (const auto& [key, value] : configs) {
    if (value)
      fmt::print("{}: {} = {}\n", options.group, key, *value);
    else
      fmt::print("{}: {} is the broker's again\n", options.group, key);
  }
  return kDone;
}

}  // namespace

void add_group_alter(CLI::App& group, Shell& shell) {
  auto* verb = group.add_subcommand("alter", "Set configs of a group; it need not be there yet");
  auto options = std::make_shared<AlterOptions>();
  verb->add_option("GROUP", options->group, "The group")->required()->type_name("");
  verb->add_option("--set", options->sets, "A config and its value")->type_name("KEY=VALUE");
  verb->add_option("--delete", options->deletes, "A config that is to be the broker's again")
      ->type_name("KEY");
  add_client_options(*verb, shell);
  verb->footer(
      "Configs: consumer.session.timeout.ms, consumer.heartbeat.interval.ms,\n"
      "consumer.assignment.interval.ms; of classic groups, tenon.assignor (which plugin decides "
      "in\n"
      "place of the group's leader) and tenon.assignor.shadow (which one is compared with it).\n"
      "Example:\n"
      "  tenon group alter billing --set tenon.assignor=sticky");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_alter(shell, *options); };
  });
}

}  // namespace tenon::cli
