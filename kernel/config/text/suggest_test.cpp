// SPDX-License-Identifier: Apache-2.0
#include "config/text/suggest.h"

#include <gtest/gtest.h>

#include <array>

namespace tenon::config {
namespace {

constexpr std::array<std::string_view, 4> kKnown = {"bind", "advertise", "sticky_ms", "seed"};

TEST(Suggest, the_distance_counts_edits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("seed", ""), 4u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Suggest, a_swap_of_neighbours_is_one_edit) {
  EXPECT_EQ(edit_distance("bidn", "bind"), 1u);
  EXPECT_EQ(edit_distance("ab", "ba"), 1u);
}

TEST(Suggest, a_slip_of_the_hand_finds_the_word) {
  EXPECT_EQ(nearest("stiky_ms", kKnown), "sticky_ms");
  EXPECT_EQ(nearest("advertize", kKnown), "advertise");
  EXPECT_EQ(did_you_mean("bnd", kKnown), "; did you mean \"bind\"?");
}

TEST(Suggest, a_word_far_from_all_finds_none) {
  EXPECT_EQ(nearest("compression", kKnown), "");
  EXPECT_EQ(did_you_mean("xyz", kKnown), "");
  EXPECT_EQ(did_you_mean("anything", {}), "");
}

}  // namespace
}  // namespace tenon::config
