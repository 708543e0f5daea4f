// SPDX-License-Identifier: Apache-2.0
//
// The visitor that writes a message; decoder.h has the grammar. Used by codec.h's encode.
//
// A payload is moved out of the message into the chain, behind its length. A null in a version
// that knows none is written as the empty string, bytes or array. A struct is null only where the
// version allows it.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/payload.h"
#include "wire/schema.h"

namespace tenon::wire {

class Encoder {
 public:
  Encoder(OutputChain& out, int16_t version, bool flexible)
      : out_(out), version_(version), flexible_(flexible) {}

  template <class T>
  void field(std::string_view /*name*/, T& value, Spec spec = {}) {
    if (writing_tags_ || !spec.versions.contains(version_)) return;
    write(value, spec.null_versions.contains(version_));
  }

  // Counted on the first pass over a struct, written on the second.
  template <class T>
  void tagged(int16_t tag, std::string_view /*name*/, T& value, Spec spec, const T& unset = T{}) {
    if (!spec.versions.contains(version_) || is_unset(value, unset)) return;
    if (!writing_tags_) {
      ++tags_;
      return;
    }
    OutputChain content;
    Encoder inner(content, version_, flexible_);
    inner.write(value, spec.null_versions.contains(version_));
    put_tag(tag, content);
  }

  template <class S>
  void write_struct(S& value) {
    const uint32_t outer = std::exchange(tags_, 0);
    value.fields(*this);
    if (flexible_) {
      put_tag_count();
      writing_tags_ = true;
      if (tags_ > 0) value.fields(*this);
      writing_tags_ = false;
    }
    tags_ = outer;
  }

 private:
  template <class T>
  static bool is_unset(const T& value, const T& unset) {
    return value == unset;
  }
  template <class T>
  static bool is_unset(const std::vector<T>& value, const std::vector<T>& /*empty*/) {
    return value.empty();
  }
  template <class S>
    requires requires(S& value, Encoder& encoder) { value.fields(encoder); }
  static bool is_unset(const std::optional<S>& value, const std::optional<S>& /*null*/) {
    return !value;
  }

  template <class T>
    requires std::is_arithmetic_v<T>
  void write(const T& value, bool /*nullable*/) {
    if constexpr (std::same_as<T, bool>) {
      out_.bytes.push_back(value ? 1 : 0);
    } else if constexpr (std::same_as<T, double>) {
      put(std::bit_cast<int64_t>(value));
    } else {
      put(value);
    }
  }
  void write(const Uuid& value, bool nullable);
  void write(const std::string& value, bool nullable);
  void write(const std::optional<std::string>& value, bool nullable);
  void write(const Bytes& value, bool nullable);
  void write(const std::optional<Bytes>& value, bool nullable);
  void write(const std::optional<MutableBytes>& value, bool nullable);
  void write(std::optional<Payload>& value, bool nullable);

  template <class T>
    requires(!std::same_as<T, uint8_t>)
  void write(std::vector<T>& value, bool /*nullable*/) {
    put_length(value.size());
    for (T& element : value) write(element, false);
  }
  template <class T>
    requires(!std::same_as<T, uint8_t>)
  void write(std::optional<std::vector<T>>& value, bool nullable) {
    if (value) return write(*value, nullable);
    put_null_length(nullable);
  }
  template <class S>
    requires requires(S& value, Encoder& encoder) { value.fields(encoder); }
  void write(S& value, bool /*nullable*/) {
    write_struct(value);
  }
  template <class S>
    requires requires(S& value, Encoder& encoder) { value.fields(encoder); }
  void write(std::optional<S>& value, bool nullable) {
    put_presence(value.has_value(), nullable);
    if (value) write_struct(*value);
  }

  template <class T>
  void put(T value) {
    const size_t at = out_.bytes.size();
    out_.bytes.resize(at + sizeof(T));
    store_be(out_.bytes.data() + at, value);
  }
  void put_presence(bool present, bool nullable);
  void put_text_length(size_t length);
  void put_null_text(bool nullable);
  void put_length(size_t length);
  void put_null_length(bool nullable);
  void put_bytes(ByteView bytes);
  void put_tag_count();
  void put_tag(int16_t tag, const OutputChain& content);

  OutputChain& out_;
  int16_t version_;
  bool flexible_;
  bool writing_tags_ = false;
  uint32_t tags_ = 0;
};

}  // namespace tenon::wire
