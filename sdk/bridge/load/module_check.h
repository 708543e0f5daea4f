// SPDX-License-Identifier: Apache-2.0
//
// Judges the datum of a library that has been opened: its ABI, its descriptors and the options that
// they declare, by reading alone. The same rules as in the broker. Any thread.
#pragma once

#include <string>

#include "tenon/plugin.h"
#include "tenon/result.hpp"

namespace tenon::bridge {

// Refuses with a sentence that does not name the path.
Result<> check_module(const tn_module& module);

// Why a plugin of that ABI cannot be used here, or "".
std::string abi_fault(uint32_t major, uint32_t min_minor);

}  // namespace tenon::bridge
