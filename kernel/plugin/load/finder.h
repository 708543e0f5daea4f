// SPDX-License-Identifier: Apache-2.0
//
// From a configured plugin to the file that holds it. Looks at names, types and permissions only.
// Main thread.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace tenon::plugin {

// The canonical path of the file, if it may be loaded: a regular file that, like the folder it is
// in, is not writable by everyone. kPluginMissing or kPluginRefused.
Result<std::string> check_file(const std::string& path);

// The file of the plugin `kind`-`name` in one of the directories, checked. kPluginRefused, with
// both paths, when two directories have it; kPluginMissing, with a suggestion, when none has.
Result<std::string> find_library(const std::string& kind, const std::string& name,
                                 const std::vector<std::string>& directories);

// Every "*.so" of the directories, ordered by path. Directories that are missing count as empty.
std::vector<std::string> list_libraries(const std::vector<std::string>& directories);

}  // namespace tenon::plugin
