// SPDX-License-Identifier: Apache-2.0
//
// The properties of partitioners: range, constancy, balance, what a record may be read of, and what
// a call may cost. Properties of one descriptor; see property.hpp. The verbs are the
// PartitionerKit's.
#pragma once

#include <sys/wait.h>

#include <chrono>
#include <cmath>

#include "conformance/allocations.hpp"
#include "conformance/edge_buffer.hpp"
#include "conformance/partitioner_kit.hpp"
#include "conformance/property.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {
namespace detail {

// A kit for one check, with the host that it needs.
struct PartitionerCase {
  explicit PartitionerCase(const Subject& subject)
      : host(JobMode::kDeferred, subject.seed), kit(host, *subject.descriptor, subject.options) {}

  TestHost host;
  PartitionerKit kit;
};

inline std::string check_partitioner_table(Subject& subject) {
  const auto* api =
      static_cast<const tn_partitioner*>(subject.descriptor->get_interface(TN_PARTITIONER_ID));
  if (api == nullptr) return "get_interface(\"" TN_PARTITIONER_ID "\") is null";
  if (api->struct_size < TN_PARTITIONER_SIZE_1_0) return "the table is too short";
  if (api->partition == nullptr) return "the table has no partition()";
  constexpr uint32_t kKnown = TN_PARTITIONER_NEEDS_VALUE | TN_PARTITIONER_NEEDS_HEADERS |
                              TN_PARTITIONER_STATEFUL | TN_PARTITIONER_WANTS_KEYLESS;
  if (((api->flags & ~kKnown) >> 16) != 0)
    return "the table has flags that a host must know, and none knows";
  if ((api->new_state == nullptr) != (api->free_state == nullptr))
    return "new_state and free_state come together";
  const bool stateful = (api->flags & TN_PARTITIONER_STATEFUL) != 0;
  if (api->new_state != nullptr && !stateful)
    return "it has new_state, and does not declare TN_PARTITIONER_STATEFUL";
  return "";
}

inline std::string check_partitioner_range(Subject& subject) {
  return PartitionerCase(subject).kit.check_range();
}

// How many of 10000 keys go elsewhere when a topic of `n` partitions gets one more.
inline int moved_keys(const PartitionerKit& kit, int32_t n) {
  const TestTopic before(n), after(n + 1);
  int moved = 0;
  for (int i = 0; i < 10000; i++) {
    const std::string key = "user-" + std::to_string(i);
    moved += kit.keyed(key, before) != kit.keyed(key, after) ? 1 : 0;
  }
  return moved;
}

// While the number of partitions stays, whatever else happens.
inline std::string check_constancy(Subject& subject) {
  const PartitionerCase test(subject);
  if (test.kit.stateful()) return subject.skip("it declares that equal records may part");
  TestTopic topic(17);
  const std::vector<std::string> keys = PartitionerKit::sample_keys();
  std::vector<int32_t> first;
  for (const std::string& key : keys) first.push_back(test.kit.keyed(key, topic));
  for (int round = 0; round < 3; round++) {
    topic.rise();
    for (size_t i = keys.size(); i-- > 0;) {
      const int32_t partition = test.kit.keyed(keys[i], topic);
      if (partition != first[i])
        return "a key that went to " + std::to_string(first[i]) + " goes to " +
               std::to_string(partition) + ", though the number of partitions stayed";
      if (partition >= 0) test.kit.new_batch(topic, partition);
    }
  }
  const int moved = moved_keys(test.kit, 8);
  subject.notes.push_back("from 8 to 9 partitions " + std::to_string(moved / 100) +
                          "% of the keys move; the least possible is 11%");
  return "";
}

inline std::vector<int32_t> answers_to_samples(const PartitionerKit& kit) {
  const TestTopic topic(1009);
  std::vector<int32_t> answers;
  for (const std::string& key : PartitionerKit::sample_keys())
    answers.push_back(kit.keyed(key, topic));
  return answers;
}

inline std::string check_instances(Subject& subject) {
  const PartitionerCase one(subject), other(subject);
  if (one.kit.stateful()) return subject.skip("it declares that equal records may part");
  return answers_to_samples(one.kit) == answers_to_samples(other.kit)
             ? ""
             : "two instances with the same options give a key different partitions";
}

inline std::string check_concurrency(Subject& subject) {
  const PartitionerCase test(subject);
  return test.kit.check_threads(test.kit);
}

// A fork of this process computes, and sends its answers through a pipe.
inline std::string check_processes(Subject& subject) {
  const PartitionerCase test(subject);
  if (test.kit.stateful()) return subject.skip("it declares that equal records may part");
  const std::vector<int32_t> expected = answers_to_samples(test.kit);
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe could be made";
  const pid_t child = ::fork();
  if (child == 0) {
    const std::vector<int32_t> own = answers_to_samples(test.kit);
    const ssize_t sent = ::write(ends[1], own.data(), own.size() * sizeof(int32_t));
    ::_exit(sent > 0 ? 0 : 1);
  }
  ::close(ends[1]);
  std::vector<int32_t> answers(expected.size(), 0);
  const ssize_t size = ::read(ends[0], answers.data(), answers.size() * sizeof(int32_t));
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  if (size != static_cast<ssize_t>(answers.size() * sizeof(int32_t)))
    return "it does not work in another process";
  return answers == expected ? "" : "another process gives a key another partition";
}

// The load of the fullest partition under Zipf's law, as a multiple of the mean.
inline double zipf_load(const PartitionerKit& kit, uint64_t seed) {
  constexpr int kPartitions = 64;
  const TestTopic topic(kPartitions);
  std::vector<double> load(kPartitions, 0);
  TestRandom random(seed);
  double total = 0;
  for (uint64_t rank = 1; rank <= 100000; rank++) {
    const double weight = 1.0 / static_cast<double>(rank);
    const int32_t partition = kit.keyed(PartitionerKit::make_key("counted", rank, random), topic);
    if (partition < 0 || partition >= kPartitions) return 0;
    load[static_cast<size_t>(partition)] += weight;
    total += weight;
  }
  return *std::max_element(load.begin(), load.end()) * kPartitions / total;
}

inline std::string check_spread(Subject& subject) {
  const PartitionerCase test(subject);
  if (test.kit.keyed("key", TestTopic(64)) == TN_PARTITION_ANY)
    return subject.skip("it leaves keys to the host");
  const double load = zipf_load(test.kit, subject.seed);
  char figure[100];
  std::snprintf(figure, sizeof(figure),
                "keys by Zipf's law: the fullest of 64 partitions has %.1f times the mean", load);
  subject.notes.emplace_back(figure);
  return test.kit.check_balance(subject.seed);
}

// Keys of every length up to 64 and some long ones, each at the end of a page.
inline std::string check_key_reading(Subject& subject) {
  const PartitionerCase test(subject);
  const TestTopic topic(17);
  TestRandom random(subject.seed);
  for (size_t size = 0; size <= (1 << 20) + 1; size = size < 64 ? size + 1 : size * 2 + 1) {
    EdgeBuffer key(size);
    for (size_t i = 0; i < size; i++) key.data()[i] = static_cast<uint8_t>(random.next());
    tn_record record = keyless_record();
    record.key = {key.data(), size};
    if (!PartitionerKit::in_range(test.kit.ask(record, topic, test.kit.state()), 17))
      return "a key of " + std::to_string(size) + " bytes is out of range";
  }
  return "";
}

// What a partitioner does not declare, it does not touch: it lies in memory that nobody may read.
inline std::string check_declared_reading(Subject& subject) {
  const PartitionerCase test(subject);
  const TestTopic topic(17);
  EdgeBuffer value(4096), headers(4096, alignof(tn_header));
  const tn_header header{ByteView(std::string_view("name")), ByteView(std::string_view("value"))};
  for (int i = 0; i < 3; i++)
    std::memcpy(headers.data() + static_cast<size_t>(i) * sizeof(header), &header, sizeof(header));
  if (!test.kit.has(TN_PARTITIONER_NEEDS_VALUE)) value.forbid();
  if (!test.kit.has(TN_PARTITIONER_NEEDS_HEADERS)) headers.forbid();
  for (int i = 0; i < 100; i++) {
    const std::string key = std::to_string(i);
    tn_record record = keyed_record(key);
    record.value = {value.data(), value.size()};
    record.headers = reinterpret_cast<const tn_header*>(headers.data());
    record.n_headers = 3;
    if (!PartitionerKit::in_range(test.kit.ask(record, topic, test.kit.state()), 17))
      return "a record with value and headers is out of range";
  }
  return "";
}

inline std::string check_null_values(Subject& subject) {
  const PartitionerCase test(subject);
  const TestTopic topic(17);
  const tn_header headers[] = {{ByteView(std::string_view("name")), tn_bytes{nullptr, 0}},
                               {ByteView(), tn_bytes{nullptr, 0}}};
  tn_record record = keyed_record("key");
  record.headers = headers;
  record.n_headers = 2;
  return PartitionerKit::in_range(test.kit.ask(record, topic, test.kit.state()), 17)
             ? ""
             : "a record whose value and headers are null is out of range";
}

inline std::string check_availability(Subject& subject) {
  const PartitionerCase test(subject);
  if (!test.kit.has(TN_PARTITIONER_WANTS_KEYLESS))
    return subject.skip("records without a key are left to the host");
  TestTopic topic(70);
  for (int32_t p = 0; p < 70; p++)
    if (p % 3 != 1 && p != 69) topic.take_down(p);
  for (int i = 0; i < 500; i++) {
    const int32_t partition = test.kit.keyless(topic);
    if (partition == TN_PARTITION_ANY) continue;
    if (!PartitionerKit::in_range(partition, 70)) return "an answer is out of range";
    if (partition % 3 != 1 && partition != 69)
      return "a record without a key goes to partition " + std::to_string(partition) +
             ", which has no leader, though others have";
    if (i % 7 == 0) test.kit.new_batch(topic, partition);
  }
  TestTopic dead(3);
  for (int32_t p = 0; p < 3; p++) dead.take_down(p);
  return PartitionerKit::in_range(test.kit.keyless(dead), 3)
             ? ""
             : "an answer is out of range when no partition has a leader";
}

// The host asks once per record (KAFKA-9965: asked twice, a round robin used every other one), and
// every partition gets records.
inline std::string check_reach(Subject& subject) {
  const PartitionerCase test(subject);
  if (!test.kit.has(TN_PARTITIONER_WANTS_KEYLESS))
    return subject.skip("records without a key are left to the host");
  for (const int32_t n : {1, 2, 3, 4, 8, 10}) {
    const TestTopic topic(n);
    std::vector<int> counts(static_cast<size_t>(n), 0);
    void* state = test.kit.new_state();
    for (int record = 0; record < 400 * n; record++) {
      const int32_t partition = test.kit.keyless(topic, state);
      if (partition == TN_PARTITION_ANY) break;
      if (!PartitionerKit::in_range(partition, n)) break;
      counts[static_cast<size_t>(partition)]++;
      if (record % 5 == 4) test.kit.new_batch(topic, partition, state);
    }
    test.kit.free_state(state);
    const auto unused = std::find(counts.begin(), counts.end(), 0) - counts.begin();
    const bool used = std::accumulate(counts.begin(), counts.end(), 0) > 0;
    if (used && unused < n)
      return "asked once per record, it never uses partition " + std::to_string(unused) + " of " +
             std::to_string(n);
  }
  return "";
}

inline std::string check_statelessness(Subject& subject) {
  const PartitionerCase test(subject);
  if (test.kit.api().new_state == nullptr) return subject.skip("it has no state");
  const TestTopic topic(17);
  if (!PartitionerKit::in_range(test.kit.keyed("key", topic, nullptr), 17) ||
      !PartitionerKit::in_range(test.kit.keyless(topic, nullptr), 17))
    return "an answer without a state is out of range";
  test.kit.new_batch(topic, 0, nullptr);
  return "";
}

// A thread may lose its core at any call, so the bound is on the 99th of a hundred, and wide: it
// is for sleeping, locks that wait, and files.
inline std::string check_speed(Subject& subject) {
  using Clock = std::chrono::steady_clock;
  const PartitionerCase test(subject);
  const TestTopic topic(64);
  std::vector<int64_t> took;
  for (int i = 0; i < 20000; i++) {
    const std::string key = "user-" + std::to_string(i);
    const auto start = Clock::now();
    (void)test.kit.keyed(key, topic);
    took.push_back(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
  }
  std::sort(took.begin(), took.end());
  const int64_t p50 = took[took.size() / 2], p99 = took[took.size() * 99 / 100];
  subject.notes.push_back("p50 " + std::to_string(p50) + " ns, p99 " + std::to_string(p99) + " ns");
  return p99 < 100000 ? "" : "one call in a hundred takes " + std::to_string(p99 / 1000) + " us";
}

inline std::string check_allocations(Subject& subject) {
  const PartitionerCase test(subject);
  const TestTopic topic(64);
  std::vector<std::string> keys;
  for (int i = 0; i < 1000; i++) keys.push_back("user-" + std::to_string(i));
  const bool keyless = test.kit.has(TN_PARTITIONER_WANTS_KEYLESS);
  const auto use = [&] {
    for (const std::string& key : keys) {
      const int32_t partition = test.kit.keyed(key, topic);
      if (keyless) (void)test.kit.keyless(topic);
      if (partition >= 0) test.kit.new_batch(topic, partition);
    }
  };
  use();  // what is allocated once does not count
  switch (allocates(use)) {
    case Allocates::kNo:
      return "";
    case Allocates::kYes:
      return "partition() or on_new_batch() allocates memory";
    default:
      return subject.skip("allocations cannot be seen under this C library or sanitizer");
  }
}

// partition_batch answers what as many calls of partition would have answered. What keeps state is
// asked through two instances that begin alike, one record by record and one in batches.
inline std::string check_batches(Subject& subject) {
  const PartitionerCase one(subject), twin(subject);
  const PartitionerKit& other = one.kit.stateful() ? twin.kit : one.kit;
  if (!one.kit.has_batches()) return subject.skip("it has no partition_batch");
  const TestTopic topic(17);
  const std::vector<std::string> keys = PartitionerKit::sample_keys();
  std::vector<tn_record> records;
  for (const std::string& key : keys) {
    records.push_back(keyed_record(key));
    if (one.kit.has(TN_PARTITIONER_WANTS_KEYLESS)) records.push_back(keyless_record());
  }
  std::vector<int32_t> singles;
  for (const tn_record& record : records)
    singles.push_back(one.kit.ask(record, topic, one.kit.state()));
  for (size_t at = 0, size = 1; at < records.size(); at += size, size = size % 50 + 7) {
    const size_t n = std::min(size, records.size() - at);
    const std::vector<int32_t> batch = other.ask_batch(&records[at], n, topic);
    if (!std::equal(batch.begin(), batch.end(), singles.begin() + static_cast<std::ptrdiff_t>(at)))
      return "a batch of " + std::to_string(n) + " records is answered otherwise than one by one";
  }
  return "";
}

inline std::string check_golden_vectors(Subject& subject) {
  if (subject.vectors.empty()) return subject.skip("no file of vectors was given");
  return PartitionerCase(subject).kit.check_vectors(subject.vectors);
}

}  // namespace detail

inline Properties partitioner_properties() {
  return {
      {"has_a_sound_table", "The table is whole and its flags are known",
       detail::check_partitioner_table},
      {"stays_in_range", "Answers are partitions, for topics of 1 to 100000",
       detail::check_partitioner_range},
      {"keeps_keys_in_place", "A key keeps its partition while their number stays",
       detail::check_constancy},
      {"agrees_between_instances", "Two instances answer alike", detail::check_instances},
      {"agrees_between_threads", "Four threads at once get what one gets",
       detail::check_concurrency},
      {"agrees_between_processes", "Another process gets what this one gets",
       detail::check_processes},
      {"spreads_keys_evenly", "Counted, hexadecimal, random and UUID keys pass a chi-square test",
       detail::check_spread},
      {"reads_no_further_than_the_key", "Keys of 0 bytes to 1 MiB lie at the end of a page",
       detail::check_key_reading},
      {"reads_what_it_declares", "Value and headers are not touched unless the flags say so",
       detail::check_declared_reading},
      {"copes_with_null_values", "Values and header values may be null", detail::check_null_values},
      {"uses_available_partitions", "Records without a key go where there is a leader",
       detail::check_availability},
      {"reaches_every_partition", "Asked once per record, it leaves no partition out",
       detail::check_reach},
      {"works_without_a_state", "new_state may have found no memory", detail::check_statelessness},
      {"answers_at_once", "It does not sleep, block or do I/O", detail::check_speed},
      {"allocates_nothing", "partition() and on_new_batch() take no memory",
       detail::check_allocations},
      {"answers_batches_alike", "partition_batch answers as partition does, record by record",
       detail::check_batches},
      {"matches_vectors", "Keys go where a file of golden vectors says",
       detail::check_golden_vectors},
  };
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
