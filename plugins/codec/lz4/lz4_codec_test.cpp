// SPDX-License-Identifier: Apache-2.0
//
// The lz4 codec: the codec suite, and both ways against liblz4's frames of every kind.

#include <lz4frame.h>

#include "conformance/codec_suite.hpp"

namespace tenon::conformance {
namespace {

TENON_CODEC_SUITE(Lz4CodecTest, "lz4")

Buffer lz4_compress(const Buffer& content, const LZ4F_preferences_t& preferences) {
  Buffer out(LZ4F_compressFrameBound(content.size(), &preferences));
  out.resize(
      LZ4F_compressFrame(out.data(), out.size(), content.data(), content.size(), &preferences));
  return out;
}

TEST_F(Lz4CodecTest, reads_linked_and_independent_blocks_with_checksums) {
  const Buffer content = make_content(Content::kText, 300000);
  for (const LZ4F_blockMode_t mode : {LZ4F_blockLinked, LZ4F_blockIndependent}) {
    for (const LZ4F_blockSizeID_t size : {LZ4F_max64KB, LZ4F_max256KB, LZ4F_max4MB}) {
      LZ4F_preferences_t preferences{};
      preferences.frameInfo.blockMode = mode;
      preferences.frameInfo.blockSizeID = size;
      preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
      preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled;
      const Buffer packed = lz4_compress(content, preferences);
      EXPECT_EQ(kit_.decompress(packed, content.size()).bytes, content);
      EXPECT_EQ(kit_.decompress(packed, content.size() - 1).code, TN_E_LIMIT);
    }
  }
}

TEST_F(Lz4CodecTest, verifies_the_content_checksum) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  Buffer packed = lz4_compress(make_content(Content::kText, 1000), preferences);
  packed.back() ^= 1;
  EXPECT_EQ(kit_.decompress(packed, 1000).code, TN_E_CORRUPT);
}

TEST_F(Lz4CodecTest, writes_what_liblz4_reads) {
  const Buffer content = make_content(Content::kText, 200000);
  const Buffer packed = kit_.compress(content);
  LZ4F_dctx* context = nullptr;
  LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
  Buffer out(content.size() + 1);
  size_t produced = out.size(), consumed = packed.size();
  EXPECT_EQ(LZ4F_decompress(context, out.data(), &produced, packed.data(), &consumed, nullptr), 0u);
  LZ4F_freeDecompressionContext(context);
  out.resize(produced);
  EXPECT_EQ(out, content);
}

// KIP-57: the header checksum covers the descriptor, not the magic before it.
TEST_F(Lz4CodecTest, writes_the_frame_header_of_kafkas_clients) {
  const Buffer packed = kit_.compress(make_content(Content::kText, 100));
  const Buffer header = {0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82};
  EXPECT_EQ(Buffer(packed.begin(), packed.begin() + 7), header);
}

TEST_F(Lz4CodecTest, refuses_the_header_checksum_from_before_kip_57) {
  Buffer packed = kit_.compress(make_content(Content::kText, 100));
  packed[6] = 0x1a;
  EXPECT_EQ(kit_.decompress(packed, 100).code, TN_E_CORRUPT);
}

TEST_F(Lz4CodecTest, tells_the_content_size_where_the_frame_does) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.contentSize = 5000;
  const Buffer content = make_content(Content::kText, 5000);
  EXPECT_EQ(kit_.content_size(lz4_compress(content, preferences)), 5000u);
  EXPECT_EQ(kit_.content_size(kit_.compress(content)), 0u);
}

TEST_F(Lz4CodecTest, levels_give_back_what_they_took) {
  for (const int32_t level : {1, 3, 9, 12, 17}) EXPECT_EQ(kit_.check_round_trips(level), "");
  EXPECT_EQ(kit_.compress({}, 100, 18).code, TN_E_INVALID);
}

TEST_F(Lz4CodecTest, reads_empty_frames) {
  const LZ4F_preferences_t preferences{};
  EXPECT_EQ(kit_.decompress(lz4_compress({}, preferences), 0).code, TN_OK);
}

}  // namespace
}  // namespace tenon::conformance
