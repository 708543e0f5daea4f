// SPDX-License-Identifier: Apache-2.0
//
// What /metrics and /readyz show of partitions and groups, gathered from the shards when they are
// asked for.
#pragma once

#include <string>

#include "base/metrics.h"
#include "base/task.h"
#include "broker/group_lag.h"
#include "groups/group_directory.h"
#include "replication/replicas.h"

namespace tenon::broker {

// Offsets and sizes of partitions; members and lag of groups, and why they rebalance. `lag` is the
// same from scrape to scrape, one at a time. Resolves on `home`.
Task<MetricSamples> gather_samples(Scheduler& home, replication::Replicas& replicas,
                                   groups::GroupDirectory& groups, GroupLag& lag);

// What /readyz?verbose says of partitions that are offline: a line for each, or that there is none.
// Resolves on `home`.
Task<std::string> gather_storage_notes(Scheduler& home, replication::Replicas& replicas);

}  // namespace tenon::broker
