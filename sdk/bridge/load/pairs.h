// SPDX-License-Identifier: Apache-2.0
//
// The options of a plugin as a user writes them in one property or in a file:
//
//   text    = [ pair ] *( ( ";" | newline ) [ pair ] )
//   pair    = key "=" value | "#" comment to the end of the line
//   value   = "basic string" | 'literal string' | anything else up to ";" or the end of the line
//
// Blanks around keys and values do not count. A basic string knows \" \\ \n and \t, as TOML does,
// so the lines of a plugin's table in a broker's TOML mean the same here. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tenon/result.hpp"

namespace tenon::bridge {

struct Pair {
  std::string key;
  std::string value;
  bool quoted = false;
  size_t line = 0;  // from 1
};

// All pairs in their order, or the first mistake, with its line if there are several.
Result<std::vector<Pair>> parse_pairs(std::string_view text);

}  // namespace tenon::bridge
