// SPDX-License-Identifier: Apache-2.0
//
// From a configured plugin to the file that holds it. Looks at names and at who may write there
// (trust.h), never into a file. Main thread, and workers that swap a plugin.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "plugin/load/trust.h"

namespace tenon::plugin {

// The file of the plugin `kind`-`name` in one of the directories, open. kPluginRefused, with both
// paths, when two directories have it; kPluginMissing, with a suggestion, when none has.
Result<TrustedFile> find_library(const std::string& kind, const std::string& name,
                                 const std::vector<std::string>& directories, const Trust& trust);

// Every "*.so" of the directories, ordered by path. Directories that are missing count as empty.
std::vector<std::string> list_libraries(const std::vector<std::string>& directories);

}  // namespace tenon::plugin
