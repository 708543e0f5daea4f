// SPDX-License-Identifier: Apache-2.0
//
// Words of configurations: cutting them apart, and finding the one that was meant. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenon::bridge {

// Without blanks, tabs and carriage returns at both ends.
std::string_view trimmed(std::string_view text);

// The items between commas, trimmed; an empty item stays as "".
std::vector<std::string> split_list(std::string_view text);

std::string join(const std::vector<std::string>& items, std::string_view between);

// `; did you mean "x"?` for the nearest of the known words, or "" when none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace tenon::bridge
