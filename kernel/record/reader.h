// SPDX-License-Identifier: Apache-2.0
//
// Reads the records of a batch, uncompressed, without allocating or copying (KIP-98):
//
//   record  := length:varint  attributes:int8  timestamp_delta:varlong  offset_delta:varint
//              key  value  header_count:varint  header*
//   key, value := length:varint (-1 = null)  bytes
//   header  := key_length:varint  key  value
//
// Varints are zigzag-encoded, at most 5 (varlong: 10) bytes. Views point into the section; any
// thread.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace tenon::record {

struct HeaderView {
  ByteView key;  // UTF-8
  std::optional<ByteView> value;
};

struct RecordView {
  int64_t timestamp_delta = 0;
  int32_t offset_delta = 0;
  std::optional<ByteView> key;
  std::optional<ByteView> value;
  int32_t header_count = 0;
  ByteView headers;  // encoded; HeaderReader reads them
};

// `RecordReader reader(batch.records()); while (reader.next(record)) ...; if (reader.damaged())
// ...`
class RecordReader {
 public:
  explicit RecordReader(ByteView section) : rest_(section) {}

  // False at the end of the section and at the first damaged record; damaged() tells which. The
  // headers of a record have been walked through when next() returns it.
  bool next(RecordView& record);
  bool damaged() const { return damaged_; }
  bool at_end() const { return rest_.empty(); }

 private:
  ByteView rest_;
  bool damaged_ = false;
};

// Goes from key to key, reading no more of a record than its length and what stands before the
// key; the rest is skipped unseen. `KeyReader reader(section); while (reader.next(key)) ...`
//
// Always inlined, so that a loop keeps key and position in registers: a key that is written to
// memory in two halves and read back as a whole costs more than all the rest.
class KeyReader {
 public:
  explicit KeyReader(ByteView section) : at_(section.data()), end_(at_ + section.size()) {}

  // The key of the next record, or null. False at the end of the section and at the first record
  // that is damaged before or in its key; damaged() tells which.
  [[gnu::always_inline]] bool next(std::optional<ByteView>& key) {
    if (at_ == end_ || damaged_) return false;
    damaged_ = !take_key(key);
    return !damaged_;
  }
  bool damaged() const { return damaged_; }

 private:
  [[gnu::always_inline]] bool take_key(std::optional<ByteView>& key) {
    int32_t length = 0;
    if (!read(at_, end_, length) || length < 1 || length > end_ - at_) return false;
    const uint8_t* at = at_ + 1;  // behind the attributes
    at_ += length;
    if (!skip(at, at_) || !skip(at, at_) || !read(at, at_, length)) return false;
    if (length < -1 || length > at_ - at) return false;
    key = length < 0 ? std::nullopt : std::optional(ByteView(at, static_cast<size_t>(length)));
    return true;
  }
  // A varint of one or two bytes, as nearly all lengths are, or else a longer one.
  [[gnu::always_inline]] static bool read(const uint8_t*& at, const uint8_t* end, int32_t& value) {
    const int bytes = end - at < 2 ? 0 : at[0] < 0x80 ? 1 : at[1] < 0x80 ? 2 : 0;
    if (bytes == 0) return read_longer(at, end, value);
    const int zigzag = bytes == 1 ? at[0] : (at[0] & 0x7f) | at[1] << 7;
    value = (zigzag >> 1) ^ -(zigzag & 1);
    at += bytes;
    return true;
  }
  static bool read_longer(const uint8_t*& at, const uint8_t* end, int32_t& value);
  // Over a delta that nobody asks for. At most as long as a varlong.
  [[gnu::always_inline]] static bool skip(const uint8_t*& at, const uint8_t* end) {
    for (int bytes = 0; bytes < 10 && at < end; ++bytes) {
      if (*at++ < 0x80) return true;
    }
    return false;
  }

  const uint8_t* at_;
  const uint8_t* end_;
  bool damaged_ = false;
};

// Goes over the headers of one record that RecordReader has returned.
class HeaderReader {
 public:
  explicit HeaderReader(const RecordView& record)
      : rest_(record.headers), left_(record.header_count) {}
  bool next(HeaderView& header);

 private:
  ByteView rest_;
  int32_t left_;
};

// Reads a zigzag varint from the front of `rest` and takes it off. False if it is cut or too long.
bool read_varint(ByteView& rest, int32_t& value);
bool read_varlong(ByteView& rest, int64_t& value);

}  // namespace tenon::record
