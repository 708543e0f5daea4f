// SPDX-License-Identifier: Apache-2.0
//
// `tenon version`, and the text of --version. Main thread.
#pragma once

#include <string>

#include "cli/shell.h"

namespace tenon::cli {

std::string version_text();  // without a line break
void add_version(CLI::App& app, Shell& shell);

}  // namespace tenon::cli
