// SPDX-License-Identifier: Apache-2.0
//
// C++ over the assignor ABI (assignor.h). An assignor is a class with one function:
//
//   void assign(const tenon::Group& group, tenon::Assignment& assignment);
//
// and the registration line TENON_ASSIGNOR(Class, "name", "1.0.0", "about"). It says what it
// promises in `static constexpr uint32_t kFlags` of TN_ASSIGNOR_*. It may return Result<>, or throw
// Error; Group::give_up_if_stopped throws the right one.
//
// assign runs on a worker thread, one call at a time per instance, and is a pure function of the
// group: members_in_order and topics_in_order are what makes it independent of the order in which
// the host lists things. balance.hpp has the hard part of a balanced and sticky assignor.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

#include "assignor.h"
#include "plugin.hpp"

namespace tenon {
inline namespace sdk {

// A part of an array that belongs to somebody else.
template <class T>
class Slice {
 public:
  constexpr Slice() = default;
  constexpr Slice(const T* begin, const T* end) : begin_(begin), end_(end) {}
  constexpr const T* begin() const { return begin_; }
  constexpr const T* end() const { return end_; }
  constexpr size_t size() const { return static_cast<size_t>(end_ - begin_); }
  constexpr bool empty() const { return begin_ == end_; }
  constexpr const T& operator[](size_t i) const { return begin_[i]; }

 private:
  const T* begin_ = nullptr;
  const T* end_ = nullptr;
};

// A consumer group; valid for the call. Members, topics, racks and partitions are numbers from 0;
// partitions are counted over all topics.
class Group {
 public:
  explicit Group(const tn_assignor_input& input) : in_(input) {}

  uint32_t members() const { return in_.n_members; }
  uint32_t topics() const { return in_.n_topics; }
  uint32_t partitions() const { return in_.n_partitions; }

  std::string_view member_id(uint32_t member) const {
    return ByteView(in_.member_ids[member]).text();
  }
  // No value = a dynamic member.
  std::optional<std::string_view> instance_id(uint32_t member) const {
    const tn_bytes id = in_.instance_ids[member];
    if (id.data == nullptr) return std::nullopt;
    return ByteView(id).text();
  }
  int32_t rack(uint32_t member) const { return in_.member_racks[member]; }  // or TN_NO_RACK
  std::string_view rack_name(int32_t rack) const { return ByteView(in_.rack_names[rack]).text(); }
  // The topics that a member subscribes to, ascending.
  Slice<uint32_t> subscriptions(uint32_t member) const {
    return {in_.subscriptions + in_.subscription_at[member],
            in_.subscriptions + in_.subscription_at[member + 1]};
  }
  bool subscribes(uint32_t member, uint32_t topic) const {
    const Slice<uint32_t> topics = subscriptions(member);
    return std::binary_search(topics.begin(), topics.end(), topic);
  }

  std::string_view topic_name(uint32_t topic) const {
    return ByteView(in_.topic_names[topic]).text();
  }
  // Partitions [first_partition(topic), first_partition(topic) + partitions(topic)) are the
  // topic's.
  uint32_t first_partition(uint32_t topic) const { return in_.partition_at[topic]; }
  uint32_t partitions(uint32_t topic) const {
    return in_.partition_at[topic + 1] - in_.partition_at[topic];
  }

  // Who reads the partition now, or TN_NOBODY.
  int32_t current(uint32_t partition) const { return in_.current[partition]; }
  // The racks that have a replica of it, ascending; empty if nothing is known.
  Slice<int32_t> racks(uint32_t partition) const {
    if (in_.replica_at == nullptr) return {};
    return {in_.replica_racks + in_.replica_at[partition],
            in_.replica_racks + in_.replica_at[partition + 1]};
  }
  // Whether the member is in a rack that has a replica of it.
  bool is_near(uint32_t member, uint32_t partition) const {
    const Slice<int32_t> there = racks(partition);
    return std::binary_search(there.begin(), there.end(), rack(member));
  }

  // As Kafka's assignors order them: static members first, by instance id, then by member id. So a
  // static member keeps its place when it comes back under a new member id.
  std::vector<uint32_t> members_in_order() const {
    return ordered(members(), [this](uint32_t a, uint32_t b) { return is_before(a, b); });
  }
  // By name.
  std::vector<uint32_t> topics_in_order() const {
    return ordered(topics(),
                   [this](uint32_t a, uint32_t b) { return topic_name(a) < topic_name(b); });
  }
  // Who subscribes to each topic, in the order of members_in_order.
  std::vector<std::vector<uint32_t>> subscribers() const {
    std::vector<std::vector<uint32_t>> of_topic(topics());
    for (const uint32_t member : members_in_order())
      for (const uint32_t topic : subscriptions(member)) of_topic[topic].push_back(member);
    return of_topic;
  }

  // Whether the answer is no longer wanted. Ask about every millisecond.
  bool stopped() const { return in_.stopped(in_.stop_ctx) != 0; }
  void give_up_if_stopped() const {
    if (stopped()) throw Error(TN_E_AGAIN, "stopped before the assignment was ready");
  }
  const tn_assignor_input& input() const { return in_; }

 private:
  bool is_before(uint32_t a, uint32_t b) const {
    const auto ia = instance_id(a), ib = instance_id(b);
    if (ia && ib) return *ia < *ib;
    if (ia.has_value() != ib.has_value()) return ia.has_value();
    return member_id(a) < member_id(b);
  }
  template <class Before>
  static std::vector<uint32_t> ordered(uint32_t n, Before&& before) {
    std::vector<uint32_t> numbers(n);
    std::iota(numbers.begin(), numbers.end(), 0u);
    std::sort(numbers.begin(), numbers.end(), before);
    return numbers;
  }

  const tn_assignor_input& in_;
};

// The answer: at first nobody owns anything.
class Assignment {
 public:
  Assignment(int32_t* owners, uint32_t partitions) : owners_(owners), partitions_(partitions) {}

  void give(uint32_t partition, uint32_t member) {
    owners_[partition] = static_cast<int32_t>(member);
  }
  int32_t owner(uint32_t partition) const { return owners_[partition]; }  // or TN_NOBODY
  uint32_t partitions() const { return partitions_; }

 private:
  int32_t* owners_;
  uint32_t partitions_;
};

namespace detail {

template <class T>
struct AssignorTable {
  static tn_code assign(void* self, const tn_assignor_input* input, int32_t* owners,
                        tn_error* error) noexcept {
    return guard(error, [&]() -> Result<> {
      const Group group(*input);
      Assignment assignment(owners, input->n_partitions);
      auto& assignor = *static_cast<T*>(self);
      group.give_up_if_stopped();
      if constexpr (std::is_void_v<decltype(assignor.assign(group, assignment))>) {
        assignor.assign(group, assignment);
        return {};
      } else {
        return assignor.assign(group, assignment);
      }
    });
  }

  static constexpr tn_assignor table = {sizeof(tn_assignor), Flags<T>::value, &assign};

  static const void* get(const char* id) noexcept {
    return id != nullptr && std::string_view(id) == TN_ASSIGNOR_ID ? &table : nullptr;
  }
};

}  // namespace detail

// The descriptor of assignor class T, for TENON_MODULE.
template <class T>
constexpr tn_descriptor assignor(const char* name, const char* version, const char* about) {
  return detail::describe<T, detail::AssignorTable<T>>(TN_ASSIGNOR, name, version, about);
}

}  // namespace sdk
}  // namespace tenon

// Makes class T the library's assignor. Use it once, outside every namespace.
#define TENON_ASSIGNOR(T, name, version, about) \
  TENON_MODULE(::tenon::sdk::assignor<T>(name, version, about))
