// SPDX-License-Identifier: Apache-2.0
//
// What the parts of a group coordinator share: its clock, its log, its groups, and whom it asks.
// References; one thread.
#pragma once

#include <functional>
#include <memory>

#include "base/random.h"
#include "base/scheduler.h"
#include "groups/assignment/assignors.h"
#include "groups/chronicle/chronicle.h"
#include "groups/group_config.h"
#include "groups/table/group_table.h"
#include "groups/turns/lanes.h"
#include "statemachine/coordinator.h"

namespace tenon::groups {

// What the parts of a group coordinator share. Outlives them.
struct CoordinatorParts {
  Scheduler& scheduler;
  Random& random;
  const GroupConfig& config;
  GroupTable& table;
  statemachine::Coordinator& runtime;
  Lanes& lanes;  // of consumer groups
  Chronicles& chronicles;
  Assignors& assignors;
  // The cluster as the shard knows it now.
  std::function<std::shared_ptr<const metadata::Image>()> image;

  int64_t now_ms() const { return scheduler.clock().wall_ms(); }
};

}  // namespace tenon::groups
