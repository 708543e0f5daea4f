// SPDX-License-Identifier: Apache-2.0
//
// What values options take, with messages for people, and the layout of --help. Main thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class FormatterBase;
class Option;
}  // namespace CLI

namespace tenon::cli {

// Only these words; help shows them as "a|b|c".
CLI::Option* take_one_of(CLI::Option* option, std::vector<std::string> words);
// Only whole numbers from `min`, up to what 32 bits hold; help shows `N`.
CLI::Option* take_number_from(CLI::Option* option, int64_t min);

// Options with what they take and nothing of how they are checked.
std::shared_ptr<CLI::FormatterBase> help_layout();

}  // namespace tenon::cli
