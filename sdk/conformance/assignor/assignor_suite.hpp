// SPDX-License-Identifier: Apache-2.0
//
// The assignor kit as GoogleTest tests. An assignor's test program says once:
//
//   TENON_ASSIGNOR_SUITE(RangeAssignorTest, "range")
//
// which is also the fixture of what it tests besides. The program must be linked with the
// assignor's source, so that its datum is there.
#pragma once

#include "conformance/property_suite.hpp"

#define TENON_ASSIGNOR_SUITE(Fixture, assignor_name)                                               \
  TENON_PROPERTY_SUITE(Fixture##Properties, assignor_name)                                         \
  class Fixture : public ::testing::Test {                                                         \
   protected:                                                                                      \
    ::tenon::conformance::TestHost host_;                                                          \
    ::tenon::conformance::AssignorKit kit_{host_,                                                  \
                                           *::tenon::conformance::find_descriptor(assignor_name)}; \
  };                                                                                               \
  TEST_F(Fixture, serves_1000_members_on_10000_partitions_within_200_ms) {                         \
    using ::tenon::conformance::TestGroup;                                                         \
    const auto small = kit_.assign(TestGroup::equal(1000, 100, 100));                              \
    const auto large = kit_.assign_large();                                                        \
    std::printf("%s: 1000 members, 10000 partitions: %.1f ms; 10000, 100000: %.1f ms\n",           \
                assignor_name, small.took.count() / 1e6, large.took.count() / 1e6);                \
    EXPECT_EQ(small.wrong() + large.wrong(), "");                                                  \
    EXPECT_LT(small.took.count(), 200'000'000);                                                    \
  }
