// SPDX-License-Identifier: Apache-2.0

#include "net/connection/reply_cursor.h"

#include <gtest/gtest.h>

#include <string>

namespace tenon::net {
namespace {

Payload text_payload(std::initializer_list<std::string_view> parts) {
  Payload payload;
  for (const auto part : parts) {
    const ByteView bytes = as_bytes(part);
    payload.slices.push_back({-1, 0, bytes.size(), bytes.data()});
    payload.bytes += bytes.size();
  }
  return payload;
}

FramedReply framed(std::string_view bytes, std::vector<OutputChain::Splice> splices) {
  OutputChain chain;
  chain.bytes.assign(bytes.begin(), bytes.end());
  chain.splices = std::move(splices);
  return FramedReply(std::move(chain));
}

// All that the cursor walks over, in steps of at most `step` bytes, without the length.
std::string walk(const FramedReply& reply, uint64_t step) {
  std::string out;
  ReplyCursor cursor;
  do {
    for (Slice piece = cursor.piece(reply); piece.length > 0; piece = cursor.piece(reply)) {
      const uint64_t n = std::min(step, piece.length);
      out += as_text({piece.data, n});
      cursor.advance(n);
    }
  } while (cursor.next(reply));
  return out.substr(4);
}

TEST(ReplyCursor, walks_over_bytes_and_payloads_in_order) {
  std::vector<OutputChain::Splice> splices;
  splices.push_back({0, text_payload({"<", ">"})});
  splices.push_back({2, text_payload({"12", "", "3"})});
  splices.push_back({2, text_payload({})});
  splices.push_back({6, text_payload({"!"})});
  const FramedReply reply = framed("abcdef", std::move(splices));
  for (const uint64_t step : {1, 2, 100}) EXPECT_EQ(walk(reply, step), "<>ab123cdef!");
}

TEST(ReplyCursor, begins_with_the_length) {
  const FramedReply reply = framed("abc", {});
  const Slice piece = ReplyCursor().piece(reply);
  ASSERT_EQ(piece.length, 4u);
  EXPECT_EQ(load_be<int32_t>(piece.data), 3);
}

TEST(ReplyCursor, advances_the_offset_of_a_file_slice) {
  std::vector<OutputChain::Splice> splices;
  Payload file;
  file.slices.push_back({7, 100, 50, nullptr});
  file.bytes = 50;
  splices.push_back({0, std::move(file)});
  const FramedReply reply = framed("", std::move(splices));
  ReplyCursor cursor;
  cursor.next(reply);
  cursor.next(reply);
  cursor.advance(20);
  const Slice piece = cursor.piece(reply);
  EXPECT_EQ(piece.fd, 7);
  EXPECT_EQ(piece.offset, 120u);
  EXPECT_EQ(piece.length, 30u);
}

TEST(ReplyCursor, an_empty_reply_is_its_length_alone) {
  EXPECT_EQ(walk(framed("", {}), 10), "");
}

}  // namespace
}  // namespace tenon::net
