// SPDX-License-Identifier: Apache-2.0
//
// `tenon produce`: records from lines of stdin or of a file. Main thread.
#pragma once

#include "cli/shell.h"

namespace tenon::cli {

void add_produce(CLI::App& app, Shell& shell);

}  // namespace tenon::cli
