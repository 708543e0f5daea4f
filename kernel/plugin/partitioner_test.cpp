// SPDX-License-Identifier: Apache-2.0
#include "plugin/partitioner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"

namespace tenon::plugin {
namespace {

struct Fake {
  int32_t answer = 0;
  int asked = 0;
  int states = 0;
  int batches = 0;
  int batch_calls = 0;
};
Fake& fake_of(void* self) {
  return *static_cast<Fake*>(self);
}

int32_t fake_partition(void* self, void*, const tn_topic_view*, const tn_record*) {
  fake_of(self).asked++;
  return fake_of(self).answer;
}
void* fake_new_state(void* self) {
  fake_of(self).states++;
  return self;
}
void fake_free_state(void* self, void*) {
  fake_of(self).states--;
}
void fake_on_new_batch(void* self, void*, const tn_topic_view*, int32_t) {
  fake_of(self).batches++;
}

constexpr tn_partitioner kFake{.struct_size = sizeof(tn_partitioner),
                               .flags = TN_PARTITIONER_STATEFUL,
                               .partition = fake_partition,
                               .new_state = fake_new_state,
                               .free_state = fake_free_state,
                               .on_new_batch = fake_on_new_batch,
                               .partition_batch = nullptr};

// Answers as partition does, except that it leaves every seventh record out.
void fake_partition_batch(void* self, void* state, const tn_topic_view* topic,
                          const tn_record* const* records, size_t n, int32_t* partitions) {
  fake_of(self).batch_calls++;
  for (size_t i = 0; i < n; i++) {
    const int32_t answer = fake_partition(self, state, topic, records[i]);
    if (fake_of(self).asked % 7 != 0) partitions[i] = answer;
  }
}
tn_partitioner with_batches() {
  tn_partitioner api = kFake;
  api.partition_batch = fake_partition_batch;
  return api;
}

class PartitionerHandleTest : public testing::Test {
 protected:
  int32_t choose(int32_t n_partitions, const uint64_t* available = nullptr) {
    return partitioner_.choose(state_, topic(n_partitions, available), record());
  }
  std::optional<int32_t> opinion(int32_t n_partitions) {
    return partitioner_.opinion(state_, topic(n_partitions), record());
  }
  void new_batch(int32_t n_partitions, int32_t partition) {
    partitioner_.on_new_batch(state_, topic(n_partitions), partition);
  }
  static tn_topic_view topic(int32_t n_partitions, const uint64_t* available = nullptr) {
    return {.struct_size = sizeof(tn_topic_view),
            .n_partitions = n_partitions,
            .name = {},
            .available = available,
            .epoch = 1};
  }
  tn_record record() const {
    tn_record record{};
    record.struct_size = sizeof record;
    if (keyed_) record.key = {reinterpret_cast<const uint8_t*>("k"), 1};
    return record;
  }

