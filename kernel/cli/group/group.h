// SPDX-License-Identifier: Apache-2.0
//
// `tenon group ...`: the verbs, each in a file of its own. Main thread.
#pragma once

#include <vector>

#include "cli/client/errors.h"
#include "cli/shell.h"

namespace tenon::cli {

// The exit code of a verb that did the same to several groups or offsets: what those that failed
// have in common, however many did not fail.
inline int exit_code_of_each(std::vector<int> exit_codes) {
  std::erase(exit_codes, kDone);
  return combined_exit_code(exit_codes);
}

// Adds the noun with all its verbs.
void add_group(CLI::App& app, Shell& shell);

void add_group_list(CLI::App& group, Shell& shell);
void add_group_describe(CLI::App& group, Shell& shell);
void add_group_seek(CLI::App& group, Shell& shell);
void add_group_delete(CLI::App& group, Shell& shell);
void add_group_offset_delete(CLI::App& group, Shell& shell);
void add_group_alter(CLI::App& group, Shell& shell);
void add_group_explain(CLI::App& group, Shell& shell);

}  // namespace tenon::cli
