// SPDX-License-Identifier: Apache-2.0
//
// `tenon group ...`: the verbs, each in a file of its own. Main thread.
#pragma once

#include "cli/shell.h"

namespace tenon::cli {

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
