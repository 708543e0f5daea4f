// SPDX-License-Identifier: Apache-2.0
//
// Opening shared libraries. A library that was opened stays open until the process ends: code,
// vtables and thread-local destructors of it may be reached from anywhere. Any thread.
#pragma once

#include <string>

#include "base/error.h"
#include "tenon/plugin.h"

namespace tenon::plugin {

// The datum of the library at `path`, absolute and canonical. The same path gives the same datum,
// whatever has become of the file. kPluginRefused with the loader's own words.
Result<const tn_module*> open_library(const std::string& path);

}  // namespace tenon::plugin
