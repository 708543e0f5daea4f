// SPDX-License-Identifier: Apache-2.0

#include "log/state/blob.h"

#include <gtest/gtest.h>

namespace tenon::log {
namespace {

Bytes written() {
  return BlobWriter(3).put(int32_t{7}).put(int64_t{-1}).put(int8_t{2}).finish();
}

TEST(Blob, gives_back_what_was_put) {
  const Bytes blob = written();
  auto reader = BlobReader::open(blob, 3, "t-0");
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->take<int32_t>(), 7);
  EXPECT_EQ(reader->take<int64_t>(), -1);
  EXPECT_FALSE(reader->complete());
  EXPECT_EQ(reader->take<int8_t>(), 2);
  EXPECT_TRUE(reader->complete());
}

TEST(Blob, sees_every_flipped_bit_and_every_cut) {
  for (size_t at = 0; at < written().size(); ++at) {
    Bytes blob = written();
    blob[at] ^= 0x20;
    EXPECT_EQ(BlobReader::open(blob, 3, "t-0").error().code, Errc::kCorruptData);
    blob = written();
    blob.resize(at);
    EXPECT_EQ(BlobReader::open(blob, 3, "t-0").error().code, Errc::kCorruptData);
  }
}

TEST(Blob, refuses_another_version) {
  EXPECT_EQ(BlobReader::open(written(), 4, "t-0").error().code, Errc::kCorruptData);
}

TEST(Blob, tells_that_it_has_run_out) {
  const Bytes blob = BlobWriter(1).put(int16_t{1}).finish();
  auto reader = BlobReader::open(blob, 1, "t-0");
  EXPECT_EQ(reader->take<int64_t>(), 0);
  EXPECT_FALSE(reader->complete());
}

}  // namespace
}  // namespace tenon::log
