// SPDX-License-Identifier: Apache-2.0
//
// The rooms that handlers use, gathered once by broker/. Everything here outlives every call.
#pragma once

#include <vector>

#include "config/settings.h"
#include "controller/controller.h"
#include "groups/group_directory.h"
#include "handlers/data/fetch_session.h"
#include "handlers/guard_ledger.h"
#include "handlers/producer_ids.h"
#include "handlers/request_metrics.h"
#include "replication/replicas.h"

namespace tenon::handlers {

struct Services {
  const config::Settings& settings;
  BrokerId self;
  replication::Replicas& replicas;
  controller::Controller& controller;
  Scheduler& controller_home;
  groups::GroupDirectory& groups;
  ProducerIds& producer_ids;
  RequestMetrics& metrics;
  GuardLedger& guard_ledger;
  Random& random;
  std::vector<FetchSessions> fetch_sessions;  // one per shard, touched only there
};

}  // namespace tenon::handlers
