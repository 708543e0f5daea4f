// SPDX-License-Identifier: Apache-2.0
//
// Reads just enough of an ELF file to tell whether it is a plugin, without opening it as a library:
// opening runs the constructors of whatever it is.
#pragma once

#include <string>

#include "base/error.h"

namespace tenon::plugin {

// Is the file a shared library for this machine that exports the datum `tenon_module`, long enough
// to be one? kPluginRefused with the reason. Copes with damaged and hostile files.
Result<> check_shared_library(const std::string& path);

}  // namespace tenon::plugin
