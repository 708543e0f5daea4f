// SPDX-License-Identifier: Apache-2.0

#include "simulation/schedules.h"

namespace tenon::kraft {

Cluster::Options schedule_options(uint64_t seed, const Rules& rules) {
  return {.seed = seed,
          .voters = seed % 3 == 0 ? 5 : 3,
          .others = static_cast<int32_t>(seed % 3),
          .rules = &rules,
          .skewed_clocks = true};
}

std::string run_schedule(Cluster& cluster, int steps) {
  cluster.run(3'000);
  for (int i = 0; i < steps && !cluster.checker.failed(); ++i) cluster.disturb();
  return cluster.checker.violation();
}

std::string come_to_rest(Cluster& cluster) {
  cluster.heal();
  for (int i = 0; i < 60; ++i) {
    cluster.run(500);
    if (cluster.leader() >= 0) cluster.propose(cluster.leader());
  }
  const uint64_t before = cluster.acknowledged;
  if (cluster.leader() < 0) return "nobody leads though nothing is in the way";
  cluster.propose(cluster.leader());
  cluster.run(2'000);
  if (cluster.acknowledged == before) return "nothing is committed though nothing is in the way";
  if (!cluster.has_converged()) return "members have not come to have the same log";
  return cluster.checker.violation();
}

}  // namespace tenon::kraft
