// SPDX-License-Identifier: Apache-2.0

#include "base/ids.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace tenon {
namespace {

TEST(Uuid, text_and_parse_are_inverse) {
  SeededRandom random(1);
  for (int i = 0; i < 1000; ++i) {
    const Uuid id = Uuid::from_random(random.next(), random.next());
    EXPECT_EQ(id.text().size(), 22U);
    EXPECT_NE(id.text()[0], '-');
    EXPECT_EQ(Uuid::parse(id.text()), id);
  }
}

TEST(Uuid, zero_is_printed_as_kafka_prints_it) {
  EXPECT_EQ(Uuid{}.text(), "AAAAAAAAAAAAAAAAAAAAAA");
}

TEST(Uuid, refuses_what_is_not_128_bits) {
  EXPECT_FALSE(Uuid::parse("AAAA"));
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAAB"));  // bits beyond the last byte
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAA=="));
}

}  // namespace
}  // namespace tenon
