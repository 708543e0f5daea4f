// SPDX-License-Identifier: Apache-2.0
//
// One schedule of one seed, from the first election to rest.
#pragma once

#include <string>

#include "simulation/cluster.h"

namespace tenon::kraft {

Cluster::Options schedule_options(uint64_t seed, const Rules& rules = kRules);

// What went wrong, in words; empty if nothing did.
std::string run_schedule(Cluster& cluster, int steps);
// After the weather has cleared everybody comes to have the same, and goes on.
std::string come_to_rest(Cluster& cluster);

}  // namespace tenon::kraft
