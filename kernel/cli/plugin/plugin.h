// SPDX-License-Identifier: Apache-2.0
//
// `tenon plugin ...`: the verbs, each in a file of its own. Main thread.
#pragma once

#include "cli/shell.h"

namespace tenon::cli {

// Adds the noun with all its verbs.
void add_plugin(CLI::App& app, Shell& shell);

// What libraries say of themselves; no function of a plugin is called.
void add_plugin_list(CLI::App& plugin, Shell& shell);
void add_plugin_inspect(CLI::App& plugin, Shell& shell);
// Asks a running broker, over its HTTP port, to exchange one of its plugins.
void add_plugin_swap(CLI::App& plugin, Shell& shell);

// Writes a project.
void add_plugin_new(CLI::App& plugin, Shell& shell);

// The tools of authors. All but lint run the code of a plugin.
void add_plugin_check(CLI::App& plugin, Shell& shell);
void add_plugin_lint(CLI::App& plugin, Shell& shell);
void add_plugin_vectors(CLI::App& plugin, Shell& shell);
void add_plugin_bench(CLI::App& plugin, Shell& shell);

}  // namespace tenon::cli
