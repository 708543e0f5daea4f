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

// Every key that KeyReader finds, "-" for null, and "!" behind them when it sees damage.
std::string keys_of(ByteView section) {
  KeyReader reader(section);
  std::optional<ByteView> key;
  std::string keys;
  while (reader.next(key)) keys += (key ? std::string(as_text(*key)) : "-") + " ";
  return keys + (reader.damaged() ? "!" : "");
}

TEST(KeyReader, goes_from_key_to_key_whatever_lies_between) {
  const NewHeader header{.key = as_bytes("h"), .value = as_bytes("v")};
  const Bytes long_value(100'000, 'v');
  BatchBuilder builder;
  builder.add({.timestamp_ms = 1, .key = as_bytes("a"), .value = long_value});
  builder.add({.timestamp_ms = 1'700'000'000'000, .value = as_bytes("no key")});
  builder.add({.timestamp_ms = 2, .key = as_bytes(""), .headers = std::span(&header, 1)});
  builder.add({.timestamp_ms = 3, .key = as_bytes("d")});
  const Bytes batch = builder.build();
  EXPECT_EQ(keys_of(BatchView(batch).records()), "a -  d ");
}

TEST(KeyReader, an_empty_key_is_not_null) {
  const Bytes batch = BatchBuilder().add({.key = as_bytes("")}).build();
  KeyReader reader(BatchView(batch).records());
  std::optional<ByteView> key;
  ASSERT_TRUE(reader.next(key) && key);
  EXPECT_NE(key->data(), nullptr);
}

TEST(KeyReader, sees_damage_wherever_the_section_is_cut) {
  const Bytes batch = BatchBuilder().add({.key = as_bytes("key")}).build();
  const ByteView section = BatchView(batch).records();
  EXPECT_EQ(keys_of(section.first(0)), "");
  for (size_t length = 1; length < section.size(); ++length) {
    EXPECT_EQ(keys_of(section.first(length)), "!") << length;
  }
}

TEST(KeyReader, refuses_a_key_that_ends_behind_its_record) {
  // length 5, attributes, two deltas, a key of 3 of which 1 byte is left
  EXPECT_EQ(keys_of(Bytes{10, 0, 0, 0, 6, 'k', 'k', 'k', 'k'}), "!");
  // a delta that does not end
  EXPECT_EQ(keys_of(Bytes{24, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0}),
            "!");
}

}  // namespace
}  // namespace tenon::record
