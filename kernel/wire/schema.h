// SPDX-License-Identifier: Apache-2.0
//
// The vocabulary in which messages describe themselves.
//
// Each message is a struct with one member template, `fields(V&)`, which names its fields in wire
// order and says which versions have them:
//
//   v.field("Topic", topic, between(0, 12));               // versions 0 to 12
//   v.field("Rack", rack, since(1).nullable());            // may be null wherever it is there
//   v.tagged(0, "Nodes", nodes, since(16));                // KIP-482 tagged field 0
//   v.tagged(1, "Epoch", epoch, since(3), int64_t{-1});    // not sent while it is -1
//
// Everything else follows from it: decoder.h, encoder.h and schema_printer.h are visitors, and so
// are the fillers of the tests. A visitor has
//
//   template <class T> void field(std::string_view name, T& value, Spec spec = {});
//   template <class T> void tagged(int16_t tag, std::string_view name, T& value, Spec spec,
//                                  const T& unset = T{});
//
// and a message (not the structs nested in it) also has
//
//   kName          Kafka's name of the schema
//   kVersions      what decode and encode accept
//   kFlexibleSince first version with compact lengths and tagged fields, or kNeverFlexible
//   kApiKey        requests and responses
//   kRecordType    metadata records: the type in the frame around them
//
// Field types, in Kafka's words: int8 to int64, uint16, bool, float64 (double), uuid (Uuid), string
// (std::string), bytes (Bytes), arrays (std::vector), structs; std::optional of a string, bytes,
// array or struct (KIP-893) is the nullable one. `records` is a view into the frame (MutableBytes)
// in a request and a Payload, spliced and not copied, in a response.
#pragma once

#include <cstdint>
#include <limits>

#include "wire/api.h"

namespace tenon::wire {

inline constexpr int16_t kNeverFlexible = std::numeric_limits<int16_t>::max();

// The versions of a message that have a field, and those in which it may be null. A tagged field
// is tagged in all its versions, as in every schema we speak.
struct Spec {
  static constexpr int16_t kLast = std::numeric_limits<int16_t>::max();

  VersionRange versions{0, kLast};
  VersionRange null_versions{1, 0};  // empty

  constexpr Spec nullable(int16_t first = 0, int16_t last = kLast) const {
    return {.versions = versions, .null_versions = {first, last}};
  }
};

constexpr Spec since(int16_t first) {
  return {.versions = {first, Spec::kLast}};
}
constexpr Spec between(int16_t first, int16_t last) {
  return {.versions = {first, last}};
}

template <class M>
constexpr bool flexible(int16_t version) {
  return version >= M::kFlexibleSince;
}

}  // namespace tenon::wire
