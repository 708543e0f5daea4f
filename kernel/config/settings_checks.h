// SPDX-License-Identifier: Apache-2.0
//
// Rules that hold between settings, checked once each is right by itself.
#pragma once

#include "config/settings.h"

namespace tenon::config {

// Appends a problem, at the setting that is easiest to change, for each rule that is broken.
// `file` is where a table that is missing should stand.
void check_settings(const Settings& settings, const std::string& file, Problems& problems);

}  // namespace tenon::config
