// SPDX-License-Identifier: Apache-2.0
//
// The assignors that groups may ask for, and in which order they are offered. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "config/groups/group_config.h"

namespace tenon::broker {

// kInvalidConfig with the sentence why, for a group that names an assignor that is none of
// `loaded`.
Result<> check_group_plugins(const std::vector<std::string>& loaded,
                             const config::GroupOptions& options);

// Those of `wanted` that are loaded, and after them all others that are.
std::vector<std::string> offered_assignors(const std::vector<std::string>& wanted,
                                           const std::vector<std::string>& loaded);

}  // namespace tenon::broker
