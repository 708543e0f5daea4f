// SPDX-License-Identifier: Apache-2.0

#include "record/reader.h"

namespace tenon::record {
namespace {

// Reads `bits` / 7 groups at most; the last group may not carry bits beyond the type.
template <class U>
bool read_unsigned(ByteView& rest, U& value) {
  constexpr int kBits = static_cast<int>(sizeof(U)) * 8;
  U read = 0;
  size_t at = 0;
  for (int shift = 0; shift < kBits && at < rest.size(); shift += 7) {
    const uint8_t byte = rest[at++];
    const U group = byte & 0x7f;
    if (shift + 7 > kBits && (group >> (kBits - shift)) != 0) return false;
    read |= static_cast<U>(group << shift);
    if ((byte & 0x80) == 0) {
      value = read;
      rest = rest.subspan(at);
      return true;
    }
  }
  return false;
}

bool take(ByteView& rest, int32_t length, ByteView& taken) {
  if (length < 0 || static_cast<size_t>(length) > rest.size()) return false;
  taken = rest.first(static_cast<size_t>(length));
  rest = rest.subspan(static_cast<size_t>(length));
  return true;
}

// A length, -1 for null, and as many bytes.
bool take_nullable(ByteView& rest, std::optional<ByteView>& taken) {
  int32_t length = 0;
  if (!read_varint(rest, length)) return false;
  if (length == -1) {
    taken = std::nullopt;
    return true;
  }
  ByteView bytes;
  if (!take(rest, length, bytes)) return false;
  taken = bytes;
  return true;
}

bool take_header(ByteView& rest, HeaderView& header) {
  int32_t key_length = 0;
  return read_varint(rest, key_length) && take(rest, key_length, header.key) &&
         take_nullable(rest, header.value);
}

bool parse_record(ByteView body, RecordView& record) {
  if (body.empty()) return false;
  body = body.subspan(1);  // attributes: no bit has a meaning yet
  if (!read_varlong(body, record.timestamp_delta) || !read_varint(body, record.offset_delta) ||
      !take_nullable(body, record.key) || !take_nullable(body, record.value) ||
      !read_varint(body, record.header_count) || record.header_count < 0) {
    return false;
  }
  record.headers = body;
  HeaderView header;
  for (int32_t i = 0; i < record.header_count; ++i) {
    if (!take_header(body, header)) return false;
  }
  return body.empty();
}

}  // namespace

bool read_varint(ByteView& rest, int32_t& value) {
  uint32_t zigzag = 0;
  if (!read_unsigned(rest, zigzag)) return false;
  value = static_cast<int32_t>((zigzag >> 1) ^ (0U - (zigzag & 1)));
  return true;
}

bool read_varlong(ByteView& rest, int64_t& value) {
  uint64_t zigzag = 0;
  if (!read_unsigned(rest, zigzag)) return false;
  value = static_cast<int64_t>((zigzag >> 1) ^ (uint64_t{0} - (zigzag & 1)));
  return true;
}

bool RecordReader::next(RecordView& record) {
  if (rest_.empty() || damaged_) return false;
  int32_t length = 0;
  ByteView body;
  damaged_ =
      !read_varint(rest_, length) || !take(rest_, length, body) || !parse_record(body, record);
  return !damaged_;
}

bool KeyReader::read_longer(const uint8_t*& at, const uint8_t* end, int32_t& value) {
  ByteView rest(at, end);
  const bool read = read_varint(rest, value);
  at = rest.data();
  return read;
}

bool HeaderReader::next(HeaderView& header) {
  if (left_ == 0) return false;
  --left_;
  return take_header(rest_, header);
}

}  // namespace tenon::record
