// SPDX-License-Identifier: Apache-2.0
//
// The assignor kit as GoogleTest tests. An assignor's test program defines the fixture once:
//
//   TENON_ASSIGNOR_SUITE(RangeAssignorTest, "range")
//
// The program must be linked with the assignor's source, so that its datum is there.
#pragma once

#include <gtest/gtest.h>

#include "conformance/assignor_kit.hpp"

// TENON_PLUGIN is the path of the built library, given by the build.
#define TENON_ASSIGNOR_SUITE(Fixture, assignor_name)                                               \
  class Fixture : public ::testing::Test {                                                         \
   protected:                                                                                      \
    ::tenon::conformance::TestHost host_;                                                          \
    ::tenon::conformance::AssignorKit kit_{host_,                                                  \
                                           *::tenon::conformance::find_descriptor(assignor_name)}; \
  };                                                                                               \
  TEST_F(Fixture, has_every_property_of_an_assignor) {                                             \
    for (const auto& property : ::tenon::conformance::assignor_properties())                       \
      EXPECT_EQ(property.check(kit_), "") << property.name << ": " << property.about;              \
  }                                                                                                \
  TEST_F(Fixture, exports_one_symbol_and_a_sound_datum) {                                          \
    EXPECT_EQ(::tenon::conformance::check_library(TENON_PLUGIN), "");                              \
  }                                                                                                \
  TEST_F(Fixture, serves_1000_members_on_10000_partitions_within_200_ms) {                         \
    using ::tenon::conformance::TestGroup;                                                         \
    const auto small = kit_.assign(TestGroup::equal(1000, 100, 100));                              \
    const auto large = kit_.assign(TestGroup::equal(10000, 100, 1000));                            \
    std::printf("%s: 1000 members, 10000 partitions: %.1f ms; 10000, 100000: %.1f ms\n",           \
                assignor_name, small.took.count() / 1e6, large.took.count() / 1e6);                \
    EXPECT_EQ(small.wrong() + large.wrong(), "");                                                  \
    EXPECT_LT(small.took.count(), 200'000'000);                                                    \
  }
