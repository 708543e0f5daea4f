// SPDX-License-Identifier: Apache-2.0
//
// The zstd codec: the codec suite, and both ways against libzstd itself.

#include <zstd.h>

#include "conformance/codec_suite.hpp"

namespace tenon::conformance {
namespace {

TENON_CODEC_SUITE(ZstdCodecTest, "zstd")

// A frame as streaming writers make it: without its content size.
Buffer stream_compress(const Buffer& content, int window_log) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  if (window_log != 0) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  Buffer out(ZSTD_compressBound(content.size()) + 64);
  ZSTD_inBuffer in{content.data(), content.size(), 0};
  ZSTD_outBuffer buffer{out.data(), out.size(), 0};
  ZSTD_compressStream2(context, &buffer, &in, ZSTD_e_continue);
  EXPECT_EQ(ZSTD_compressStream2(context, &buffer, &in, ZSTD_e_end), 0u);
  ZSTD_freeCCtx(context);
  out.resize(buffer.pos);
  return out;
}

TEST_F(ZstdCodecTest, reads_frames_of_one_pass) {
  const Buffer content = make_content(Content::kText, 50000);
  Buffer packed(ZSTD_compressBound(content.size()));
  packed.resize(ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), 3));
  EXPECT_EQ(kit_.decompress(packed, content.size()).bytes, content);
}

TEST_F(ZstdCodecTest, reads_frames_without_a_content_size) {
  const Buffer content = make_content(Content::kText, 300000);
  const Buffer packed = stream_compress(content, 0);
  EXPECT_EQ(kit_.content_size(packed), 0u);
  EXPECT_EQ(kit_.decompress(packed, content.size()).bytes, content);
  EXPECT_EQ(kit_.decompress(packed, content.size() - 1).code, TN_E_LIMIT);
}

TEST_F(ZstdCodecTest, writes_what_libzstd_reads) {
  const Buffer content = make_content(Content::kText, 50000);
  const Buffer packed = kit_.compress(content);
  Buffer out(content.size());
  EXPECT_EQ(ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size()), content.size());
  EXPECT_EQ(out, content);
}

TEST_F(ZstdCodecTest, tells_the_content_size) {
  EXPECT_EQ(kit_.content_size(kit_.compress(make_content(Content::kText, 5000))), 5000u);
}

TEST_F(ZstdCodecTest, never_believes_a_content_size_that_cannot_be) {
  // Magic, a single segment with an eight-byte content size, of 2^62.
  const Buffer claim = {0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40};
  EXPECT_LE(kit_.content_size(claim), claim.size() * 32768);
  EXPECT_NE(kit_.decompress(claim, 1000).code, TN_OK);
}

TEST_F(ZstdCodecTest, skips_skippable_frames) {
  const Buffer content = make_content(Content::kText, 100);
  Buffer packed = {0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
  const Buffer frame = kit_.compress(content);
  packed.insert(packed.end(), frame.begin(), frame.end());
  EXPECT_EQ(kit_.decompress(packed, 100).bytes, content);
}

TEST_F(ZstdCodecTest, refuses_windows_that_clients_cannot_read) {
  const Buffer content = make_content(Content::kText, 1000);
  EXPECT_EQ(kit_.decompress(stream_compress(content, 27), 1000).bytes, content);
  EXPECT_EQ(kit_.decompress(stream_compress(content, 28), 1000).code, TN_E_CORRUPT);
}

TEST_F(ZstdCodecTest, levels_give_back_what_they_took) {
  for (const int32_t level : {-7, -1, 1, 12}) EXPECT_EQ(kit_.check_round_trips(level), "");
  EXPECT_EQ(kit_.check_round_trip(make_content(Content::kText, 300000), 22), "");
  EXPECT_EQ(kit_.compress({}, 100, 23).code, TN_E_INVALID);
}

}  // namespace
}  // namespace tenon::conformance
