// SPDX-License-Identifier: Apache-2.0
//
// TOML text -> Value. The one place that knows toml++.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "config/toml/document.h"

namespace tenon::config {

// The root table, entries in order of position. The problem is the first that the parser meets:
// what follows a syntax error cannot be trusted.
std::expected<Value, Problem> read_toml(std::string_view text, const std::string& file);

}  // namespace tenon::config
