// SPDX-License-Identifier: Apache-2.0
//
// What /metrics shows of partitions and groups, gathered from the shards at the time of a scrape.
#pragma once

#include "base/metrics.h"
#include "base/task.h"
#include "groups/group_directory.h"
#include "replication/replicas.h"

namespace tenon::broker {

// Offsets and sizes of partitions, members and lag of groups. Resolves on `home`.
Task<MetricSamples> gather_samples(Scheduler& home, replication::Replicas& replicas,
                                   groups::GroupDirectory& groups);

}  // namespace tenon::broker
