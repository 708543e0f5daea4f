// SPDX-License-Identifier: Apache-2.0
//
// Properties as GoogleTest tests, one each, in the process of the test. Used by the suites of the
// kinds; TENON_PLUGIN is the path of the built library, given by the build.
#pragma once

#include <gtest/gtest.h>

#include "conformance/kits.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

class PropertyTest : public ::testing::TestWithParam<Property> {
 public:
  static std::string name_of(const ::testing::TestParamInfo<Property>& info) {
    return info.param.name;
  }
  static Properties all(const std::string& plugin) {
    Properties all = library_properties();
    for (const Property& property : properties_of(*find_descriptor(plugin)))
      all.push_back(property);
    return all;
  }
  // The plugin of that name that is linked into this program, and the library built of it.
  void expect_holds(const std::string& plugin, const std::string& path) {
    Subject subject;
    subject.path = path;
    subject.module = &tenon_module;
    subject.descriptor = find_descriptor(plugin);
    EXPECT_EQ(examine(GetParam(), subject), "") << GetParam().about;
  }
};

// GoogleTest would print the bytes.
inline void PrintTo(const Property& property, std::ostream* out) {
  *out << property.name;
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon

#define TENON_PROPERTY_SUITE(Suite, plugin)                                                      \
  class Suite : public ::tenon::conformance::PropertyTest {};                                    \
  TEST_P(Suite, holds) {                                                                         \
    expect_holds(plugin, TENON_PLUGIN);                                                          \
  }                                                                                              \
  INSTANTIATE_TEST_SUITE_P(Kit, Suite,                                                           \
                           ::testing::ValuesIn(::tenon::conformance::PropertyTest::all(plugin)), \
                           ::tenon::conformance::PropertyTest::name_of);
