// SPDX-License-Identifier: Apache-2.0

#include "groups/group_settings.h"

namespace tenon::groups {

GroupSettings settings_of(const metadata::Image& image, std::string_view group_id,
                          const GroupConfig& defaults) {
  return config::group_options(defaults.consumer, image.group_configs(group_id));
}

}  // namespace tenon::groups
