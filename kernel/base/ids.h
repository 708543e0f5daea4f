// SPDX-License-Identifier: Apache-2.0
//
// Strong ids: integers that cannot be swapped for one another, and the 16-byte Uuid of topics and
// directories. All are plain values, comparable and hashable.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tenon {

// An integer with a meaning. Arithmetic is explicit: `Offset{a.value + 1}` or next().
template <class Tag, class Rep>
struct StrongId {
  using Repr = Rep;
  Rep value{};

  constexpr auto operator<=>(const StrongId&) const = default;
  constexpr StrongId next() const { return StrongId{static_cast<Rep>(value + 1)}; }
};

// Position of a record in a partition. The log end offset is the next one to be written.
using Offset = StrongId<struct OffsetTag, int64_t>;
// Counts the leaders of a partition (KIP-101).
using LeaderEpoch = StrongId<struct LeaderEpochTag, int32_t>;
// KIP-98: the producer, its incarnation, and -1 for "none".
using ProducerId = StrongId<struct ProducerIdTag, int64_t>;
using ProducerEpoch = StrongId<struct ProducerEpochTag, int16_t>;
using BrokerId = StrongId<struct BrokerIdTag, int32_t>;

inline constexpr ProducerId kNoProducerId{-1};
inline constexpr LeaderEpoch kNoLeaderEpoch{-1};

// 128 bits, printed as Kafka does: URL-safe base64 without padding, 22 characters.
struct Uuid {
  std::array<uint8_t, 16> bytes{};

  constexpr auto operator<=>(const Uuid&) const = default;
  constexpr bool is_zero() const { return *this == Uuid{}; }
  std::string text() const;
  static std::optional<Uuid> parse(std::string_view text);
  // A random version-4 UUID from two random words. Never zero, never begins with '-' in text, so
  // that it can stand on a command line.
  static Uuid from_random(uint64_t high, uint64_t low);
};

// A partition of a topic, by the topic's name.
struct TopicPartition {
  std::string topic;
  int32_t partition = 0;

  auto operator<=>(const TopicPartition&) const = default;
  std::string text() const { return topic + "-" + std::to_string(partition); }
};

}  // namespace tenon

template <class Tag, class Rep>
struct std::hash<tenon::StrongId<Tag, Rep>> {
  size_t operator()(tenon::StrongId<Tag, Rep> id) const { return std::hash<Rep>{}(id.value); }
};
template <>
struct std::hash<tenon::Uuid> {
  size_t operator()(const tenon::Uuid& id) const;
};
template <>
struct std::hash<tenon::TopicPartition> {
  size_t operator()(const tenon::TopicPartition& tp) const {
    return std::hash<std::string>{}(tp.topic) * 31 + static_cast<size_t>(tp.partition);
  }
};
