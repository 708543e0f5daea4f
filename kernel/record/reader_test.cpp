// SPDX-License-Identifier: Apache-2.0

#include "record/reader.h"

#include <gtest/gtest.h>

#include <limits>

#include "record/builder.h"

namespace tenon::record {
namespace {

std::optional<int32_t> varint(Bytes bytes) {
  ByteView rest(bytes);
  int32_t value = 0;
  if (!read_varint(rest, value)) return std::nullopt;
  return value;
}

// The records section of a batch with these values.
Bytes section_of(std::initializer_list<std::string_view> values) {
  BatchBuilder builder;
  for (auto value : values) builder.add({.value = as_bytes(value)});
  const Bytes batch = builder.build();
  const ByteView records = BatchView(batch).records();
  return {records.begin(), records.end()};
}

TEST(ReadVarint, reads_zigzag) {
  EXPECT_EQ(varint({0x00}), 0);
  EXPECT_EQ(varint({0x01}), -1);
  EXPECT_EQ(varint({0x02}), 1);
  EXPECT_EQ(varint({0xfe, 0xff, 0xff, 0xff, 0x0f}), std::numeric_limits<int32_t>::max());
  EXPECT_EQ(varint({0xff, 0xff, 0xff, 0xff, 0x0f}), std::numeric_limits<int32_t>::min());
}

TEST(ReadVarint, refuses_what_is_cut_or_too_long) {
  EXPECT_EQ(varint({}), std::nullopt);
  EXPECT_EQ(varint({0x80}), std::nullopt);
  EXPECT_EQ(varint({0x80, 0x80, 0x80, 0x80, 0x80}), std::nullopt);
  EXPECT_EQ(varint({0x80, 0x80, 0x80, 0x80, 0x80, 0x01}), std::nullopt);
}

TEST(ReadVarint, refuses_bits_beyond_the_type) {
  EXPECT_EQ(varint({0xff, 0xff, 0xff, 0xff, 0x1f}), std::nullopt);
}

TEST(RecordReader, finds_nothing_in_an_empty_section) {
  RecordReader reader({});
  RecordView record;
  EXPECT_FALSE(reader.next(record));
  EXPECT_FALSE(reader.damaged());
}

TEST(RecordReader, sees_damage_wherever_the_section_is_cut) {
  const Bytes section = section_of({"first", "second"});
  for (size_t length = 1; length < section.size(); ++length) {
    RecordReader reader(ByteView(section).first(length));
    RecordView record;
    int records = 0;
    while (reader.next(record)) ++records;
    const bool whole_first = length == section.size() - 13;
    EXPECT_EQ(reader.damaged(), !whole_first) << length;
    EXPECT_LE(records, 1);
  }
}

TEST(RecordReader, refuses_a_record_with_bytes_left_over) {
  Bytes section = section_of({"x"});
  section[0] += 2;  // one byte longer
  section.push_back(0);
  RecordReader reader(section);
  RecordView record;
  EXPECT_FALSE(reader.next(record));
  EXPECT_TRUE(reader.damaged());
}

TEST(RecordReader, refuses_negative_and_endless_lengths) {
  for (const int32_t length : {-1, std::numeric_limits<int32_t>::max()}) {
    Bytes section;
    write_varint(section, length);
    section.resize(section.size() + 20);
    RecordReader reader(section);
    RecordView record;
    EXPECT_FALSE(reader.next(record));
    EXPECT_TRUE(reader.damaged());
  }
}

TEST(RecordReader, refuses_a_header_without_a_key) {
  Bytes body = {0, 0, 0, 1, 1, 2, 1, 1};  // null key and value, one header: null key, null value
  Bytes section;
  write_varint(section, static_cast<int32_t>(body.size()));
  section.insert(section.end(), body.begin(), body.end());
  RecordReader reader(section);
  RecordView record;
  EXPECT_FALSE(reader.next(record));
  EXPECT_TRUE(reader.damaged());
}

}  // namespace
}  // namespace tenon::record
