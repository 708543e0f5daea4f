// SPDX-License-Identifier: Apache-2.0
//
// What the parts of a coordinator share, over a simulated log, without a coordinator around it: for
// tests of one part.
#pragma once

#include "base/sim_scheduler.h"
#include "groups/coordinator_parts.h"
#include "statemachine/sim_log.h"

namespace tenon::groups {

class LoneParts {
 public:
  struct Given {
    SimScheduler& scheduler;
    Random& random;
    const GroupConfig& config;
    Assignors& assignors;
    std::function<std::shared_ptr<const metadata::Image>()> image;
  };
  explicit LoneParts(Given given)
      : scheduler_(given.scheduler),
        table(given.scheduler),
        runtime({given.scheduler, log, table, "__consumer_offsets-0"}),
        lanes(given.scheduler),
        chronicles(given.scheduler.clock()),
        shared{.scheduler = given.scheduler,
               .random = given.random,
               .config = given.config,
               .table = table,
               .runtime = runtime,
               .lanes = lanes,
               .chronicles = chronicles,
               .assignors = given.assignors,
               .image = std::move(given.image)} {
    auto loaded = start(runtime.load());
    scheduler_.run();
    TN_ASSERT(loaded.ready());
    table.finish_load();
  }
  void stop() {
    log.release();
    auto stopped = start(runtime.stop());
    scheduler_.run();
    TN_ASSERT(stopped.ready());
  }

 private:
  SimScheduler& scheduler_;

 public:
  statemachine::SimLog log;
  GroupTable table;
  statemachine::Coordinator runtime;
  Lanes lanes;
  Chronicles chronicles;
  CoordinatorParts shared;
};

}  // namespace tenon::groups
