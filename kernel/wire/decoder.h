// SPDX-License-Identifier: Apache-2.0
//
// The visitor that fills a message from bytes. Used by codec.h's decode; its callers use that.
//
//   string   int16 length | compact     -1 or compact 0 is null; compact lengths are n + 1
//   bytes    int32 length | compact     records are written the same way
//   array    int32 count  | compact
//   struct   fields in order; in flexible versions then: uvarint count, count * (uvarint tag,
//            uvarint size, size bytes), which holds the tagged fields; unknown tags are skipped
//   nullable struct  int8, negative for null; if it is not, the struct
//
// Invariants:
//   1. Never reads outside the body, whatever the bytes.
//   2. The first failure is kept with its field; no field is read after it.
//   3. No array is allocated before its count is known to fit into the bytes left, and all arrays
//      together stay below kMemoryFactor times the body plus kMemorySlack.
//   4. Depth is that of the types: no message contains itself.
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
#include "base/error.h"
#include "base/ids.h"
#include "base/payload.h"
#include "wire/schema.h"

namespace tenon::wire {

class Decoder {
 public:
  // An element that is all empty names can take more (56 bytes for 2 in Metadata); with names of a
  // few letters it takes less, and the slack holds hundreds, so no honest message meets the limit.
  static constexpr size_t kMemoryFactor = 16;
  static constexpr size_t kMemorySlack = 64 * 1024;
  // Kafka's limit of a string in any version.
  static constexpr size_t kStringBytesMax = 0x7fff;

  Decoder(ByteView body, int16_t version, bool flexible);
  // With a writable body, whose records become views.
  Decoder(MutableBytes body, int16_t version, bool flexible);

  template <class T>
  void field(std::string_view name, T& value, Spec spec = {}) {
    if (failed_ || wanted_tag_ != kNoTag || !spec.versions.contains(version_)) return;
    field_ = name;
    read(value, spec.null_versions.contains(version_));
  }

  template <class T>
  void tagged(int16_t tag, std::string_view name, T& value, Spec spec, const T& = T{}) {
    if (failed_ || wanted_tag_ != tag || !spec.versions.contains(version_)) return;
    field_ = name;
    wanted_tag_ = kTagTaken;
    read(value, spec.null_versions.contains(version_));
  }

  // A whole struct with its tagged fields; the message itself, to begin with.
  template <class S>
  void read_struct(S& value) {
    const int64_t outer = std::exchange(wanted_tag_, kNoTag);
    value.fields(*this);
    for (uint32_t left = flexible_ ? read_tag_count() : 0; left > 0 && !failed_; --left) {
      const ByteView after = enter_tag();
      value.fields(*this);
      leave_tag(after);
    }
    wanted_tag_ = outer;
  }

  // Bytes that nobody has read are an error too, unless this is left out.
  void expect_end();
  size_t bytes_left() const { return rest_.size(); }
  bool failed() const { return failed_; }
  // "<message> v<version>" and what is wrong with which field.
  std::unexpected<Error> error(std::string_view message) const;

 private:
  static constexpr int64_t kNoTag = -1;     // the fields in order are being read
  static constexpr int64_t kTagTaken = -2;  // the wanted tagged field has been read

  template <class T>
    requires std::is_arithmetic_v<T>
  void read(T& value, bool /*nullable*/) {
    if (rest_.size() < sizeof(T)) return fail_short(sizeof(T));
    if constexpr (std::same_as<T, bool>) {
      value = rest_[0] != 0;
    } else if constexpr (std::same_as<T, double>) {
      value = std::bit_cast<double>(load_be<int64_t>(rest_.data()));
    } else {
      value = load_be<T>(rest_.data());
    }
    rest_ = rest_.subspan(sizeof(T));
  }
  void read(Uuid& value, bool nullable);
  void read(std::string& value, bool nullable);
  void read(std::optional<std::string>& value, bool nullable);
  void read(Bytes& value, bool nullable);
  void read(std::optional<Bytes>& value, bool nullable);
  void read(std::optional<MutableBytes>& value, bool nullable);
  void read(std::optional<Payload>& value, bool nullable);

  template <class T>
  void read(std::vector<T>& value, bool /*nullable*/) {
    if (const auto count = read_count(sizeof(T), wire_bytes_min<T>(), false)) fill(value, *count);
  }
  template <class T>
  void read(std::optional<std::vector<T>>& value, bool nullable) {
    const auto count = read_count(sizeof(T), wire_bytes_min<T>(), nullable);
    if (!count) return value.reset();
    fill(value.emplace(), *count);
  }
  template <class S>
    requires requires(S& value, Decoder& decoder) { value.fields(decoder); }
  void read(S& value, bool /*nullable*/) {
    read_struct(value);
  }
  template <class S>
    requires requires(S& value, Decoder& decoder) { value.fields(decoder); }
  void read(std::optional<S>& value, bool nullable) {
    if (!read_presence(nullable)) return value.reset();
    // S{}, because the compiler holds a struct nested in its message for one without defaults.
    read_struct(value.emplace(S{}));
  }

  template <class T>
  void fill(std::vector<T>& value, size_t count) {
    value.clear();
    value.reserve(count);
    for (; count > 0 && !failed_; --count) read(value.emplace_back(), false);
  }

  template <class T>
  static constexpr size_t wire_bytes_min() {
    if constexpr (std::is_arithmetic_v<T> || std::same_as<T, Uuid>) return sizeof(T);
    return 1;
  }

  // Whether a nullable struct follows; false after a failure too.
  bool read_presence(bool nullable);
  // nullopt after a null that is allowed, and after a failure.
  std::optional<size_t> read_length(bool wide, bool nullable);
  std::optional<ByteView> read_text(bool nullable);
  std::optional<ByteView> read_blob(bool nullable);
  std::optional<size_t> read_count(size_t element_bytes, size_t element_wire_bytes, bool nullable);
  uint32_t read_uvarint();
  uint32_t read_tag_count();
  ByteView enter_tag();
  void leave_tag(ByteView after);
  ByteView take(size_t bytes);
  void fail(std::string detail);
  void fail_short(size_t wanted);

  ByteView rest_;
  MutableBytes writable_;  // the whole body, or empty
  size_t memory_left_;
  int64_t wanted_tag_ = kNoTag;
  int16_t version_;
  bool flexible_;
  bool failed_ = false;
  std::string_view field_;
  std::string detail_;
};

}  // namespace tenon::wire
