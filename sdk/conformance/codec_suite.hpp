// SPDX-License-Identifier: Apache-2.0
//
// The codec kit as GoogleTest tests. A codec's test program says once:
//
//   TENON_CODEC_SUITE(GzipCodecTest, "gzip")
//
// which is also the fixture of what it tests besides. The program must be linked with the codec's
// source, so that its datum is there.
#pragma once

#include "conformance/property_suite.hpp"

#define TENON_CODEC_SUITE(Fixture, name)              \
  TENON_PROPERTY_SUITE(Fixture##Properties, name)     \
  class Fixture : public ::testing::Test {            \
   protected:                                         \
    ::tenon::conformance::TestHost host_;             \
    ::tenon::conformance::CodecKit kit_{host_, name}; \
  };
