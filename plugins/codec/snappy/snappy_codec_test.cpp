// SPDX-License-Identifier: Apache-2.0
//
// The snappy codec: the codec suite, bare snappy from libsnappy, and xerial streams byte by byte.

#include <snappy.h>

#include "conformance/codec_suite.hpp"

namespace tenon::conformance {
namespace {

TENON_CODEC_SUITE(SnappyCodecTest, "snappy")

Buffer bare_snappy(const Buffer& content) {
  std::string out;
  ::snappy::Compress(reinterpret_cast<const char*>(content.data()), content.size(), &out);
  return Buffer(out.begin(), out.end());
}

Buffer joined(std::initializer_list<Buffer> parts) {
  Buffer out;
  for (const Buffer& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

const Buffer kHeader = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1};
// "abc" as one snappy block: its length, a literal of three bytes.
const Buffer kAbc = {0x03, 0x08, 'a', 'b', 'c'};

TEST_F(SnappyCodecTest, reads_bare_snappy) {
  const Buffer content = make_content(Content::kText, 100000);
  EXPECT_EQ(kit_.decompress(bare_snappy(content), content.size()).bytes, content);
  EXPECT_EQ(kit_.content_size(bare_snappy(content)), content.size());
}

TEST_F(SnappyCodecTest, refuses_bare_snappy_cut_at_any_byte) {
  const Buffer content = make_content(Content::kText, 300);
  const Buffer packed = bare_snappy(content);
  for (size_t size = 0; size < packed.size(); size++) {
    const Buffer cut(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(kit_.decompress(cut, content.size()).code, TN_E_CORRUPT) << size;
  }
}

TEST_F(SnappyCodecTest, writes_the_xerial_framing) {
  const Buffer expected = joined({kHeader, {0, 0, 0, 5}, kAbc});
  EXPECT_EQ(kit_.compress(Buffer{'a', 'b', 'c'}), expected);
  EXPECT_EQ(kit_.compress(Buffer{}), kHeader);
}

TEST_F(SnappyCodecTest, writes_chunks_of_32_kib) {
  const Buffer content = make_content(Content::kRandom, 40000);
  const Buffer packed = kit_.compress(content);
  const size_t length = size_t{packed[18]} << 8 | packed[19];
  size_t size = 0;
  ASSERT_TRUE(
      ::snappy::GetUncompressedLength(reinterpret_cast<const char*>(&packed[20]), length, &size));
  EXPECT_EQ(size, 32768u);
}

TEST_F(SnappyCodecTest, reads_a_header_in_the_place_of_a_chunk) {
  const Buffer stream = joined({kHeader, {0, 0, 0, 5}, kAbc, kHeader, {0, 0, 0, 5}, kAbc});
  EXPECT_EQ(kit_.decompress(stream, 6).bytes, (Buffer{'a', 'b', 'c', 'a', 'b', 'c'}));
}

TEST_F(SnappyCodecTest, refuses_chunks_of_impossible_length) {
  EXPECT_EQ(kit_.decompress(joined({kHeader, {0, 0, 0, 6}, kAbc}), 100).code, TN_E_CORRUPT);
  EXPECT_EQ(kit_.decompress(joined({kHeader, {0, 0, 0, 0}}), 100).code, TN_E_CORRUPT);
  EXPECT_EQ(kit_.decompress(joined({kHeader, {0xff, 0xff, 0xff, 0xff}, kAbc}), 100).code,
            TN_E_CORRUPT);
}

TEST_F(SnappyCodecTest, refuses_a_block_that_claims_gigabytes) {
  const Buffer claim = {0xff, 0xff, 0xff, 0xff, 0x0f, 0x08, 'a', 'b', 'c'};
  EXPECT_EQ(kit_.decompress(claim, 1000).code, TN_E_CORRUPT);
  EXPECT_LE(kit_.content_size(claim), claim.size() * 64);
}

TEST_F(SnappyCodecTest, refuses_a_framing_version_of_the_future) {
  Buffer stream = joined({kHeader, {0, 0, 0, 5}, kAbc});
  stream[15] = 2;
  EXPECT_EQ(kit_.decompress(stream, 100).code, TN_E_CORRUPT);
}

}  // namespace
}  // namespace tenon::conformance
