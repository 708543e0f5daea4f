// SPDX-License-Identifier: Apache-2.0
//
// Small texts: UTF-8, Base64, escapes. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tenon::cli {

// How many bytes the code point at the start of `text` has (RFC 3629: no surrogates, no overlong
// forms, at most U+10FFFF); 0 if it is none. `text` is not empty.
size_t utf8_length(std::string_view text);
bool is_utf8(std::string_view text);
// RFC 4648 section 4, with padding.
std::string base64(std::string_view bytes);

// Backslash escapes as kcat knows them: \n \r \t \\ and \xNN; any other is kept as it is written.
std::string unescape(std::string_view text);
// Fit for a terminal: control characters and what is not UTF-8 as \xNN.
std::string printable(std::string_view text);
// How many columns a terminal needs for it, one per code point.
size_t display_width(std::string_view text);

}  // namespace tenon::cli
