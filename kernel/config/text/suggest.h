// SPDX-License-Identifier: Apache-2.0
//
// "Did you mean": the known word nearest to a mistyped one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tenon::config {

// How many insertions, deletions, replacements and swaps of neighbours lead from one word to the
// other (optimal string alignment).
size_t edit_distance(std::string_view from, std::string_view to);

// The nearest of `known`, or an empty view when none is near enough to be meant.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

// `; did you mean "x"?`, or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace tenon::config
