// SPDX-License-Identifier: Apache-2.0
//
// The options of a TOML table against those that a plugin declares as data. No function of the
// plugin is called. Pure; any thread.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "config/settings.h"
#include "tenon/plugin.h"

namespace tenon::plugin {

// Checked values, one per declared option, that own what they point to.
class CheckedOptions {
 public:
  CheckedOptions() = default;
  CheckedOptions(CheckedOptions&&) = default;
  CheckedOptions& operator=(CheckedOptions&&) = default;
  CheckedOptions(const CheckedOptions&) = delete;
  CheckedOptions& operator=(const CheckedOptions&) = delete;

  void add(const tn_option& option, const config::OptionValue& value);
  // Valid as long as this object.
  tn_config view() const;

 private:
  std::vector<tn_value> values_;
  std::deque<std::string> texts_;  // a deque, because the values point into it
};

// Appends every problem of the table: unknown options, with a suggestion, wrong types and values,
// required options that are missing. The values are of use only without problems.
CheckedOptions check_options(const tn_descriptor& descriptor, const config::PluginTable& table,
                             config::Problems& problems);

}  // namespace tenon::plugin
