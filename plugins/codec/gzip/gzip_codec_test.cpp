// SPDX-License-Identifier: Apache-2.0
//
// The gzip codec: the codec suite, and both ways against zlib itself.

#include <zlib.h>

#include "conformance/codec_suite.hpp"

namespace tenon::conformance {
namespace {

TENON_CODEC_SUITE(GzipCodecTest, "gzip")

constexpr int kGzip = 15 + 16;

Buffer zlib_compress(const Buffer& content, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  Buffer out(deflateBound(&stream, content.size()));
  stream.next_in = const_cast<Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Buffer zlib_decompress(const Buffer& packed, size_t size) {
  z_stream stream{};
  inflateInit2(&stream, kGzip);
  Buffer out(size + 1);
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST_F(GzipCodecTest, reads_what_zlib_writes) {
  const Buffer content = make_content(Content::kText, 50000);
  EXPECT_EQ(kit_.decompress(zlib_compress(content, kGzip), content.size()).bytes, content);
}

TEST_F(GzipCodecTest, writes_what_zlib_reads) {
  const Buffer content = make_content(Content::kText, 50000);
  EXPECT_EQ(zlib_decompress(kit_.compress(content), content.size()), content);
}

TEST_F(GzipCodecTest, refuses_the_zlib_wrapper_and_raw_deflate) {
  const Buffer content = make_content(Content::kText, 100);
  EXPECT_EQ(kit_.decompress(zlib_compress(content, 15), 100).code, TN_E_CORRUPT);
  EXPECT_EQ(kit_.decompress(zlib_compress(content, -15), 100).code, TN_E_CORRUPT);
}

TEST_F(GzipCodecTest, every_level_gives_back_what_it_took) {
  for (int32_t level = 0; level <= 9; level++) EXPECT_EQ(kit_.check_round_trips(level), "");
}

TEST_F(GzipCodecTest, refuses_levels_out_of_range) {
  EXPECT_EQ(kit_.compress({}, 100, 10).code, TN_E_INVALID);
  EXPECT_EQ(kit_.compress({}, 100, -2).code, TN_E_INVALID);
}

TEST_F(GzipCodecTest, the_option_sets_the_level) {
  const CodecKit stored(host_, "gzip", {{"level", "0"}});
  const Buffer content = make_content(Content::kText, 10000);
  EXPECT_GT(stored.compress(content).size(), content.size());
  EXPECT_LT(stored.compress(content, 9).size(), content.size() / 2);
}

TEST_F(GzipCodecTest, refuses_garbage_after_the_last_member) {
  Buffer packed = kit_.compress(Buffer(10, 'x'));
  packed.insert(packed.end(), {'j', 'u', 'n', 'k'});
  EXPECT_EQ(kit_.decompress(packed, 1000).code, TN_E_CORRUPT);
}

TEST_F(GzipCodecTest, tells_the_content_size_of_one_member) {
  const Buffer content = make_content(Content::kText, 5000);
  EXPECT_EQ(kit_.content_size(kit_.compress(content)), 5000u);
}

}  // namespace
}  // namespace tenon::conformance
