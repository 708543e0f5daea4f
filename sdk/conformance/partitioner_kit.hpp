// SPDX-License-Identifier: Apache-2.0
//
// What every partitioner must do, as checks that any test program can run. Each check returns "" or
// a sentence that says what is wrong. Deterministic; check_threads runs threads of its own.
#pragma once

#include <algorithm>
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
  const tn_topic_view* get() const { return &view_; }
  int32_t size() const { return view_.n_partitions; }

 private:
  tn_topic_view view_{};
  std::vector<uint64_t> words_;
};

class PartitionerKit {
 public:
  PartitionerKit(const TestHost& host, const std::string& name, const TestConfig::Texts& texts = {})
      : instance_(host, name, texts),
        api_(*instance_.interface<tn_partitioner>(TN_PARTITIONER_ID)),
        state_(new_state()) {}
  ~PartitionerKit() { free_state(state_); }
  PartitionerKit(const PartitionerKit&) = delete;
  PartitionerKit& operator=(const PartitionerKit&) = delete;

  const tn_partitioner& api() const { return api_; }
  bool stateful() const { return (api_.flags & TN_PARTITIONER_STATEFUL) != 0; }

  int32_t keyed(std::string_view key, const TestTopic& topic) const {
    return keyed(key, topic, state_);
  }
  int32_t keyed(std::string_view key, const TestTopic& topic, void* state) const {
    tn_record record{};
    record.struct_size = sizeof(record);
    record.key = ByteView(key);
    if (record.key.data == nullptr) record.key.data = reinterpret_cast<const uint8_t*>("");
    return api_.partition(instance_.self(), state, topic.get(), &record);
  }
  int32_t keyless(const TestTopic& topic) const { return keyless(topic, state_); }
  int32_t keyless(const TestTopic& topic, void* state) const {
    tn_record record{};
    record.struct_size = sizeof(record);
    return api_.partition(instance_.self(), state, topic.get(), &record);
  }
  void new_batch(const TestTopic& topic, int32_t partition) const {
    if (api_.on_new_batch != nullptr)
      api_.on_new_batch(instance_.self(), state_, topic.get(), partition);
  }
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
      for (const std::string& key : sample_keys()) {
        if (!in_range(keyed(key, topic), n))
          return "a key leaves " + std::to_string(n) + " partitions";
        const int32_t partition = keyless(topic);
        if (!in_range(partition, n)) return "a record without a key is out of range";
        if (partition >= 0) new_batch(topic, partition);
      }
    }
    return "";
  }

  // Four threads at once. A partitioner without state gives a key the same partition from every
  // instance and thread; one with state, which each thread has for itself, stays in range.
  std::string check_threads(const TestHost& host, const std::string& name) const {
    const TestTopic topic(17);
    const PartitionerKit other(host, name);
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

  // Keys spread evenly: chi-square over 64 partitions and 64000 keys below the 99.9% quantile
  // (103.4 for 63 degrees of freedom), for counted, hexadecimal and random keys.
  std::string check_balance() const {
    for (const char* kind : {"counted", "hexadecimal", "random"}) {
      const double chi_square = chi_square_of(kind);
      if (chi_square > 103.4)
        return std::string(kind) + " keys are spread unevenly, chi-square " +
               std::to_string(chi_square);
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

 private:
  static bool in_range(int32_t partition, int32_t n) {
    return partition == TN_PARTITION_ANY || (partition >= 0 && partition < n);
  }

  double chi_square_of(const std::string& kind) const {
    constexpr int kPartitions = 64, kKeys = 64000;
    const TestTopic topic(kPartitions);
    std::vector<int> counts(kPartitions, 0);
    TestRandom random(5);
    for (int i = 0; i < kKeys; i++) {
      const uint64_t number = kind == "random" ? random.next() : static_cast<uint64_t>(i);
      char text[32];
      std::snprintf(text, sizeof(text), kind == "hexadecimal" ? "%016llx" : "user-%llu",
                    static_cast<unsigned long long>(number));
      counts[static_cast<size_t>(keyed(text, topic))]++;
    }
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
