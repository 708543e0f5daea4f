// SPDX-License-Identifier: Apache-2.0
//
// `tenon consume`: records to stdout, in a format or as JSON. Main thread.
#pragma once

#include "cli/shell.h"

namespace tenon::cli {

void add_consume(CLI::App& app, Shell& shell);

}  // namespace tenon::cli
