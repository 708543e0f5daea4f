// SPDX-License-Identifier: Apache-2.0
//
// The reference decoders read what the libraries themselves have written, and nothing less.
#include "conformance/reference/reference_decoders.hpp"

#include <gtest/gtest.h>

#include "conformance/reference/reference_streams.hpp"

namespace tenon::conformance {
namespace {

constexpr size_t kCap = 1000;

std::vector<uint8_t> bytes_of(const ReferenceStream& stream) {
  const std::string bytes = bytes_of_hex(stream.hex);
  return {bytes.begin(), bytes.end()};
}

Decoded decode(int32_t wire_id, const std::vector<uint8_t>& bytes, size_t cap = kCap) {
  return decode_by_reference(wire_id, ByteView(bytes.data(), bytes.size()), cap);
}

// Of those that Kafka's clients write: without bare snappy.
std::vector<ReferenceStream> framed_streams() {
  std::vector<ReferenceStream> framed;
  for (const ReferenceStream& stream : reference_streams())
    if (stream.about != std::string("bare snappy")) framed.push_back(stream);
  return framed;
}

TEST(ReferenceDecoders, are_all_here_for_the_tests) {
  for (int32_t wire_id = TN_WIRE_GZIP; wire_id <= TN_WIRE_ZSTD; wire_id++)
    EXPECT_EQ(missing_reference(wire_id), "");
  EXPECT_NE(missing_reference(5), "");
}

TEST(ReferenceDecoders, read_the_streams_of_other_programs) {
  const std::string content = reference_content();
  for (const ReferenceStream& stream : framed_streams()) {
    const Decoded out = decode(stream.wire_id, bytes_of(stream));
    EXPECT_EQ(out.wrong, "") << stream.wire_id << ", " << stream.about;
    EXPECT_EQ(std::string(out.bytes.begin(), out.bytes.end()), content) << stream.about;
  }
}

// A stream of blocks or members may end behind each of them, and so may one behind another frame.
TEST(ReferenceDecoders, see_that_a_stream_was_cut) {
  for (const ReferenceStream& stream : framed_streams()) {
    std::vector<uint8_t> bytes = bytes_of(stream);
    const size_t whole = decode(stream.wire_id, bytes).bytes.size();
    bytes.pop_back();
    const Decoded out = decode(stream.wire_id, bytes);
    EXPECT_TRUE(!out.wrong.empty() || out.bytes.size() < whole) << stream.about;
    EXPECT_NE(decode(stream.wire_id, {}).wrong, "") << stream.about;
  }
}

TEST(ReferenceDecoders, see_what_stands_behind_a_stream) {
  for (const ReferenceStream& stream : framed_streams()) {
    std::vector<uint8_t> bytes = bytes_of(stream);
    for (int i = 0; i < 8; i++) bytes.push_back(0x55);
    EXPECT_NE(decode(stream.wire_id, bytes).wrong, "") << stream.wire_id << ", " << stream.about;
  }
}

TEST(ReferenceDecoders, see_more_than_was_put_in) {
  for (const ReferenceStream& stream : framed_streams()) {
    const Decoded out = decode(stream.wire_id, bytes_of(stream), 10);
    EXPECT_NE(out.wrong, "") << stream.wire_id << ", " << stream.about;
  }
}

TEST(ReferenceDecoders, take_no_bare_snappy) {
  for (const ReferenceStream& stream : reference_streams())
    if (stream.about == std::string("bare snappy"))
      EXPECT_EQ(decode(TN_WIRE_SNAPPY, bytes_of(stream)).wrong,
                "snappy: its header is not xerial's, version 1");
}

}  // namespace
}  // namespace tenon::conformance
