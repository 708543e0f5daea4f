// SPDX-License-Identifier: Apache-2.0
//
// What holds for one group: the broker's settings, overlaid by the configs that were set for it.
// Pure; any thread.
#pragma once

#include <string_view>

#include "groups/group_config.h"
#include "metadata/image.h"

namespace tenon::groups {

using GroupSettings = config::GroupOptions;

// The group need not be there. A time that the broker's bounds exclude by now counts as the nearest
// that they allow. An assignor that it names was loaded when it was named.
GroupSettings settings_of(const metadata::Image& image, std::string_view group_id,
                          const GroupConfig& defaults);

}  // namespace tenon::groups
