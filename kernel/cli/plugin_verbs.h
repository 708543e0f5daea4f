// SPDX-License-Identifier: Apache-2.0
//
// `tenon plugin list` and `tenon plugin inspect`: what libraries say of themselves. No function of
// a plugin is called. Main thread.
#pragma once

#include "cli/shell.h"

namespace tenon::cli {

void add_plugin(CLI::App& app, Shell& shell);

}  // namespace tenon::cli
