// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "conformance/library.hpp"
#include "conformance/storage_suite.hpp"

namespace tenon::conformance {

struct Segment {
  static constexpr const char* kName = "segment";
};
INSTANTIATE_TYPED_TEST_SUITE_P(Segment, StorageContract, Segment);

}  // namespace tenon::conformance