  bool keyed_ = true;
  Fake fake_;
  Partitioner partitioner_{"fake", kFake, &fake_};
  Partitioner::State state_ = partitioner_.new_state(1);
};

TEST_F(PartitionerHandleTest, an_answer_in_range_is_taken) {
  fake_.answer = 3;
  EXPECT_EQ(choose(4), 3);
  EXPECT_EQ(fake_.asked, 1);
  EXPECT_EQ(partitioner_.out_of_range(), 0u);
}

TEST_F(PartitionerHandleTest, an_answer_out_of_range_is_replaced_and_counted) {
  for (const int32_t answer : {4, -2, INT32_MAX, INT32_MIN}) {
    fake_.answer = answer;
    const int32_t chosen = choose(4);
    EXPECT_TRUE(chosen >= 0 && chosen < 4) << answer;
  }
  EXPECT_EQ(partitioner_.out_of_range(), 4u);
}

TEST_F(PartitionerHandleTest, any_leaves_the_choice_to_the_host_and_is_no_fault) {
  fake_.answer = TN_PARTITION_ANY;
  const int32_t chosen = choose(100);
  EXPECT_TRUE(chosen >= 0 && chosen < 100);
  EXPECT_EQ(partitioner_.out_of_range(), 0u);
}

TEST_F(PartitionerHandleTest, the_hosts_choice_sticks_until_the_batch_is_full) {
  fake_.answer = TN_PARTITION_ANY;
  std::set<int32_t> seen;
  for (int batch = 0; batch < 50; ++batch) {
    const int32_t chosen = choose(8);
    EXPECT_EQ(choose(8), chosen);
    seen.insert(chosen);
    new_batch(8, chosen);
  }
  EXPECT_EQ(seen.size(), 8u);
  EXPECT_EQ(fake_.batches, 50);
}

TEST_F(PartitionerHandleTest, the_hosts_choice_is_available) {
  fake_.answer = TN_PARTITION_ANY;
  const uint64_t only_70[2] = {0, 1ULL << 6};
  EXPECT_EQ(choose(100, only_70), 70);
  const uint64_t only_2[2] = {4, 0};
  EXPECT_EQ(choose(100, only_2), 2);  // 70 has become unavailable
}

TEST_F(PartitionerHandleTest, bits_beyond_the_partitions_are_not_partitions) {
  fake_.answer = TN_PARTITION_ANY;
  const uint64_t beyond = ~0ULL << 3;
  for (int i = 0; i < 20; ++i) {
    const int32_t chosen = choose(3, &beyond);  // none is available, so any will do
    EXPECT_TRUE(chosen >= 0 && chosen < 3);
    new_batch(3, chosen);
  }
}

TEST_F(PartitionerHandleTest, a_topic_that_shrank_does_not_keep_the_old_choice) {
  fake_.answer = TN_PARTITION_ANY;
  for (int i = 0; i < 20; ++i) new_batch(1000, choose(1000));
  choose(1000);
  EXPECT_EQ(choose(1), 0);
}

TEST_F(PartitionerHandleTest, a_record_without_a_key_is_not_shown_to_who_does_not_want_it) {
  keyed_ = false;
  choose(4);
  EXPECT_EQ(fake_.asked, 0);
}

// Ten records, of which those with an even index have a key.
class PartitionerBatchTest : public PartitionerHandleTest {
 protected:
  std::vector<int32_t> choose_ten(const tn_partitioner& api) {
    const Partitioner partitioner("fake", api, &fake_);
    auto state = partitioner.new_state(1);
    std::vector<tn_record> records(10);
    std::vector<const tn_record*> pointers;
    for (size_t i = 0; i < records.size(); i++) {
      records[i].struct_size = sizeof(tn_record);
      if (all_keyed_ || i % 2 == 0) records[i].key = {reinterpret_cast<const uint8_t*>("k"), 1};
      pointers.push_back(&records[i]);
    }
    tn_topic_view topic{};
    topic.struct_size = sizeof topic;
    topic.n_partitions = 5;
    std::vector<int32_t> partitions(10, -7);
    partitioner.choose_batch(state, topic, pointers, partitions);
    out_of_range_ = partitioner.out_of_range();
    return partitions;
  }

