// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "conformance/property_suite.hpp"
#include "conformance/storage_suite.hpp"

namespace tenon::conformance {

struct Segment {
  static constexpr const char* kName = "segment";
};
INSTANTIATE_TYPED_TEST_SUITE_P(Segment, StorageContract, Segment);
TENON_PROPERTY_SUITE(SegmentProperties, "segment")

TEST(SegmentLibrary, refuses_a_host_without_files) {
  TestHost host;
  host.hide_extensions();
  EXPECT_THROW(Instance(host, "segment"), Error);
}

}  // namespace tenon::conformance
