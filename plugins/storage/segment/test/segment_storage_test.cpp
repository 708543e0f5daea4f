// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "conformance/library.hpp"
#include "conformance/storage_suite.hpp"

namespace tenon::conformance {

struct Segment {
  static constexpr const char* kName = "segment";
};
INSTANTIATE_TYPED_TEST_SUITE_P(Segment, StorageContract, Segment);

TEST(SegmentLibrary, exports_one_symbol_and_a_sound_datum) {
  EXPECT_EQ(check_library(TENON_PLUGIN), "");
}

TEST(SegmentLibrary, refuses_a_host_without_files) {
  TestHost host;
  host.hide_extensions();
  EXPECT_THROW(Instance(host, "segment"), Error);
}

}  // namespace tenon::conformance
