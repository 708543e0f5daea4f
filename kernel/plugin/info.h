// SPDX-License-Identifier: Apache-2.0
//
// What a plugin says of itself, copied out of its datum: for `tenon plugin inspect`, for messages
// and for documentation. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/plugin.h"

namespace tenon::plugin {

struct OptionInfo {
  std::string name;
  std::string type;  // "int", "duration", ...
  std::string default_text;
  bool has_default = false;
  bool required = false;
  bool secret = false;
  int64_t min = 0;  // both 0 = unbounded
  int64_t max = 0;
  std::vector<std::string> choices;
  std::string about;
};

// One descriptor of a library.
struct PluginInfo {
  std::string kind;  // "partitioner", "assignor", "codec", "storage", "coordination"
  std::string name;
  std::string version;
  std::string vendor;
  std::string license;
  std::string about;
  std::string path;
  uint32_t abi_major = 0;
  uint32_t abi_min_minor = 0;
  std::vector<OptionInfo> options;
};

// "codec", or "kind 77" for a number that this version does not know.
std::string kind_name(tn_kind kind);
std::string option_type_name(tn_option_type type);
// Copies what `module`, which has been verified, says of its descriptor number `index`.
PluginInfo describe(const tn_module& module, uint32_t index, const std::string& path);

}  // namespace tenon::plugin
