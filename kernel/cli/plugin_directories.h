// SPDX-License-Identifier: Apache-2.0
//
// Where the command line looks for plugins. Reads where the program lies; main thread.
#pragma once

#include <string>
#include <vector>

namespace tenon::cli {

// `directory` as an absolute path, or the default of the settings if it is empty.
std::vector<std::string> plugin_directories(const std::string& directory);

}  // namespace tenon::cli
