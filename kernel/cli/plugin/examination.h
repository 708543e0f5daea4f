// SPDX-License-Identifier: Apache-2.0
//
// The conformance kits (sdk/conformance) run on a library: which properties there are, and which of
// them hold. The one bridge between the command line and the kits, whose names would collide with
// the kernel's; so nothing of the kernel is included here.
//
// One thread. Without isolation a plugin that crashes takes this process with it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tenon/plugin.h"

namespace tenon::cli {

using OptionTexts = std::map<std::string, std::string>;

struct PropertyName {
  std::string name;
  std::string about{};
};

enum class Holds { kYes, kNo, kNotApplicable };

// One property of one plugin, or of the library as a whole.
struct Verdict {
  std::string plugin{};  // "partitioner hash"; empty for the library
  std::string property{};
  std::string about{};
  Holds holds = Holds::kYes;
  std::string text{};                // what is wrong, or why it does not apply
  std::vector<std::string> notes{};  // figures
  double seconds = 0;
};

struct ExaminationSettings {
  std::string path{};
  uint64_t seed = 1;
  std::string vectors{};  // a file of golden vectors, or ""
  bool in_process = false;
  // Whether the property of that name is wanted.
  std::function<bool(const std::string&)> wants{};
};

// Every property of every kind, once each, in the order in which they run.
std::vector<PropertyName> all_properties();

// The sanitizers that the library is built with and this program is not ("address,undefined"), or
// "": without their runtime it cannot be opened.
std::string foreign_sanitizers(const std::string& path);
// Those of the library as a whole, before this process opens it.
std::vector<Verdict> examine_library(const ExaminationSettings& settings);
// The datum, opened as a broker opens it; null with a reason if that fails, or would crash.
const tn_module* open_examined(const ExaminationSettings& settings, std::string& reason);
// Those of one descriptor. `options` lie over its defaults.
std::vector<Verdict> examine_plugin(const ExaminationSettings& settings, const tn_module& module,
                                    const tn_descriptor& descriptor, const OptionTexts& options);

}  // namespace tenon::cli
