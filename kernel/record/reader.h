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
class KeyReader {
 public:
  explicit KeyReader(ByteView section) : rest_(section) {}

  // The key of the next record, or null. False at the end of the section and at the first record
  // that is damaged before or in its key; damaged() tells which.
  bool next(std::optional<ByteView>& key);
  bool damaged() const { return damaged_; }

 private:
  ByteView rest_;
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
