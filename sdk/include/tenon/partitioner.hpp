// SPDX-License-Identifier: Apache-2.0
//
// C++ over the partitioner ABI (partitioner.h). A partitioner is a class with one function:
//
//   int32_t partition(const tenon::Topic& topic, const tenon::Record& record) const;
//
// or, if it remembers something per thread and topic, a nested `struct State` (made from nothing,
// or from the partitioner: State(const Class&)) and
//
//   int32_t partition(State& state, const tenon::Topic& topic, const tenon::Record& record) const;
//   void on_new_batch(State& state, const tenon::Topic& topic, int32_t partition) const;
//
// (the latter optional). A class that can do many records faster than one by one may also have,
// with State as its first argument if it has one,
//
//   void partition_batch(const tenon::Topic& topic, const tenon::Records& records,
//                        int32_t* partitions) const;
//
// which fills one partition per record with what partition would have answered. The registration
// line is TENON_PARTITIONER(Class, "name", "1.0.0", "about"). A class may declare `static constexpr
// uint32_t kFlags` of TN_PARTITIONER_*; the flag TN_PARTITIONER_STATEFUL is added for a class with
// State.
//
// partition is called from any thread, several at a time, for every record: it must not block,
// allocate or do I/O, and answers a partition in [0, topic.size()) or TN_PARTITION_ANY. If it
// throws, the host gets an answer out of range, which it counts as a fault of the plugin.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "partitioner.h"
#include "plugin.hpp"

