// SPDX-License-Identifier: Apache-2.0
//
// `tenon serve` and `tenon config check`: settings from a file, the environment and the command
// line.
#pragma once

#include "cli/cli.h"
#include "cli/shell.h"

namespace tenon::cli {

void add_serve(CLI::App& app, Serve serve, Shell& shell);
void add_config(CLI::App& app, Shell& shell);

}  // namespace tenon::cli
