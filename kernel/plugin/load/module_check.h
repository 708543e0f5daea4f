// SPDX-License-Identifier: Apache-2.0
//
// Checks of a library's datum, made before any of its functions is called. What passes may be read
// without further care: texts are there, arrays have their length, functions are not null.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "tenon/plugin.h"

namespace tenon::plugin {

// Why a library of that ABI cannot be used here; nothing if it can.
std::optional<std::string> abi_refusal(uint32_t major, uint32_t min_minor);

// kPluginRefused, with `path` and the reason: not the magic number, another major ABI, a newer
// minor, a descriptor that breaks the contract, flags that must be understood and are not.
Result<> check_module(const tn_module& module, const std::string& path);

// The descriptor of that kind and name. kPluginRefused tells what the library holds instead.
Result<const tn_descriptor*> find_descriptor(const tn_module& module, std::string_view kind,
                                             std::string_view name, const std::string& path);

// Option number `index`. Options lie as far apart as the plugin's own tn_option is long, which a
// newer SDK may have made longer than ours.
const tn_option& option_at(const tn_descriptor& descriptor, uint32_t index);

}  // namespace tenon::plugin
