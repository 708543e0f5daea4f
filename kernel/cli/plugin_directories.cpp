// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin_directories.h"

#include <filesystem>

#include "config/settings.h"

namespace tenon::cli {

std::vector<std::string> plugin_directories(const std::string& directory) {
  if (directory.empty()) return config::read_text("", "").settings.plugins.directories;
  return {std::filesystem::absolute(directory).lexically_normal()};
}

}  // namespace tenon::cli
