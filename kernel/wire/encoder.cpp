// SPDX-License-Identifier: Apache-2.0

#include "wire/encoder.h"

#include "base/assert.h"
#include "wire/decoder.h"
#include "wire/varint.h"

namespace tenon::wire {
namespace {

// What a Kafka string can hold of `text`, not ending inside a UTF-8 sequence.
std::string_view cut_to_string(std::string_view text) {
  size_t end = Decoder::kStringBytesMax;
  if (text.size() <= end) return text;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

void Encoder::write(const Uuid& value, bool /*nullable*/) {
  put_bytes(value.bytes);
}

void Encoder::write(const std::string& value, bool /*nullable*/) {
  const std::string_view text = cut_to_string(value);
  put_text_length(text.size());
  put_bytes(as_bytes(text));
}

void Encoder::write(const std::optional<std::string>& value, bool nullable) {
  if (value) return write(*value, nullable);
  put_null_text(nullable);
}

void Encoder::write(const Bytes& value, bool /*nullable*/) {
  put_length(value.size());
  put_bytes(value);
}

void Encoder::write(const std::optional<Bytes>& value, bool nullable) {
  if (value) return write(*value, nullable);
  put_null_length(nullable);
}

void Encoder::write(const std::optional<MutableBytes>& value, bool nullable) {
  if (!value) return put_null_length(nullable);
  put_length(value->size());
  put_bytes(*value);
}

void Encoder::write(std::optional<Payload>& value, bool nullable) {
  if (!value) return put_null_length(nullable);
  put_length(value->bytes);
  if (value->empty()) return;
  out_.splices.push_back({.at = out_.bytes.size(), .payload = std::move(*value)});
}

void Encoder::put_presence(bool present, bool nullable) {
  TN_ASSERT(present || nullable);
  put(static_cast<int8_t>(present ? 1 : -1));
}

void Encoder::put_text_length(size_t length) {
  if (flexible_) return put_uvarint(out_.bytes, static_cast<uint32_t>(length + 1));
  put(static_cast<int16_t>(length));
}

void Encoder::put_null_text(bool nullable) {
  if (!nullable) return put_text_length(0);
  if (flexible_) return put_uvarint(out_.bytes, 0);
  put(int16_t{-1});
}

void Encoder::put_length(size_t length) {
  TN_ASSERT(length <
            INT32_MAX);  // a frame cannot be longer, and replies are bounded by fetch limits
  if (flexible_) return put_uvarint(out_.bytes, static_cast<uint32_t>(length + 1));
  put(static_cast<int32_t>(length));
}

void Encoder::put_null_length(bool nullable) {
  if (!nullable) return put_length(0);
  if (flexible_) return put_uvarint(out_.bytes, 0);
  put(int32_t{-1});
}

void Encoder::put_bytes(ByteView bytes) {
  out_.bytes.insert(out_.bytes.end(), bytes.begin(), bytes.end());
}

void Encoder::put_tag_count() {
  put_uvarint(out_.bytes, tags_);
}

void Encoder::put_tag(int16_t tag, const OutputChain& content) {
  TN_ASSERT(content.splices.empty());
  put_uvarint(out_.bytes, static_cast<uint32_t>(tag));
  put_uvarint(out_.bytes, static_cast<uint32_t>(content.bytes.size()));
  put_bytes(content.bytes);
}

}  // namespace tenon::wire
