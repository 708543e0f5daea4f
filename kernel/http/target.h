// SPDX-License-Identifier: Apache-2.0
//
// The target of an HTTP request, taken apart.
//
//   target := path ["?" query]     query := pair *("&" pair)     pair := name ["=" value]
//
// Path, names and values are percent-encoded (RFC 3986); in a query "+" is a space.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::http {

struct Target {
  std::string path;
  std::map<std::string, std::string> query;  // of a name given twice, the first value
};

// Nothing when the path does not begin with '/', or an escape is not one.
std::optional<Target> parse_target(std::string_view text);

}  // namespace tenon::http