  bool all_keyed_ = true;
  uint64_t out_of_range_ = 0;
  tn_partitioner batching_ = with_batches();
};

TEST_F(PartitionerBatchTest, a_plugin_without_batches_is_asked_record_by_record) {
  fake_.answer = 3;
  EXPECT_EQ(choose_ten(kFake), std::vector<int32_t>(10, 3));
  EXPECT_EQ(fake_.asked, 10);
}

TEST_F(PartitionerBatchTest, a_plugin_built_before_there_were_batches_is_asked_record_by_record) {
  batching_.struct_size = offsetof(tn_partitioner, partition_batch);
  choose_ten(batching_);
  EXPECT_EQ(fake_.batch_calls, 0);
  EXPECT_EQ(fake_.asked, 10);
}

TEST_F(PartitionerBatchTest, a_plugin_with_batches_is_asked_once) {
  fake_.answer = TN_PARTITION_ANY;
  choose_ten(batching_);
  EXPECT_EQ(fake_.batch_calls, 1);
  EXPECT_EQ(fake_.asked, 10);
}

TEST_F(PartitionerBatchTest, every_answer_of_a_batch_is_checked_and_a_missing_one_is_none) {
  fake_.answer = 4;
  for (const int32_t partition : choose_ten(batching_))
    EXPECT_TRUE(partition >= 0 && partition < 5);
  EXPECT_EQ(out_of_range_, 1u);  // the seventh
  fake_.answer = 5;
  choose_ten(batching_);
  EXPECT_EQ(out_of_range_, 10u);
}

TEST_F(PartitionerBatchTest, records_without_a_key_are_not_in_a_batch_for_who_does_not_want_them) {
  all_keyed_ = false;
  for (const int32_t partition : choose_ten(batching_))
    EXPECT_TRUE(partition >= 0 && partition < 5);
  EXPECT_EQ(fake_.asked, 5);
}

TEST_F(PartitionerHandleTest, an_opinion_is_the_plugins_own_and_never_the_hosts) {
  fake_.answer = 3;
  EXPECT_EQ(opinion(4), 3);
  fake_.answer = TN_PARTITION_ANY;
  EXPECT_EQ(opinion(4), std::nullopt);
  EXPECT_EQ(partitioner_.out_of_range(), 0u);
  fake_.answer = 4;
  EXPECT_EQ(opinion(4), std::nullopt);
  EXPECT_EQ(partitioner_.out_of_range(), 1u);
  keyed_ = false;
  fake_.answer = 3;
  EXPECT_EQ(opinion(4), std::nullopt);
  EXPECT_EQ(fake_.asked, 3);
}

// What is watched of a partitioner whose calls take as long as the test says.
class PartitionerWatchTest : public testing::Test {
 protected:
  struct Slow {
    ManualClock clock;
    Duration takes{};
    std::vector<const char*> suspects{};  // who was named while states were freed
  };
  static int32_t partition(void* self, void*, const tn_topic_view*, const tn_record*) {
    auto& slow = *static_cast<Slow*>(self);
    slow.clock.advance(slow.takes);
    return 0;
  }
  static void partition_batch(void* self, void*, const tn_topic_view*, const tn_record* const*,
                              size_t n, int32_t* partitions) {
    auto& slow = *static_cast<Slow*>(self);
    slow.clock.advance(slow.takes);
    std::fill(partitions, partitions + n, 0);
  }
  static void free_state(void* self, void*) {
    const Suspect* suspect = current_call().suspect;
    static_cast<Slow*>(self)->suspects.push_back(suspect ? suspect->label : "nobody");
  }
  // What the log says of `n` calls.
  std::string log_of(int n) {
    testing::internal::CaptureStderr();
    for (int i = 0; i < n; ++i) partitioner_.choose(state_, topic_, record_);
    flush_log();
    return testing::internal::GetCapturedStderr();
  }
  std::string log_of_batch(size_t n) {
    std::vector<const tn_record*> records(n, &record_);
    std::vector<int32_t> partitions(n);
    testing::internal::CaptureStderr();
    partitioner_.choose_batch(state_, topic_, records, partitions);
    flush_log();
    return testing::internal::GetCapturedStderr();
  }
  bool exposes(const std::string& name, const std::string& function, int value) const {
    return metrics_.expose().find(name + "{kind=\"partitioner\",plugin=\"acme\",function=\"" +
                                  function + "\"} " + std::to_string(value) + "\n") !=
           std::string::npos;
  }
  static tn_partitioner api() {
    tn_partitioner api{};
    api.struct_size = sizeof api;
    api.flags = TN_PARTITIONER_WANTS_KEYLESS;
    api.partition = partition;
    api.new_state = [](void* self) { return self; };
    api.free_state = free_state;
    api.partition_batch = partition_batch;
    return api;
  }

