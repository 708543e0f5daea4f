// SPDX-License-Identifier: Apache-2.0
//
// Prints what the bridge costs per record, with the plugin `hash` as it is shipped and all but
// librdkafka's own work in it. The bound is far above: it is there to notice a lock or an
// allocation.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "bridge/callback.h"

namespace tenon::bridge {
namespace {

constexpr int kRecords = 1'000'000;
constexpr int kRounds = 5;
constexpr int32_t kPartitions = 12;

// Nanoseconds per record of the best round.
template <class Call>
double best_ns(Call call) {
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kRecords; ++i) call(i);
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
    best = std::min(best, spent.count() / kRecords);
  }
  return best;
}

TEST(BridgeCost, of_a_record) {
  const auto found = open_partitioner(TENON_PLUGIN, "hash");
  ASSERT_TRUE(found.has_value());
  RdkafkaApi api;
  api.topic_name = [](const rd_kafka_topic_t*) { return "orders"; };
  api.topic_partition_available = [](const rd_kafka_topic_t*, int32_t) { return 1; };
  auto route = std::make_shared<Route>();
  route->api = &api;
  route->instance = *Instance::create(*found, *check_options(*found->descriptor, {}));
  const std::shared_ptr<const Route> shared = route;

  char key[] = "customer-0000";
  rd_kafka_message_t message{};
  message.rkt = reinterpret_cast<rd_kafka_topic_t*>(&api);
  message.partition = RD_KAFKA_PARTITION_UA;
  message.key = key;
  message.key_len = sizeof key - 1;
  const auto next_key = [&](int i) { key[12] = static_cast<char>('0' + i % 10); };

  int64_t sum = 0;
  const double on_send = best_ns([&](int) { see_sent(shared, message); });
  const double callback = best_ns([&](int i) {
    next_key(i);
    sum += choose_partition(message.rkt, key, message.key_len, kPartitions, nullptr, nullptr);
  });
  tn_topic_view view{};
  view.struct_size = sizeof view;
  view.n_partitions = kPartitions;
  tn_record record{};
  record.struct_size = sizeof record;
  record.key = {reinterpret_cast<const uint8_t*>(key), sizeof key - 1};
  const Instance& instance = *route->instance;
  const double alone = best_ns([&](int i) {
    next_key(i);
    sum += instance.functions().partition(instance.self(), nullptr, &view, &record);
  });
  std::printf(
      "per record: on_send %.1f ns, partitioner callback %.1f ns, of which the plugin "
      "%.1f ns (sum %lld)\n",
      on_send, callback, alone, static_cast<long long>(sum));
  EXPECT_LT(on_send + callback, 2000);
  TopicTable::instance().forget(route.get());
}

}  // namespace
}  // namespace tenon::bridge
