// SPDX-License-Identifier: Apache-2.0
//
// The partitioner kit as GoogleTest tests. A partitioner's test program defines the fixture once:
//
//   TENON_PARTITIONER_SUITE(HashPartitioner, "hash")
//
// The program must be linked with the partitioner's source, so that its datum is there.
#pragma once

#include <gtest/gtest.h>

#include "conformance/library.hpp"
#include "conformance/partitioner_kit.hpp"

// TENON_PLUGIN is the path of the built library, given by the build.
#define TENON_PARTITIONER_SUITE(Fixture, name)                                                    \
  class Fixture : public ::testing::Test {                                                        \
   protected:                                                                                     \
    ::tenon::conformance::TestHost host_;                                                         \
    ::tenon::conformance::PartitionerKit kit_{host_, name};                                       \
  };                                                                                              \
  TEST_F(Fixture, stays_in_range) {                                                               \
    EXPECT_EQ(kit_.check_range(), "");                                                            \
  }                                                                                               \
  TEST_F(Fixture, serves_four_threads_at_once) {                                                  \
    EXPECT_EQ(kit_.check_threads(host_, name), "");                                               \
  }                                                                                               \
  TEST_F(Fixture, exports_one_symbol_and_a_sound_datum) {                                         \
    EXPECT_EQ(::tenon::conformance::check_library(TENON_PLUGIN), "");                             \
  }                                                                                               \
  TEST_F(Fixture, leaves_nothing_behind) {                                                        \
    const auto use = [](const ::tenon::conformance::Instance& instance) {                         \
      const auto& api = *instance.interface<tn_partitioner>(TN_PARTITIONER_ID);                   \
      if (api.new_state == nullptr) return;                                                       \
      api.free_state(instance.self(), api.new_state(instance.self()));                            \
    };                                                                                            \
    EXPECT_EQ(::tenon::conformance::check_lifecycle(*::tenon::conformance::find_descriptor(name), \
                                                    {}, 1000, use),                               \
              "");                                                                                \
  }
