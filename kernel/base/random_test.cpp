// SPDX-License-Identifier: Apache-2.0

#include "base/random.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

// The first outputs for seed 0, from the authors' reference (splitmix64.c).
TEST(SeededRandom, is_splitmix64) {
  SeededRandom random(0);
  EXPECT_EQ(random.next(), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(random.next(), 0x6e789e6aa1b965f4ULL);
  EXPECT_EQ(random.next(), 0x06c45d188009454fULL);
}

TEST(SeededRandom, one_seed_gives_one_sequence) {
  SeededRandom a(7), b(7), c(8);
  EXPECT_EQ(a.next(), b.next());
  EXPECT_NE(a.next(), c.next());
}

TEST(SeededRandom, below_stays_below_and_reaches_all) {
  SeededRandom random(1);
  bool seen[5] = {};
  for (int i = 0; i < 200; ++i) seen[random.below(5)] = true;
  for (const bool value : seen) EXPECT_TRUE(value);
}

TEST(SystemRandom, differs_from_call_to_call) {
  SystemRandom random;
  EXPECT_NE(random.next(), random.next());
}

}  // namespace
}  // namespace tenon
