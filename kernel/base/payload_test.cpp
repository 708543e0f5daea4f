// SPDX-License-Identifier: Apache-2.0

#include "base/payload.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

namespace tenon {
namespace {

class PayloadTest : public ::testing::Test {
 protected:
  PayloadTest() {
    EXPECT_GE(std::fputs("0123456789", file_), 0);
    std::fflush(file_);
  }
  ~PayloadTest() override { std::fclose(file_); }

  // Of the file "0123456789".
  Payload of_file(uint64_t offset, uint64_t length) {
    Payload payload;
    payload.bytes = length;
    payload.slices.push_back({.fd = fileno(file_), .offset = offset, .length = length});
    return payload;
  }
  static Payload of_memory(std::string_view text) {
    return Payload::own(Bytes(text.begin(), text.end()));
  }
  static std::string text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

  std::FILE* file_ = std::tmpfile();
};

TEST_F(PayloadTest, owns_the_memory_that_it_is_given) {
  const Payload payload = of_memory("abc");
  Bytes out;
  EXPECT_TRUE(payload.copy_to(out));
  EXPECT_EQ(text(out), "abc");
  EXPECT_EQ(payload.bytes, 3U);
  EXPECT_TRUE(of_memory("").empty());
}

TEST_F(PayloadTest, reads_slices_of_files) {
  Bytes out;
  EXPECT_TRUE(of_file(3, 4).copy_to(out));
  EXPECT_EQ(text(out), "3456");
}

TEST_F(PayloadTest, a_file_that_is_too_short_is_told) {
  Bytes out;
  EXPECT_FALSE(of_file(8, 4).copy_to(out));
}

TEST_F(PayloadTest, a_lease_is_given_back_once_by_its_last_owner) {
  int released = 0;
  {
    Lease first([&] { ++released; });
    Lease second(std::move(first));
    Lease third;
    third = std::move(second);
    EXPECT_EQ(released, 0);
  }
  EXPECT_EQ(released, 1);
}

TEST_F(PayloadTest, a_lease_that_is_replaced_is_given_back) {
  int released = 0;
  Lease lease([&] { ++released; });
  lease = Lease();
  EXPECT_EQ(released, 1);
}

TEST_F(PayloadTest, a_chain_puts_its_splices_where_they_belong) {
  OutputChain chain;
  chain.bytes = {'(', ',', ')'};
  chain.splices.push_back({.at = 1, .payload = of_memory("abc")});
  chain.splices.push_back({.at = 2, .payload = of_file(0, 2)});
  chain.splices.push_back({.at = 2, .payload = of_memory("!")});
  Bytes out;
  EXPECT_TRUE(chain.flatten(out));
  EXPECT_EQ(text(out), "(abc,01!)");
  EXPECT_EQ(chain.size(), out.size());
}

}  // namespace
}  // namespace tenon
