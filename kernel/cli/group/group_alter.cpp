// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/client/group_admin.h"
#include "cli/client/wire_call.h"
#include "cli/group/group.h"
#include "cli/group/group_changes.h"
#include "config/groups/group_config.h"
#include "wire/admin/describe_configs.h"
#include "wire/admin/incremental_alter_configs.h"

namespace tenon::cli {
namespace {

constexpr int8_t kGroupResource = 32;  // ConfigResource.Type GROUP (KIP-848)
constexpr int8_t kSet = 0;             // AlterConfigOp.OpType
constexpr int16_t kDescribeVersion = 4;
constexpr int16_t kAlterVersion = 1;

struct AlterOptions {
  std::string group;
  std::vector<std::string> sets;
  std::vector<std::string> deletes;
};

// The keys that the broker has for groups.
Outcome<std::vector<std::string>> known_configs(const BrokerAddress& broker,
                                                const std::string& group) {
  wire::DescribeConfigsRequest request;
  request.resources.push_back({kGroupResource, group, std::nullopt});
  const auto answer =
      ask_broker<wire::DescribeConfigsResponse>(broker, std::move(request), kDescribeVersion);
  if (!answer) return std::unexpected(answer.error());
  std::vector<std::string> keys;
  for (const auto& result : answer->results) {
    if (result.error_code != 0) {
      return std::unexpected(
          failure_of(result.error_code, "group " + group, result.error_message.value_or("")));
    }
    for (const auto& config : result.configs) keys.push_back(config.name);
  }
  return keys;
}

// Does the group have this config all the same, from a broker of another version? Such a config is
// not described, but what is set beside it is refused by its name.
Outcome<bool> is_stored(const BrokerAddress& broker, const std::string& group,
                        const std::string& key) {
  wire::IncrementalAlterConfigsRequest request;
  request.validate_only = true;
  request.resources.push_back(
      {kGroupResource, group, {{std::string(config::kShadowAssignorConfig), kSet, ""}}});
  const auto answer =
      ask_broker<wire::IncrementalAlterConfigsResponse>(broker, std::move(request), kAlterVersion);
  if (!answer) return std::unexpected(answer.error());
  return std::ranges::any_of(answer->responses, [&key](const auto& response) {
    return refuses_stored(response.error_message.value_or(""), key);
  });
}

// A broker deletes what is not there without a word, also what was mistyped.
Outcome<> check_deletions(const Client& client, const AlterOptions& options,
                          const GroupChanges& changes) {
  const auto deletes = [](const auto& change) { return !change.second; };
  if (std::ranges::none_of(changes, deletes)) return {};
  const auto brokers = brokers_of(client);
  if (!brokers) return std::unexpected(brokers.error());
  auto known = known_configs(brokers->front(), options.group);
  if (!known) return std::unexpected(known.error());
  const auto unknown = unknown_deletion(changes, *known);
  if (!unknown) return {};
  const auto stored = is_stored(brokers->front(), options.group, *unknown);
  if (!stored) return std::unexpected(stored.error());
  if (*stored) return {};
  return std::unexpected(no_such_config(options.group, *unknown, *known));
}

int run_alter(const Shell& shell, const AlterOptions& options) {
  const auto changes = parse_changes(options.sets, options.deletes);
  if (!changes) return report(changes.error());
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  if (auto right = check_deletions(**client, options, *changes); !right)
    return report(right.error());
  if (auto altered = alter_group(**client, options.group, *changes); !altered)
    return report(altered.error());
  fmt::print("{}", shell.json ? changes_as_json(options.group, *changes)
                              : changes_as_text(options.group, *changes));
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
