// SPDX-License-Identifier: Apache-2.0

#include "wire/decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "wire/varint.h"

namespace tenon::wire {

Decoder::Decoder(ByteView body, int16_t version, bool flexible)
    : rest_(body),
      memory_left_(body.size() * kMemoryFactor + kMemorySlack),
      version_(version),
      flexible_(flexible) {}

Decoder::Decoder(MutableBytes body, int16_t version, bool flexible)
    : Decoder(ByteView(body), version, flexible) {
  writable_ = body;
}

void Decoder::expect_end() {
  if (!failed_ && !rest_.empty()) fail(fmt::format("{} bytes too many", rest_.size()));
}

std::unexpected<Error> Decoder::error(std::string_view message) const {
  return tenon::fail(Errc::kMalformed, fmt::format("{} v{}", message, version_),
                     field_.empty() ? detail_ : fmt::format("{}: {}", field_, detail_));
}

void Decoder::read(Uuid& value, bool /*nullable*/) {
  const ByteView bytes = take(value.bytes.size());
  std::ranges::copy(bytes, value.bytes.begin());
}

void Decoder::read(std::string& value, bool /*nullable*/) {
  if (const auto text = read_text(false)) value.assign(as_text(*text));
}

void Decoder::read(std::optional<std::string>& value, bool nullable) {
  const auto text = read_text(nullable);
  if (!text) return value.reset();
  value.emplace(as_text(*text));
}

void Decoder::read(Bytes& value, bool /*nullable*/) {
  if (const auto blob = read_blob(false)) value.assign(blob->begin(), blob->end());
}

void Decoder::read(std::optional<Bytes>& value, bool nullable) {
  const auto blob = read_blob(nullable);
  if (!blob) return value.reset();
  value.emplace(blob->begin(), blob->end());
}

void Decoder::read(std::optional<MutableBytes>& value, bool nullable) {
  const auto blob = read_blob(nullable);
  if (!blob) return value.reset();
  TN_ASSERT(writable_.data() != nullptr);  // the message says `using Input = MutableBytes`
  value = writable_.subspan(static_cast<size_t>(blob->data() - writable_.data()), blob->size());
}

void Decoder::read(std::optional<Payload>& value, bool nullable) {
  const auto blob = read_blob(nullable);
  if (!blob) return value.reset();
  value = Payload::own(Bytes(blob->begin(), blob->end()));
}

bool Decoder::read_presence(bool nullable) {
  int8_t marker = 0;
  read(marker, false);
  if (marker < 0 && !nullable) fail("must not be null");
  return !failed_ && marker >= 0;
}

// Strings have an int16 in front, bytes and arrays (`wide`) an int32; compact ones are alike.
std::optional<size_t> Decoder::read_length(bool wide, bool nullable) {
  int64_t length = -1;
  if (flexible_) {
    length = static_cast<int64_t>(read_uvarint()) - 1;
  } else if (wide) {
    int32_t value = -1;
    read(value, false);
    length = value;
  } else {
    int16_t value = -1;
    read(value, false);
    length = value;
  }
  if (failed_) return std::nullopt;
  if (length >= 0) return static_cast<size_t>(length);
  if (length < -1) {
    fail(fmt::format("length {} is negative", length));
  } else if (!nullable) {
    fail("must not be null");
  }
  return std::nullopt;
}

std::optional<ByteView> Decoder::read_text(bool nullable) {
  const auto length = read_length(false, nullable);
  if (!length) return std::nullopt;
  if (*length > kStringBytesMax) {
    fail(fmt::format("a string of {} bytes is longer than {}", *length, kStringBytesMax));
    return std::nullopt;
  }
  const ByteView text = take(*length);
  if (failed_) return std::nullopt;
  return text;
}

std::optional<ByteView> Decoder::read_blob(bool nullable) {
  const auto length = read_length(true, nullable);
  if (!length) return std::nullopt;
  const ByteView blob = take(*length);
  if (failed_) return std::nullopt;
  return blob;
}

std::optional<size_t> Decoder::read_count(size_t element_bytes, size_t element_wire_bytes,
                                          bool nullable) {
  const auto count = read_length(true, nullable);
  if (!count) return std::nullopt;
  if (*count > rest_.size() / element_wire_bytes) {
    fail(fmt::format("{} elements do not fit into the {} bytes left", *count, rest_.size()));
    return std::nullopt;
  }
  const size_t memory = *count * element_bytes;
  if (memory > memory_left_) {
    fail(fmt::format("{} elements are out of proportion to the message", *count));
    return std::nullopt;
  }
  memory_left_ -= memory;
  return count;
}

uint32_t Decoder::read_uvarint() {
  const auto value = take_uvarint(rest_);
  if (!value) fail("a varint is cut off or too long");
  return value.value_or(0);
}

uint32_t Decoder::read_tag_count() {
  if (failed_) return 0;
  const uint32_t count = read_uvarint();
  // Each takes two bytes at least: its tag and its size.
  if (count > rest_.size() / 2) fail(fmt::format("{} tagged fields do not fit", count));
  return failed_ ? 0 : count;
}

// Narrows what is left to the bytes of one tagged field; returns what comes after it.
ByteView Decoder::enter_tag() {
  const uint32_t tag = read_uvarint();
  const uint32_t size = read_uvarint();
  const ByteView bytes = take(size);
  if (failed_) return {};
  wanted_tag_ = tag;
  return std::exchange(rest_, bytes);
}

void Decoder::leave_tag(ByteView after) {
  if (failed_) return;
  if (wanted_tag_ == kTagTaken && !rest_.empty()) {
    return fail(fmt::format("a tagged field has {} bytes too many", rest_.size()));
  }
  rest_ = after;
  wanted_tag_ = kNoTag;
}

ByteView Decoder::take(size_t bytes) {
  if (rest_.size() < bytes) {
    fail_short(bytes);
    return {};
  }
  const ByteView taken = rest_.first(bytes);
  rest_ = rest_.subspan(bytes);
  return taken;
}

void Decoder::fail(std::string detail) {
  if (failed_) return;
  failed_ = true;
  detail_ = std::move(detail);
  rest_ = {};
}

void Decoder::fail_short(size_t wanted) {
  fail(fmt::format("{} bytes are wanted and {} are left", wanted, rest_.size()));
}

}  // namespace tenon::wire
