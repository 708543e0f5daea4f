// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/sha256.h"

#include <gtest/gtest.h>

namespace tenon::plugin {
namespace {

std::string sum_of(std::string_view text) {
  Sha256 sum;
  sum.add(text);
  return sum.finish();
}

// FIPS 180-4's own examples.
TEST(Sha256, gives_the_sums_of_the_standard) {
  EXPECT_EQ(sum_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sum_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sum_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, pieces_count_as_the_whole) {
  Sha256 sum;
  const std::string a(1000, 'a');
  for (int i = 0; i < 1000; ++i) sum.add(a);
  EXPECT_EQ(sum.finish(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace tenon::plugin
