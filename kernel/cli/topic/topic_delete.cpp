// SPDX-License-Identifier: Apache-2.0

#include <CLI/CLI.hpp>

#include "cli/topic/topic.h"

namespace tenon::cli {
namespace {

int run_delete(const Shell& shell, const std::vector<std::string>& names) {
  const auto client = Client::connect(shell);
  if (!client) return report(client.error());
  const auto results = delete_topics(**client, without_repeats(names));
  if (!results) return report(results.error());
  return print_results(shell, **client, *results, "deleted");
}

}  // namespace

void add_topic_delete(CLI::App& topic, Shell& shell) {
  auto* verb = topic.add_subcommand("delete", "Delete topics and everything in them");
  auto names = std::make_shared<std::vector<std::string>>();
  verb->add_option("NAME", *names, "The topics")->required()->type_name("");
  add_client_options(*verb, shell);
  verb->footer("Example:\n  tenon topic delete orders payments");
  verb->callback(
      [names, &shell] { shell.action = [names, &shell] { return run_delete(shell, *names); }; });
}

}  // namespace tenon::cli
