// SPDX-License-Identifier: Apache-2.0
//
// A visitor that fills a message with values for one version, the same ones for the same seed: for
// tests only. Fields that the version does not have keep their defaults, so that what is encoded
// and decoded again must be what was filled.
//
//   kFull    nothing null or unset, two elements in each array: the golden bytes
//   kMixed   nulls, unset tagged fields, empty arrays and strings, extreme numbers
#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/payload.h"
#include "base/random.h"
#include "wire/schema.h"

namespace tenon::wire {

class Filler {
 public:
  enum class Style : uint8_t { kFull, kMixed };

  Filler(uint64_t seed, int16_t version, Style style)
      : random_(seed), version_(version), style_(style) {}

  // The memory behind views (records of a request) belongs to the filler.
  template <class M>
  M make() {
    M message;
    message.fields(*this);
    return message;
  }

  template <class T>
  void field(std::string_view /*name*/, T& value, Spec spec = {}) {
    if (spec.versions.contains(version_)) fill(value, spec.null_versions.contains(version_));
  }
  template <class T>
  void tagged(int16_t /*tag*/, std::string_view name, T& value, Spec spec, const T& = T{}) {
    if (!rarely()) field(name, value, spec);
  }

 private:
  bool rarely() { return style_ == Style::kMixed && random_.below(4) == 0; }
  size_t pick_size(size_t full, size_t mixed_max) {
    return style_ == Style::kFull ? full : random_.below(mixed_max + 1);
  }

  template <std::integral T>
  void fill(T& value, bool /*nullable*/) {
    value = static_cast<T>(random_.next());
    if (rarely()) value = std::numeric_limits<T>::min();
    if (rarely()) value = std::numeric_limits<T>::max();
  }
  void fill(bool& value, bool /*nullable*/) {
    value = style_ == Style::kFull || random_.below(2) == 0;
  }
  void fill(double& value, bool /*nullable*/) {
    value = static_cast<double>(random_.below(1000)) / 8;
  }
  void fill(Uuid& value, bool /*nullable*/) {
    value = Uuid::from_random(random_.next(), random_.next());
  }
  void fill(std::string& value, bool /*nullable*/) {
    value.resize(pick_size(3 + random_.below(6), 200));
    for (char& letter : value) letter = static_cast<char>('a' + random_.below(26));
  }
  void fill(Bytes& value, bool /*nullable*/) {
    value.resize(pick_size(2 + random_.below(4), 200));
    for (uint8_t& byte : value) byte = static_cast<uint8_t>(random_.next());
  }
  void fill(MutableBytes& value, bool /*nullable*/) {
    fill(blobs_.emplace_back(), false);
    value = blobs_.back();
  }
  void fill(Payload& value, bool /*nullable*/) {
    Bytes bytes;
    fill(bytes, false);
    value = Payload::own(std::move(bytes));
  }
  template <class T>
    requires(!std::same_as<T, uint8_t>)
  void fill(std::vector<T>& value, bool /*nullable*/) {
    value.resize(pick_size(2, 3));
    for (T& element : value) fill(element, false);
  }
  template <class T>
  void fill(std::optional<T>& value, bool nullable) {
    if (nullable && rarely()) return value.reset();
    fill(value.emplace(T{}), false);
  }
  template <class S>
    requires requires(S& value, Filler& filler) { value.fields(filler); }
  void fill(S& value, bool /*nullable*/) {
    value.fields(*this);
  }

  SeededRandom random_;
  int16_t version_;
  Style style_;
  std::deque<Bytes> blobs_;
};

}  // namespace tenon::wire
