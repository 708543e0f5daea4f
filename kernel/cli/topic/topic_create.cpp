// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/option_checks.h"
#include "cli/topic/topic.h"

namespace tenon::cli {
namespace {

struct CreateOptions {
  std::vector<std::string> names;
  TopicSpec spec;
  std::vector<std::string> configs;
  bool if_not_exists = false;
};

Outcome<TopicSpec> with_configs(const CreateOptions& options) {
  TopicSpec spec = options.spec;
  for (const std::string& config : options.configs) {
    const size_t equals = config.find('=');
    if (equals == std::string::npos || equals == 0)
      return failed(kUsage, fmt::format("-c {}: is not key=value", config));
    spec.configs[config.substr(0, equals)] = config.substr(equals + 1);
  }
  return spec;
}

int run_create(const Shell& shell, const CreateOptions& options) {
  const auto spec = with_configs(options);
  if (!spec) return report(spec.error());
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  const auto results = create_topics(**client, without_repeats(options.names), *spec);
  if (!results) return report(results.error());
  return print_results(shell, **client, *results, "created", options.if_not_exists ? "exists" : "");
}

}  // namespace

void add_topic_create(CLI::App& topic, Shell& shell) {
  auto* verb = topic.add_subcommand("create", "Create topics");
  auto options = std::make_shared<CreateOptions>();
  verb->add_option("NAME", options->names, "The topics")->required()->type_name("");
  auto* partitions = verb->add_option("-p,--partitions", options->spec.partitions,
                                      "Partitions of each; the broker's default if not given");
  take_number_from(partitions, 1);
  auto* replicas = verb->add_option("-r,--replicas", options->spec.replication_factor,
                                    "Replicas of each; the broker's default if not given");
  take_number_from(replicas, 1);
  verb->add_option("-c,--config", options->configs, "A topic configuration (repeatable)")
      ->allow_extra_args(false)
      ->type_name("key=value");
  verb->add_flag("--if-not-exists", options->if_not_exists, "A topic that is there is no failure");
  add_client_options(*verb, shell);
  verb->footer(
      "Examples:\n"
      "  tenon topic create orders\n"
      "  tenon topic create orders payments -p 12 -c retention.ms=86400000\n"
      "  tenon topic create scratch -c tenon.storage=memory --if-not-exists");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_create(shell, *options); };
  });
}

}  // namespace tenon::cli
