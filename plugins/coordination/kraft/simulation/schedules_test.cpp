// SPDX-License-Identifier: Apache-2.0
//
// The Raft core under schedules of crashes, torn and lost writes, partitions,
// loss, duplication, reordering, clocks that run differently, changes of
// members, transfers and snapshots. Every seed is one schedule and says so when
// it fails; TENON_RAFT_SEED runs that one, TENON_RAFT_SCHEDULES that many.

#include <gtest/gtest.h>

#include <cstdlib>

#include "simulation/schedules.h"

namespace tenon::kraft {
namespace {

uint64_t setting(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::strtoull(value, nullptr, 10) : otherwise;
}

TEST(RaftSchedules, keep_every_promise_and_come_to_rest) {
  const uint64_t only = setting("TENON_RAFT_SEED", 0);
  const uint64_t first = only ? only : 1;
  const uint64_t last = only ? only : setting("TENON_RAFT_SCHEDULES", 200);
  uint64_t acknowledged = 0, reads = 0, installed = 0, changes = 0;
  for (uint64_t seed = first; seed <= last; ++seed) {
    Cluster cluster(schedule_options(seed));
    std::string wrong = run_schedule(cluster, 250);
    if (wrong.empty()) wrong = come_to_rest(cluster);
    ASSERT_EQ(wrong, "") << "TENON_RAFT_SEED=" << seed;
    acknowledged += cluster.acknowledged;
    reads += cluster.reads;
    installed += cluster.snapshots_installed;
    changes += cluster.member_changes;
  }
  // Schedules in which nothing happens prove nothing.
  const uint64_t schedules = last - first + 1;
  EXPECT_GT(acknowledged, 20 * schedules);
  EXPECT_GT(reads, schedules);
  EXPECT_GT(installed, schedules / 10);
  EXPECT_GT(changes, schedules / 2);
  printf(
      "%llu schedules: %llu acknowledged, %llu reads, %llu snapshots "
      "installed, %llu changes\n",
      static_cast<unsigned long long>(schedules), static_cast<unsigned long long>(acknowledged),
      static_cast<unsigned long long>(reads), static_cast<unsigned long long>(installed),
      static_cast<unsigned long long>(changes));
}

}  // namespace
}  // namespace tenon::kraft
