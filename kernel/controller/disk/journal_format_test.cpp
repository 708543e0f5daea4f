// SPDX-License-Identifier: Apache-2.0

#include "controller/disk/journal_format.h"

#include <gtest/gtest.h>

namespace tenon::controller {
namespace {

class JournalFormatTest : public ::testing::Test {
 protected:
  static Entry entry(uint64_t index, std::string_view text) {
    const ByteView bytes = as_bytes(text);
    return {.index = index,
            .epoch = 3,
            .kind = EntryKind::kData,
            .payload = Bytes(bytes.begin(), bytes.end())};
  }
  static Bytes frame() { return encode_frame(std::vector{entry(5, "one"), entry(6, "")}); }
};

TEST_F(JournalFormatTest, a_frame_comes_back_as_it_was) {
  const auto decoded = decode_frame(frame());
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->entries, (std::vector{entry(5, "one"), entry(6, "")}));
  EXPECT_EQ(decoded->bytes, frame().size());
}

TEST_F(JournalFormatTest, a_frame_has_the_bytes_of_the_grammar) {
  const Bytes bytes = encode_frame(std::vector{entry(1, "x")});
  const Bytes body{0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 2, 'x'};
  EXPECT_EQ(load_be<uint32_t>(bytes.data()), body.size());
  EXPECT_EQ(Bytes(bytes.begin() + 8, bytes.end()), body);
}

TEST_F(JournalFormatTest, a_frame_with_any_bit_changed_is_refused) {
  Bytes bytes = frame();
  for (size_t at = 0; at < bytes.size(); ++at) {
    for (uint8_t bit = 1; bit != 0; bit = static_cast<uint8_t>(bit << 1)) {
      bytes[at] ^= bit;
      EXPECT_FALSE(decode_frame(bytes)) << at;
      bytes[at] ^= bit;
    }
  }
}

TEST_F(JournalFormatTest, a_frame_cut_anywhere_is_refused) {
  const Bytes bytes = frame();
  for (size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(decode_frame(ByteView(bytes).first(length))) << length;
}

TEST_F(JournalFormatTest, a_later_frame_is_found_behind_damage) {
  Bytes bytes(77, 0xab);
  const Bytes later = frame();
  bytes.insert(bytes.end(), later.begin(), later.end());
  EXPECT_EQ(find_frame_after(bytes, 3), 77u);
  EXPECT_EQ(find_frame_after(bytes, 5), std::nullopt);
}

TEST_F(JournalFormatTest, a_segment_header_is_checked) {
  Bytes header = encode_segment_header(42);
  EXPECT_EQ(header.size(), kSegmentHeaderBytes);
  EXPECT_EQ(decode_segment_header(header), 42u);
  header[15] ^= 1;
  EXPECT_EQ(decode_segment_header(header), std::nullopt);
  EXPECT_EQ(decode_segment_header(ByteView(header).first(19)), std::nullopt);
}

TEST_F(JournalFormatTest, a_snapshot_with_any_byte_changed_is_refused) {
  const Snapshot snapshot{
      .index = 9, .leader = {.epoch = 4, .leader = BrokerId{2}}, .body = {1, 2, 3}};
  Bytes file = encode_snapshot(snapshot);
  EXPECT_EQ(decode_snapshot(file)->index, 9u);
  EXPECT_EQ(decode_snapshot(file)->leader, snapshot.leader);
  EXPECT_EQ(decode_snapshot(file)->body, snapshot.body);
  for (uint8_t& byte : file) {
    byte ^= 0x10;
    EXPECT_FALSE(decode_snapshot(file));
    byte ^= 0x10;
  }
}

TEST_F(JournalFormatTest, leadership_is_said_by_an_entry) {
  Entry said{.index = 8, .epoch = 2, .kind = EntryKind::kLeadership, .payload = {}};
  said.payload = encode_leadership(BrokerId{5});
  EXPECT_EQ(*decode_leadership(said), (Leadership{.epoch = 2, .leader = BrokerId{5}, .index = 8}));
  said.payload.pop_back();
  EXPECT_FALSE(decode_leadership(said));
}

TEST_F(JournalFormatTest, names_sort_as_their_indexes_and_come_back) {
  EXPECT_LT(segment_name(99), segment_name(100));
  EXPECT_EQ(parse_segment_name(segment_name(123)), 123u);
  EXPECT_EQ(parse_snapshot_name(snapshot_name(7)), 7u);
  EXPECT_EQ(parse_segment_name("journal-12.log"), std::nullopt);
  EXPECT_EQ(parse_segment_name(snapshot_name(7)), std::nullopt);
  EXPECT_EQ(parse_snapshot_name(snapshot_name(7) + ".tmp"), std::nullopt);
}

}  // namespace
}  // namespace tenon::controller
