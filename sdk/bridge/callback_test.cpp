// SPDX-License-Identifier: Apache-2.0
//
// The three callbacks over a librdkafka and a plugin of the test's own: who is asked, what becomes
// of the answers, and what is left behind.
#include "bridge/callback.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <functional>
#include <set>
#include <thread>

#include "bridge/thread_choosers.h"
#include "tenon/hash.hpp"

namespace tenon::bridge {
namespace {

// What librdkafka would know. A topic's handle is the address of its name.
struct Cluster {
  std::array<std::atomic<bool>, 256> has_leader{};
  std::atomic<int> questions = 0;
};
Cluster* cluster = nullptr;
std::atomic<int64_t> clock_ms = 1000;

// A plugin whose answers a test decides, and that counts what it is asked to make and free.
struct Plugin {
  std::function<int32_t(const tn_topic_view&, const tn_record&)> answer;
  std::atomic<int> created = 0, destroyed = 0, states = 0, freed = 0, asked = 0, batches = 0;
};
Plugin* plugin = nullptr;

const char* name_of(const rd_kafka_topic_t* handle) {
  return *reinterpret_cast<const char* const*>(handle);
}
int is_available(const rd_kafka_topic_t*, int32_t partition) {
  cluster->questions++;
  return cluster->has_leader[static_cast<size_t>(partition)] ? 1 : 0;
}
int32_t other_partitioner(const rd_kafka_topic_t*, const void*, size_t, int32_t, void*, void*) {
  return 1;
}

tn_code create(const tn_host*, const tn_config*, void** self, tn_error*) {
  plugin->created++;
  *self = plugin;
  return TN_OK;
}
void destroy(void*) {
  plugin->destroyed++;
}
int32_t partition(void*, void* state, const tn_topic_view* topic, const tn_record* record) {
  EXPECT_NE(state, nullptr);
  plugin->asked++;
  return plugin->answer(*topic, *record);
}
void* new_state(void*) {
  plugin->states++;
  return new int(0);
}
void free_state(void*, void* state) {
  EXPECT_LT(plugin->destroyed, plugin->created) << "the instance outlives its states";
  plugin->freed++;
  delete static_cast<int*>(state);
}
void on_new_batch(void*, void*, const tn_topic_view*, int32_t) {
  plugin->batches++;
}

class BridgeCallbackTest : public testing::Test {
 protected:
  BridgeCallbackTest() {
    cluster = &cluster_;
    plugin = &plugin_;
    for (auto& leader : cluster_.has_leader) leader = true;
    plugin_.answer = [](const tn_topic_view&, const tn_record&) { return 2; };
    api_.topic_name = &name_of;
    api_.topic_partition_available = &is_available;
    descriptor_.name = "test";
    descriptor_.version = "1.0.0";
    descriptor_.create = &create;
    descriptor_.destroy = &destroy;
    start();
  }
  // This thread's states end here, and not at its next record, which is another test's.
  ~BridgeCallbackTest() override {
    end();
    ThreadChoosers::of_this_thread().find(nullptr);
    EXPECT_EQ(plugin_.states, plugin_.freed);
    EXPECT_EQ(plugin_.created, plugin_.destroyed);
  }

  void start(std::vector<std::string> topics = {}) {
    route_ = std::make_shared<Route>();
    route_->api = &api_;
    route_->now_ms = [] { return clock_ms.load(); };
    route_->instance = *Instance::create({"test.so", &descriptor_, &functions_}, CheckedOptions());
    route_->topics = std::move(topics);
    route_->other = &other_partitioner;
    route_->advice = "Do something.";
    route_->log = Log("test", 7);
  }
  // As when the client's configuration ends.
  void end() {
    if (route_) TopicTable::instance().forget(route_.get());
    route_ = nullptr;
  }

  const rd_kafka_topic_t* handle(size_t i = 0) {
    return reinterpret_cast<const rd_kafka_topic_t*>(&names_[i]);
  }
  rd_kafka_message_t message(const char* key, size_t topic) {
    rd_kafka_message_t made{};
    made.rkt = const_cast<rd_kafka_topic_t*>(handle(topic));
    made.partition = RD_KAFKA_PARTITION_UA;
    made.key = const_cast<char*>(key);
    made.key_len = key != nullptr ? std::strlen(key) : 0;
    made.len = 100;
    return made;
  }
  void sent(const char* key = "key", size_t topic = 0, int32_t to = RD_KAFKA_PARTITION_UA) {
    rd_kafka_message_t made = message(key, topic);
    made.partition = to;
    see_sent(route_, made);
  }
  int32_t asked(const char* key = "key", int32_t n = 4, size_t topic = 0) {
    const rd_kafka_message_t made = message(key, topic);
    return choose_partition(handle(topic), made.key, made.key_len, n, nullptr, nullptr);
  }
  // One record, as librdkafka would have it.
  int32_t produce(const char* key = "key", int32_t n = 4, size_t topic = 0) {
    sent(key, topic);
    return asked(key, n, topic);
  }
  // Until the topic is no longer new.
  void settle(int32_t n = 4) {
    produce("key", n);
    clock_ms += 250;
  }
  void delivered(size_t topic = 0) {
    rd_kafka_message_t made = message("key", topic);
    made.partition = 0;
    see_acknowledged(made);
  }

