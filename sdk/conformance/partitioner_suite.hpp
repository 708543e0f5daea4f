// SPDX-License-Identifier: Apache-2.0
//
// The partitioner kit as GoogleTest tests. A partitioner's test program says once:
//
//   TENON_PARTITIONER_SUITE(HashPartitionerTest, "hash")
//
// which is also the fixture of what it tests besides. The program must be linked with the
// partitioner's source, so that its datum is there.
#pragma once

#include "conformance/property_suite.hpp"

#define TENON_PARTITIONER_SUITE(Fixture, name)              \
  TENON_PROPERTY_SUITE(Fixture##Properties, name)           \
  class Fixture : public ::testing::Test {                  \
   protected:                                               \
    ::tenon::conformance::TestHost host_;                   \
    ::tenon::conformance::PartitionerKit kit_{host_, name}; \
  };