  static constexpr Suspect kOld{"partitioner acme 1.0.0", "/1.so"};
  static constexpr Suspect kNew{"partitioner acme 2.0.0", "/2.so"};

  tn_partitioner api_ = api();
  tn_topic_view topic_{.struct_size = sizeof(tn_topic_view),
                       .n_partitions = 3,
                       .name = {},
                       .available = nullptr,
                       .epoch = 1};
  tn_record record_{};
  Slow slow_;
  MetricRegistry metrics_;
  Watch watch_{"partitioner", "acme", &metrics_, &slow_.clock};
  Partitioner partitioner_{"acme", api_, &slow_, nullptr, watch_};
  Partitioner::State state_ = partitioner_.new_state(1);
};

TEST_F(PartitionerWatchTest, calls_are_told_when_somebody_asks_for_it_and_one_in_many_is_timed) {
  log_of(100);
  EXPECT_TRUE(exposes("tenon_plugin_calls_total", "partition", 0));
  state_.flush_count();
  state_.flush_count();
  EXPECT_TRUE(exposes("tenon_plugin_calls_total", "partition", 100));
  for (int i = 0; i < 16; ++i) {
    log_of(32);
    state_.flush_count();
  }
  EXPECT_TRUE(exposes("tenon_plugin_calls_total", "partition", 612));
  EXPECT_TRUE(exposes("tenon_plugin_call_seconds_count", "partition", 2));
}

TEST_F(PartitionerWatchTest, every_call_for_a_batch_is_counted_and_timed) {
  log_of_batch(1000);
  log_of_batch(10);
  EXPECT_TRUE(exposes("tenon_plugin_calls_total", "partition_batch", 2)) << metrics_.expose();
  EXPECT_TRUE(exposes("tenon_plugin_call_seconds_count", "partition_batch", 2));
}

TEST_F(PartitionerWatchTest, a_slow_one_is_named_once_for_each_version) {
  slow_.takes = std::chrono::milliseconds(1);
  EXPECT_EQ(log_of(256), "");
  slow_.takes = std::chrono::milliseconds(12);
  EXPECT_NE(
      log_of(256).find("partitioner acme took 12 ms for one record; the broker's requests wait"),
      std::string::npos);
  EXPECT_EQ(log_of(512), "");
  partitioner_.swap(api_, &slow_, nullptr);
  EXPECT_NE(log_of(256).find("partitioner acme took 12 ms"), std::string::npos);
}

TEST_F(PartitionerWatchTest, a_batch_may_take_longer_than_a_record) {
  slow_.takes = std::chrono::milliseconds(50);
  EXPECT_EQ(log_of_batch(50), "");
  EXPECT_NE(log_of_batch(49).find("took 50 ms for 49 records"), std::string::npos);
}

TEST_F(PartitionerWatchTest, a_state_is_freed_in_the_name_of_the_version_that_made_it) {
  watch_.set_suspect(&kOld);
  partitioner_.swap(api_, &slow_, nullptr);
  log_of(1);
  slow_.suspects.clear();
  watch_.set_suspect(&kNew);
  partitioner_.swap(api_, &slow_, nullptr);
  log_of(1);
  EXPECT_EQ(slow_.suspects, std::vector<const char*>{kOld.label});
}

TEST_F(PartitionerHandleTest, states_are_freed_once) {
  EXPECT_EQ(fake_.states, 1);
  {
    Partitioner::State one = partitioner_.new_state();
    Partitioner::State moved = std::move(one);
    EXPECT_EQ(fake_.states, 2);
  }
  EXPECT_EQ(fake_.states, 1);
}

}  // namespace
}  // namespace tenon::plugin