  Cluster cluster_;
  Plugin plugin_;
  RdkafkaApi api_;
  tn_descriptor descriptor_{};
  tn_partitioner functions_{sizeof(tn_partitioner),
                            TN_PARTITIONER_WANTS_KEYLESS | TN_PARTITIONER_STATEFUL,
                            &partition,
                            &new_state,
                            &free_state,
                            &on_new_batch,
                            nullptr};
  const char* names_[4] = {"orders", "events", "audit", "logs"};
  std::shared_ptr<Route> route_;
};

TEST_F(BridgeCallbackTest, the_plugin_sees_topic_and_key) {
  plugin_.answer = [](const tn_topic_view& topic, const tn_record& record) {
    EXPECT_EQ(ByteView(topic.name).text(), "orders");
    EXPECT_EQ(topic.n_partitions, 4);
    EXPECT_EQ(ByteView(record.key).text(), "customer-7");
    EXPECT_EQ(record.value.data, nullptr);
    return 3;
  };
  EXPECT_EQ(produce("customer-7"), 3);
}

TEST_F(BridgeCallbackTest, no_key_and_an_empty_key_are_told_apart) {
  plugin_.answer = [](const tn_topic_view&, const tn_record& record) {
    return record.key.data == nullptr ? 1 : 2;
  };
  EXPECT_EQ(produce(nullptr), 1);
  EXPECT_EQ(produce(""), 2);
}

TEST_F(BridgeCallbackTest, a_plugin_that_does_not_want_keyless_records_is_spared_them) {
  functions_.flags = 0;
  for (int i = 0; i < 10; ++i) EXPECT_LT(produce(nullptr), 4);
  EXPECT_EQ(plugin_.asked, 0);
}

TEST_F(BridgeCallbackTest, answers_that_are_no_partition_become_one_with_a_leader_and_are_counted) {
  cluster_.has_leader[1] = false;
  settle();
  for (const int32_t answer : {4, -7, INT32_MAX, INT32_MIN}) {
    plugin_.answer = [&](const tn_topic_view&, const tn_record&) { return answer; };
    std::set<int32_t> seen;
    for (int i = 0; i < 200; ++i) seen.insert(produce());
    EXPECT_EQ(seen, (std::set<int32_t>{0, 2, 3}));
  }
  EXPECT_EQ(route_->instance->out_of_range(), 800u);
}

TEST_F(BridgeCallbackTest, any_partition_is_one_until_a_batch_is_full) {
  plugin_.answer = [](const tn_topic_view&, const tn_record&) { return TN_PARTITION_ANY; };
  std::set<int32_t> seen;
  for (int i = 0; i < 100; ++i) seen.insert(produce(nullptr, 200));
  EXPECT_EQ(seen.size(), 1u) << "10 kB";
  for (int i = 0; i < 1000; ++i) seen.insert(produce(nullptr, 200));
  EXPECT_GE(seen.size(), 2u) << "six batches of 16 KiB";
  EXPECT_EQ(route_->instance->out_of_range(), 0u);
}

TEST_F(BridgeCallbackTest, the_plugin_is_told_when_a_batch_is_full) {
  for (int i = 0; i < 164; ++i) produce(nullptr);
  EXPECT_EQ(plugin_.batches, 1) << "164 records of 100 bytes";
}

TEST_F(BridgeCallbackTest, the_view_shows_which_partitions_have_leaders) {
  cluster_.has_leader[70] = false;
  settle(100);
  plugin_.answer = [](const tn_topic_view& topic, const tn_record&) {
    EXPECT_EQ(topic.available[0], ~uint64_t{0});
    EXPECT_EQ(topic.available[1], ((uint64_t{1} << 36) - 1) & ~(uint64_t{1} << 6));
    return 0;
  };
  produce("key", 100);
}

TEST_F(BridgeCallbackTest, of_a_new_topic_all_partitions_count_as_having_leaders_for_a_while) {
  uint64_t word = 0;
  plugin_.answer = [&](const tn_topic_view& topic, const tn_record&) {
    word = topic.available[0];
    return 0;
  };
  for (const int32_t p : {1, 2, 3}) cluster_.has_leader[static_cast<size_t>(p)] = false;
  produce();
  EXPECT_EQ(word, 15u) << "librdkafka has taken on the first one only";
  clock_ms += 249;
  produce();
  EXPECT_EQ(word, 15u);
  std::thread([&] { asked(); }).join();
  EXPECT_EQ(word, 15u) << "the thread that places what waited";
  clock_ms += 1;
  produce();
  EXPECT_EQ(word, 1u);
  std::thread([&] { produce(); }).join();
  EXPECT_EQ(word, 1u) << "the topic is not new, though the thread is";
}

TEST_F(BridgeCallbackTest, a_leader_that_goes_is_missed_after_a_while) {
  uint64_t word = 0;
  plugin_.answer = [&](const tn_topic_view& topic, const tn_record&) {
    word = topic.available[0];
    return 0;
  };
  settle();
  produce();
  cluster_.has_leader[3] = false;
  clock_ms += 99;
  produce();
  EXPECT_EQ(word, 15u);
  clock_ms += 1;
  produce();
  EXPECT_EQ(word, 7u);
}

TEST_F(BridgeCallbackTest, a_leader_that_comes_is_seen_by_the_next_record) {
  settle();
  uint64_t word = 0, epoch = 0;
  plugin_.answer = [&](const tn_topic_view& topic, const tn_record&) {
    word = topic.available[0];
    epoch = topic.epoch;
    return 0;
  };
  cluster_.has_leader[3] = false;
  produce();
  const uint64_t before = epoch;
  EXPECT_EQ(word, 7u);
  cluster_.has_leader[3] = true;
  produce();
  EXPECT_EQ(word, 15u);
  EXPECT_GT(epoch, before);
}

TEST_F(BridgeCallbackTest, a_topic_whose_partitions_all_have_leaders_is_not_asked_per_record) {
  settle(200);
  for (int i = 0; i < 100; ++i) produce("key", 200);
  EXPECT_EQ(cluster_.questions, 200) << "once";
}

TEST_F(BridgeCallbackTest, a_topic_may_grow) {
  plugin_.answer = [](const tn_topic_view& topic, const tn_record&) {
    return topic.n_partitions - 1;
  };
  EXPECT_EQ(produce("key", 4), 3);
  EXPECT_EQ(produce("key", 200), 199);
  EXPECT_EQ(produce("key", 4), 3);
}

TEST_F(BridgeCallbackTest, topics_that_are_not_named_are_librdkafkas) {
  end();
  start({"events"});
  EXPECT_EQ(produce("key", 4, 0), 1);
  EXPECT_EQ(produce("key", 4, 1), 2);
  EXPECT_EQ(plugin_.asked, 1);
}

TEST_F(BridgeCallbackTest, without_a_plugin_no_record_gets_a_partition) {
  route_->instance = nullptr;
  EXPECT_EQ(produce("key", 4), 4) << "librdkafka: unknown partition";
}

TEST_F(BridgeCallbackTest, a_callback_carried_to_a_client_without_the_bridge_does_as_librdkafka) {
  EXPECT_EQ(asked("customer-1", 7), static_cast<int32_t>(crc32({"customer-1"}) % 7));
  EXPECT_EQ(plugin_.asked, 0);
}

TEST_F(BridgeCallbackTest, an_address_that_comes_back_as_another_topic_is_noticed) {
  std::string seen;
  plugin_.answer = [&](const tn_topic_view& topic, const tn_record&) {
    seen = ByteView(topic.name).text();
    return 0;
  };
  produce();
  names_[0] = "invoices";
  produce();
  EXPECT_EQ(seen, "invoices");
  EXPECT_EQ(plugin_.states, 2);
  EXPECT_EQ(plugin_.freed, 1) << "the state was the old topic's";
}

TEST_F(BridgeCallbackTest, states_are_per_thread_and_topic_and_end_with_the_thread) {
  for (int t = 0; t < 8; ++t) {
    std::thread([&] {
      for (int i = 0; i < 30; ++i) produce("key", 4, static_cast<size_t>(i % 3));
    }).join();
  }
  EXPECT_EQ(plugin_.states, 24);
  EXPECT_EQ(plugin_.freed, 24);
}

TEST_F(BridgeCallbackTest, the_instance_ends_after_the_last_thread_that_holds_state_of_it) {
  produce();
  end();
  EXPECT_EQ(plugin_.destroyed, 0) << "this thread has a state";
  start();
  produce("key", 4, 1);
  EXPECT_EQ(plugin_.freed, 1) << "the ended client's, at the next record of this thread";
  EXPECT_EQ(plugin_.destroyed, 1);
}

TEST_F(BridgeCallbackTest, concurrent_records_get_their_answers) {
  plugin_.answer = [](const tn_topic_view& topic, const tn_record& record) {
    return static_cast<int32_t>(crc32(record.key) % static_cast<uint32_t>(topic.n_partitions));
  };
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        const std::string key = std::to_string(t) + "-" + std::to_string(i);
        ASSERT_EQ(produce(key.c_str(), 100, t % 4), static_cast<int32_t>(crc32({key}) % 100));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(plugin_.states, plugin_.freed);
}

TEST_F(BridgeCallbackTest, delivered_records_that_the_plugin_was_not_asked_for_are_noticed) {
  sent();
  EXPECT_FALSE(route_->warned);
  delivered();
  EXPECT_TRUE(route_->warned);
}

TEST_F(BridgeCallbackTest, delivered_records_that_are_not_its_business_are_no_reason_to_warn) {
  sent("key", 0, 3);
  sent();
  delivered();
  EXPECT_FALSE(route_->warned) << "it may be the one whose partition the application named";
  delivered();
  EXPECT_TRUE(route_->warned);
}

TEST_F(BridgeCallbackTest, nothing_is_noticed_once_it_was_asked) {
  produce();
  sent();
  delivered();
  delivered();
  EXPECT_FALSE(route_->warned);
}

}  // namespace
}  // namespace tenon::bridge
