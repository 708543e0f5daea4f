// SPDX-License-Identifier: Apache-2.0
//
// Looks into a file before the dynamic linker runs its constructors: is it a shared library of this
// machine that exports a `tenon_module` of at least the size that we read? Any thread.
#pragma once

#include <string>

#include "tenon/result.hpp"

namespace tenon::bridge {

// Refuses with a sentence that does not name the path. Damaged and hostile files are refused, too.
Result<> check_shared_library(const std::string& path);

}  // namespace tenon::bridge
