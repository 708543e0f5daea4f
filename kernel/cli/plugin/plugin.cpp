// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin/plugin.h"

#include <CLI/CLI.hpp>

namespace tenon::cli {

void add_plugin(CLI::App& app, Shell& shell) {
  auto* plugin = app.add_subcommand("plugin", "List, make, check and exchange plugins");
  plugin->require_subcommand(1);
  plugin->footer(
      "Examples:\n"
      "  tenon plugin list\n"
      "  tenon plugin inspect build/lib/tenon/plugins/codec-zstd.so");
  add_plugin_list(*plugin, shell);
  add_plugin_inspect(*plugin, shell);
  add_plugin_new(*plugin, shell);
  add_plugin_check(*plugin, shell);
  add_plugin_lint(*plugin, shell);
  add_plugin_vectors(*plugin, shell);
  add_plugin_bench(*plugin, shell);
  add_plugin_swap(*plugin, shell);
}

}  // namespace tenon::cli
