// SPDX-License-Identifier: Apache-2.0
//
// `tenon serve` and `tenon config check`: settings from a file, the environment and the command
// line.
#pragma once

#include <CLI/App.hpp>

#include "cli/cli.h"

namespace tenon::cli {

// Adds the verb to `app`; when it is parsed it runs and puts its exit code into `exit_code`.
void add_serve(CLI::App& app, Serve serve, int& exit_code);
void add_config(CLI::App& app, int& exit_code);

}  // namespace tenon::cli