namespace tenon {
inline namespace sdk {

// The topic that a record goes to; valid for the call.
class Topic {
 public:
  explicit Topic(const tn_topic_view& view) : view_(view) {}

  int32_t size() const { return view_.n_partitions; }  // at least 1
  std::string_view name() const { return ByteView(view_.name).text(); }
  // Rises when the topic's partitions or leaders change.
  uint64_t epoch() const { return view_.epoch; }
  // False while the partition has no leader.
  bool available(int32_t partition) const {
    const auto bit = static_cast<uint32_t>(partition);
    return view_.available == nullptr || (view_.available[bit / 64] >> bit % 64 & 1u) != 0;
  }
  // The first available partition at or after `from` (taken modulo the size), going round; -1 if
  // there is none.
  int32_t next_available(uint32_t from) const {
    const auto n = static_cast<uint32_t>(view_.n_partitions);
    for (uint32_t i = 0; i < n; i++) {
      const auto partition = static_cast<int32_t>((from % n + i) % n);
      if (available(partition)) return partition;
    }
    return -1;
  }

 private:
  const tn_topic_view& view_;
};

// One header of a record.
struct Header {
  std::string_view key;
  std::optional<ByteView> value;
};

// A record as the producer gave it; valid for the call.
class Record {
 public:
  explicit Record(const tn_record& record) : record_(record) {}

  // No value = no key; an empty key is a key.
  std::optional<ByteView> key() const { return present(record_.key); }
  // No value = a tombstone. Only with TN_PARTITIONER_NEEDS_VALUE.
  std::optional<ByteView> value() const { return present(record_.value); }
  int64_t timestamp_ms() const { return record_.timestamp_ms; }
  // Headers: only with TN_PARTITIONER_NEEDS_HEADERS.
  uint32_t header_count() const { return record_.n_headers; }
  Header header(uint32_t i) const {
    return {ByteView(record_.headers[i].key).text(), present(record_.headers[i].value)};
  }

 private:
  static std::optional<ByteView> present(tn_bytes bytes) {
    if (bytes.data == nullptr) return std::nullopt;
    return ByteView(bytes);
  }

  const tn_record& record_;
};

// Some records of one topic; valid for the call.
class Records {
 public:
  Records(const tn_record* const* records, size_t n) : records_(records), n_(n) {}

  size_t size() const { return n_; }
  Record operator[](size_t i) const { return Record(*records_[i]); }

 private:
  const tn_record* const* records_;
  size_t n_;
};

namespace detail {

constexpr int32_t kPartitionFailed = INT32_MIN;

template <class T, class = void>
struct HasState : std::false_type {};
template <class T>
struct HasState<T, std::void_t<typename T::State>> : std::true_type {};

template <class T, class = void>
struct HasOnNewBatch : std::false_type {};
template <class T>
struct HasOnNewBatch<T, std::void_t<decltype(&T::on_new_batch)>> : std::true_type {};

template <class T, class = void>
struct HasPartitionBatch : std::false_type {};
template <class T>
struct HasPartitionBatch<T, std::void_t<decltype(&T::partition_batch)>> : std::true_type {};

using PartitionBatch = void (*)(void*, void*, const tn_topic_view*, const tn_record* const*, size_t,
                                int32_t*);

// Runs `call`, which fills n partitions; if it throws, all of them are out of range.
template <class Call>
void guard_batch(int32_t* partitions, size_t n, Call&& call) noexcept {
  try {
    call();
  } catch (...) {
    for (size_t i = 0; i < n; i++) partitions[i] = kPartitionFailed;
  }
}

// The table of a class without State.
template <class T, bool kStateful = HasState<T>::value>
struct PartitionerTable {
  static int32_t partition(void* self, void*, const tn_topic_view* topic,
                           const tn_record* record) noexcept {
    try {
      return static_cast<const T*>(self)->partition(Topic(*topic), Record(*record));
    } catch (...) {
      return kPartitionFailed;
    }
  }

  static void partition_batch(void* self, void*, const tn_topic_view* topic,
                              const tn_record* const* records, size_t n,
                              int32_t* partitions) noexcept {
    guard_batch(partitions, n, [&] {
      static_cast<const T*>(self)->partition_batch(Topic(*topic), Records(records, n), partitions);
    });
  }
  static constexpr PartitionBatch partition_batch_or_null() {
    if constexpr (HasPartitionBatch<T>::value) {
      return &partition_batch;
    } else {
      return nullptr;
    }
  }

  static constexpr tn_partitioner table = {
      sizeof(tn_partitioner),   Flags<T>::value, &partition, nullptr, nullptr, nullptr,
      partition_batch_or_null()};

  static const void* get(const char* id) noexcept {
    return id != nullptr && std::string_view(id) == TN_PARTITIONER_ID ? &table : nullptr;
  }
};

// The table of a class with State. Without a state, for want of memory, the host chooses.
template <class T>
struct PartitionerTable<T, true> {
  using State = typename T::State;
  using OnNewBatch = void (*)(void*, void*, const tn_topic_view*, int32_t);

  static int32_t partition(void* self, void* state, const tn_topic_view* topic,
                           const tn_record* record) noexcept {
    if (state == nullptr) return TN_PARTITION_ANY;
    try {
      return static_cast<const T*>(self)->partition(*static_cast<State*>(state), Topic(*topic),
                                                    Record(*record));
    } catch (...) {
      return kPartitionFailed;
    }
  }
  static void* new_state(void* self) noexcept {
    try {
      if constexpr (std::is_constructible_v<State, const T&>) {
        return new State(*static_cast<const T*>(self));
      } else {
        (void)self;
        return new State();
      }
    } catch (...) {
      return nullptr;
    }
  }
  static void free_state(void*, void* state) noexcept { delete static_cast<State*>(state); }
  static void on_new_batch(void* self, void* state, const tn_topic_view* topic,
                           int32_t partition) noexcept {
    if (state == nullptr) return;
    guard(nullptr, [&]() -> tn_code {
      static_cast<const T*>(self)->on_new_batch(*static_cast<State*>(state), Topic(*topic),
                                                partition);
      return TN_OK;
    });
  }
  static constexpr OnNewBatch on_new_batch_or_null() {
    if constexpr (HasOnNewBatch<T>::value) {
      return &on_new_batch;
    } else {
      return nullptr;
    }
  }

  static void partition_batch(void* self, void* state, const tn_topic_view* topic,
                              const tn_record* const* records, size_t n,
                              int32_t* partitions) noexcept {
    if (state == nullptr) {
      for (size_t i = 0; i < n; i++) partitions[i] = TN_PARTITION_ANY;
      return;
    }
    guard_batch(partitions, n, [&] {
      static_cast<const T*>(self)->partition_batch(*static_cast<State*>(state), Topic(*topic),
                                                   Records(records, n), partitions);
    });
  }
  static constexpr PartitionBatch partition_batch_or_null() {
    if constexpr (HasPartitionBatch<T>::value) {
      return &partition_batch;
    } else {
      return nullptr;
    }
  }

  static constexpr tn_partitioner table = {sizeof(tn_partitioner),
                                           Flags<T>::value | TN_PARTITIONER_STATEFUL,
                                           &partition,
                                           &new_state,
                                           &free_state,
                                           on_new_batch_or_null(),
                                           partition_batch_or_null()};

  static const void* get(const char* id) noexcept {
    return id != nullptr && std::string_view(id) == TN_PARTITIONER_ID ? &table : nullptr;
  }
};

}  // namespace detail

// The descriptor of partitioner class T, for TENON_MODULE.
template <class T>
constexpr tn_descriptor partitioner(const char* name, const char* version, const char* about) {
  return detail::describe<T, detail::PartitionerTable<T>>(TN_PARTITIONER, name, version, about);
}

}  // namespace sdk
}  // namespace tenon

// Makes class T the library's partitioner. Use it once, outside every namespace.
#define TENON_PARTITIONER(T, name, version, about) \
  TENON_MODULE(::tenon::sdk::partitioner<T>(name, version, about))
