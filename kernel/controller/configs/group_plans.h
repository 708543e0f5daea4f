// SPDX-License-Identifier: Apache-2.0
//
// What a request to change the configs of groups comes to: f(image, request) -> (records, results),
// as topics/topic_plans.h does it for topics. A group has configs without being there: they hold
// when it comes.
#pragma once

#include <functional>
#include <vector>

#include "config/groups/group_config.h"
#include "controller/requests.h"
#include "controller/topics/topic_plans.h"
#include "metadata/image.h"

namespace tenon::controller {

// What the operator decided about groups.
struct GroupPolicy {
  config::ConsumerGroupSettings defaults;
  // A further check of options that are valid in themselves: are its assignors loaded? May be
  // empty. Called on the controller's thread.
  std::function<Result<>(const config::GroupOptions&)> check_options;
};

// kInvalidRequest for the empty group, kInvalidConfig for what a group cannot have.
Plan<> plan_alter_group_configs(const metadata::Image& image, const GroupPolicy& policy,
                                const std::vector<GroupConfigChanges>& groups, bool validate_only);

}  // namespace tenon::controller
