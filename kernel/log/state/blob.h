// SPDX-License-Identifier: Apache-2.0
//
// The envelope of what a log remembers beside its records, so that damage is seen and a newer
// format is not misread:
//
//   blob := version:int16  crc:uint32  content        (big-endian; CRC-32C over content)
//
// BlobWriter and BlobReader make and take contents of integers. Used by the log only; one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace tenon::log {

class BlobWriter {
 public:
  explicit BlobWriter(int16_t version);
  template <class T>
  BlobWriter& put(T value) {
    const size_t at = bytes_.size();
    bytes_.resize(at + sizeof value);
    store_be(bytes_.data() + at, value);
    return *this;
  }
  // The whole blob; the writer is empty and may not be used again.
  Bytes finish();

 private:
  Bytes bytes_;
};

class BlobReader {
 public:
  // kCorruptData if the blob is damaged or of another version; `name` is for the message. The bytes
  // must outlive the reader.
  static Result<BlobReader> open(ByteView blob, int16_t version, std::string_view name);

  // The next integer; 0 once the content has run out, which complete() then tells.
  template <class T>
  T take() {
    if (rest_.size() < sizeof(T)) {
      short_ = true;
      rest_ = {};
      return {};
    }
    const T value = load_be<T>(rest_.data());
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  size_t left() const { return rest_.size(); }
  // Everything was read, and nothing was missing.
  bool complete() const { return !short_ && rest_.empty(); }

 private:
  explicit BlobReader(ByteView content) : rest_(content) {}
  ByteView rest_;
  bool short_ = false;
};

}  // namespace tenon::log
