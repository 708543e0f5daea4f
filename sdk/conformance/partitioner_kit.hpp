// SPDX-License-Identifier: Apache-2.0
//
// What every partitioner must do, as checks that any test program can run. Each check returns "" or
// a sentence that says what is wrong. Deterministic; check_threads runs threads of its own.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "conformance/instance.hpp"
#include "conformance/test_host.hpp"
#include "tenon/partitioner.h"

namespace tenon {
inline namespace sdk {
namespace conformance {

// A topic of n partitions, all with a leader until take_down.
class TestTopic {
 public:
  explicit TestTopic(int32_t n) : words_((static_cast<size_t>(n) + 63) / 64, ~uint64_t{0}) {
    view_.struct_size = sizeof(view_);
    view_.n_partitions = n;
    view_.name = ByteView(std::string_view("orders"));
    view_.epoch = 1;
  }
  TestTopic(const TestTopic&) = delete;
  TestTopic& operator=(const TestTopic&) = delete;

  void take_down(int32_t partition) {
    const auto bit = static_cast<size_t>(partition);
    words_[bit / 64] &= ~(uint64_t{1} << bit % 64);
    view_.available = words_.data();
    view_.epoch++;
  }
  // Its leaders have changed, and changed back.
  void rise() { view_.epoch++; }
  const tn_topic_view* get() const { return &view_; }
  int32_t size() const { return view_.n_partitions; }

 private:
  tn_topic_view view_{};
  std::vector<uint64_t> words_;
};

// A record with that key and nothing else.
inline tn_record keyed_record(std::string_view key) {
  tn_record record{};
  record.struct_size = sizeof(record);
  record.key = ByteView(key);
  if (record.key.data == nullptr) record.key.data = reinterpret_cast<const uint8_t*>("");
  return record;
}
inline tn_record keyless_record() {
  tn_record record{};
  record.struct_size = sizeof(record);
  return record;
}

class PartitionerKit {
 public:
  PartitionerKit(const TestHost& host, const tn_descriptor& descriptor,
                 const TestConfig::Texts& texts = {})
      : instance_(host, descriptor, texts),
        api_(*instance_.interface<tn_partitioner>(TN_PARTITIONER_ID)),
        state_(new_state()) {}
  // The plugin of that name that is linked into this program.
  PartitionerKit(const TestHost& host, const std::string& name, const TestConfig::Texts& texts = {})
      : PartitionerKit(host, linked_descriptor(name), texts) {}
  ~PartitionerKit() { free_state(state_); }
  PartitionerKit(const PartitionerKit&) = delete;
  PartitionerKit& operator=(const PartitionerKit&) = delete;

  const tn_partitioner& api() const { return api_; }
  bool has(uint32_t flag) const { return (api_.flags & flag) != 0; }
  bool stateful() const { return has(TN_PARTITIONER_STATEFUL); }

  int32_t ask(const tn_record& record, const TestTopic& topic, void* state) const {
    return api_.partition(instance_.self(), state, topic.get(), &record);
  }
  bool has_batches() const { return TN_HAS(&api_, tn_partitioner, partition_batch); }
  // One batch, with the kit's own state.
  std::vector<int32_t> ask_batch(const tn_record* records, size_t n, const TestTopic& topic) const {
    std::vector<const tn_record*> pointers;
    for (size_t i = 0; i < n; i++) pointers.push_back(&records[i]);
    std::vector<int32_t> answers(n, INT32_MIN);
    api_.partition_batch(instance_.self(), state_, topic.get(), pointers.data(), n, answers.data());
    return answers;
  }
  int32_t keyed(std::string_view key, const TestTopic& topic) const {
    return keyed(key, topic, state_);
  }
  int32_t keyed(std::string_view key, const TestTopic& topic, void* state) const {
    return ask(keyed_record(key), topic, state);
  }
  int32_t keyless(const TestTopic& topic) const { return keyless(topic, state_); }
  int32_t keyless(const TestTopic& topic, void* state) const {
    return ask(keyless_record(), topic, state);
  }
  void new_batch(const TestTopic& topic, int32_t partition) const {
    new_batch(topic, partition, state_);
  }
  void new_batch(const TestTopic& topic, int32_t partition, void* state) const {
    if (api_.on_new_batch != nullptr)
      api_.on_new_batch(instance_.self(), state, topic.get(), partition);
  }
  // States are per thread and topic; the kit has one of its own.
  void* state() const { return state_; }
  void* new_state() const {
    return api_.new_state == nullptr ? nullptr : api_.new_state(instance_.self());
  }
  void free_state(void* state) const {
    if (state != nullptr) api_.free_state(instance_.self(), state);
  }

  // Every answer is a partition or TN_PARTITION_ANY, for topics of 1 to 100000 partitions.
  std::string check_range() const {
    for (const int32_t n : {1, 2, 3, 5, 7, 10, 63, 64, 65, 100, 1000, 12345, 100000}) {
      const TestTopic topic(n);
      void* state = new_state();
      const std::string wrong = check_range_of(topic, state);
      free_state(state);
      if (!wrong.empty()) return wrong + " for a topic of " + std::to_string(n) + " partitions";
    }
    return "";
  }

  // Four threads at once. A partitioner without state gives a key the same partition from every
  // instance and thread; one with state, which each thread has for itself, stays in range.
  std::string check_threads(const TestHost& host, const std::string& name) const {
    const PartitionerKit other(host, name);
    return check_threads(other);
  }
  std::string check_threads(const PartitionerKit& other) const {
    const TestTopic topic(17);
    const std::vector<std::string> keys = sample_keys();
    std::vector<int32_t> expected;
    for (const std::string& key : keys) expected.push_back(keyed(key, topic));
    std::atomic<int> wrong{0};
    const auto compare = [&] {
      void* state = other.new_state();
      for (size_t i = 0; i < keys.size(); i++) {
        const int32_t partition = other.keyed(keys[i], topic, state);
        const bool right = stateful() ? in_range(partition, 17) : partition == expected[i];
        if (!right) wrong++;
      }
      other.free_state(state);
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) threads.emplace_back(compare);
    for (std::thread& thread : threads) thread.join();
    return wrong == 0 ? "" : "a partition depends on the instance or thread, or is out of range";
  }

  // Keys spread evenly: chi-square over 64 partitions and 64000 keys stays below 132, which even
  // spreading passes once in a million times (63 degrees of freedom); for counted, hexadecimal and
  // random keys, and for UUIDs.
  std::string check_balance(uint64_t seed = 5) const {
    for (const char* kind : {"counted", "hexadecimal", "random", "uuid"}) {
      const double chi_square = chi_square_of(kind, seed);
      if (chi_square < 0) return std::string(kind) + " keys get an answer that is no partition";
      if (chi_square > 132)
        return std::string(kind) + " keys are spread unevenly: chi-square " +
               std::to_string(chi_square) + ", at most 132 is even";
    }
    return "";
  }

  // Compares with a file of golden vectors: lines "key-in-hexadecimal|- partitions partition",
  // where "-" is the empty key and '#' begins a comment.
  std::string check_vectors(const std::string& path) const {
    std::ifstream file(path);
    size_t compared = 0;
    for (std::string line; std::getline(file, line);) {
      if (line.empty() || line[0] == '#') continue;
      std::istringstream fields(line);
      std::string hex;
      int32_t n = 0, partition = -1;
      fields >> hex >> n >> partition;
      if (!fields) return path + ": cannot read " + line;
      if (keyed(from_hex(hex), TestTopic(n)) != partition) return "another partition than " + line;
      compared++;
    }
    return compared > 0 ? "" : path + " holds no vectors";
  }

  static std::vector<std::string> sample_keys() {
    std::vector<std::string> keys = {"", "a", "key", std::string(1, '\0'),
                                     std::string(1 << 20, 'x')};
    TestRandom random(3);
    for (int i = 0; i < 200; i++) keys.push_back(std::to_string(random.next()));
    return keys;
  }

  static bool in_range(int32_t partition, int32_t n) {
    return partition == TN_PARTITION_ANY || (partition >= 0 && partition < n);
  }
  // Key number `i` of a family: counted, hexadecimal, random or uuid.
  static std::string make_key(const std::string& kind, uint64_t i, TestRandom& random) {
    char text[40];
    const auto number = static_cast<unsigned long long>(i);
    const auto high = static_cast<unsigned long long>(random.next());
    const auto low = static_cast<unsigned long long>(random.next());
    if (kind == "hexadecimal") {
      std::snprintf(text, sizeof(text), "%016llx", number);
    } else if (kind == "uuid") {
      std::snprintf(text, sizeof(text), "%08llx-%04llx-4%03llx-a%03llx-%012llx", high >> 32,
                    high >> 16 & 0xffff, high & 0xfff, low >> 52, low & 0xffffffffffff);
    } else if (kind == "random") {
      std::snprintf(text, sizeof(text), "user-%llu", high);
    } else {
      std::snprintf(text, sizeof(text), "user-%llu", number);
    }
    return text;
  }

 private:
  static const tn_descriptor& linked_descriptor(const std::string& name) {
    const tn_descriptor* descriptor = find_descriptor(name);
    if (descriptor == nullptr) throw Error(TN_E_NOT_FOUND, "no plugin is called " + name);
    return *descriptor;
  }

  std::string check_range_of(const TestTopic& topic, void* state) const {
    for (const std::string& key : sample_keys()) {
      if (!in_range(keyed(key, topic, state), topic.size()))
        return "a record with a key is out of range";
      if (!has(TN_PARTITIONER_WANTS_KEYLESS)) continue;
      const int32_t partition = keyless(topic, state);
      if (!in_range(partition, topic.size())) return "a record without a key is out of range";
      if (partition >= 0) new_batch(topic, partition, state);
    }
    return "";
  }

  // Negative when an answer is no partition.
  double chi_square_of(const std::string& kind, uint64_t seed) const {
    constexpr int kPartitions = 64, kKeys = 64000;
    const TestTopic topic(kPartitions);
    std::vector<int> counts(kPartitions, 0);
    TestRandom random(seed);
    void* state = new_state();
    for (int i = 0; i < kKeys; i++) {
      const int32_t partition =
          keyed(make_key(kind, static_cast<uint64_t>(i), random), topic, state);
      if (partition < 0 || partition >= kPartitions) return -1;
      counts[static_cast<size_t>(partition)]++;
    }
    free_state(state);
    constexpr double kExpected = static_cast<double>(kKeys) / kPartitions;
    return std::accumulate(counts.begin(), counts.end(), 0.0, [](double sum, int count) {
      return sum + (count - kExpected) * (count - kExpected) / kExpected;
    });
  }

  static std::string from_hex(const std::string& hex) {
    std::string bytes;
    if (hex == "-") return bytes;
    for (size_t i = 0; i + 1 < hex.size(); i += 2)
      bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
  }

  Instance instance_;
  const tn_partitioner& api_;
  void* state_;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
