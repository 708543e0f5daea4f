// SPDX-License-Identifier: Apache-2.0
//
// The codec kit as GoogleTest tests. A codec's test program defines the fixture once:
//
//   TENON_CODEC_SUITE(GzipCodec, "gzip", /*end_mark=*/true)
//
// The program must be linked with the codec's source, so that its datum is there.
#pragma once

#include <gtest/gtest.h>

#include "conformance/codec_kit.hpp"
#include "conformance/library.hpp"

// TENON_PLUGIN is the path of the built library, given by the build.
#define TENON_CODEC_SUITE(Fixture, name, end_mark)                                                \
  class Fixture : public ::testing::Test {                                                        \
   protected:                                                                                     \
    ::tenon::conformance::TestHost host_;                                                         \
    ::tenon::conformance::CodecKit kit_{host_, name};                                             \
  };                                                                                              \
  TEST_F(Fixture, gives_back_what_it_took) {                                                      \
    EXPECT_EQ(kit_.check_round_trips(), "");                                                      \
  }                                                                                               \
  TEST_F(Fixture, joins_pieces_to_one_stream) {                                                   \
    EXPECT_EQ(kit_.check_pieces(), "");                                                           \
  }                                                                                               \
  TEST_F(Fixture, never_writes_past_the_cap) {                                                    \
    EXPECT_EQ(kit_.check_caps(), "");                                                             \
  }                                                                                               \
  TEST_F(Fixture, sees_that_a_stream_was_cut) {                                                   \
    EXPECT_EQ(kit_.check_truncation(end_mark), "");                                               \
  }                                                                                               \
  TEST_F(Fixture, survives_damaged_bytes) {                                                       \
    EXPECT_EQ(kit_.check_damage(), "");                                                           \
  }                                                                                               \
  TEST_F(Fixture, survives_noise) {                                                               \
    EXPECT_EQ(kit_.check_noise(), "");                                                            \
  }                                                                                               \
  TEST_F(Fixture, stops_a_bomb_at_the_cap) {                                                      \
    EXPECT_EQ(kit_.check_bomb(), "");                                                             \
  }                                                                                               \
  TEST_F(Fixture, reads_streams_joined_together) {                                                \
    EXPECT_EQ(kit_.check_concatenated(), "");                                                     \
  }                                                                                               \
  TEST_F(Fixture, works_without_a_context) {                                                      \
    EXPECT_EQ(kit_.check_without_context(), "");                                                  \
  }                                                                                               \
  TEST_F(Fixture, exports_one_symbol_and_a_sound_datum) {                                         \
    EXPECT_EQ(::tenon::conformance::check_library(TENON_PLUGIN), "");                             \
  }                                                                                               \
  TEST_F(Fixture, leaves_nothing_behind) {                                                        \
    const auto use = [](const ::tenon::conformance::Instance& instance) {                         \
      const auto& api = *instance.interface<tn_codec>(TN_CODEC_ID);                               \
      api.free_context(instance.self(), api.new_context(instance.self()));                        \
    };                                                                                            \
    EXPECT_EQ(::tenon::conformance::check_lifecycle(*::tenon::conformance::find_descriptor(name), \
                                                    {}, 1000, use),                               \
              "");                                                                                \
  }
