// SPDX-License-Identifier: Apache-2.0
//
// A configuration with its plugins, checked as a whole before any of them is made: what `tenon
// config check` does, and, as far as it can be told before code of a plugin runs, what `tenon
// serve` does first.
#pragma once

#include <expected>
#include <string>

#include "config/settings.h"
#include "plugin/host.h"

namespace tenon::plugin {

// The settings of the file at `path`, or all that is wrong with them and with the plugins that they
// name, sorted by position.
std::expected<config::Settings, config::Problems> load_settings(
    const std::string& path, const config::Overlay& overlay = {},
    CheckFor purpose = CheckFor::kReport);

}  // namespace tenon::plugin
