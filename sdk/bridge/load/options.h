// SPDX-License-Identifier: Apache-2.0
//
// Checks what a user wrote against the options that a plugin declares as data, before any of the
// plugin's code runs. Every problem is found, and said in the same words as by the broker. One
// thread.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "bridge/load/pairs.h"
#include "tenon/plugin.h"

namespace tenon::bridge {

// One value per declared option, in that order, defaults filled in.
class CheckedOptions {
 public:
  void add(const tn_option& option, int64_t i64, double f64, std::string text);
  tn_config view() const;
  // What was given, for a person to read: `a = 1, b = "x"`; secrets as "***".
  std::string summary;

 private:
  std::deque<std::string> texts_;  // the values point into it: its elements do not move
  std::vector<tn_value> values_;
};

// The option at `index`; options lie at the stride of the SDK that built the plugin.
const tn_option& option_at(const tn_descriptor& descriptor, uint32_t index);

// All values, or all problems in one text.
Result<CheckedOptions> check_options(const tn_descriptor& descriptor,
                                     const std::vector<Pair>& pairs);

}  // namespace tenon::bridge
