// SPDX-License-Identifier: Apache-2.0
//
// What a record pays for its partition being a plugin's: the call through the ABI, the check of the
// answer, the scope that names the plugin should the process die, and the count for the metrics,
// over the same hash inlined. Best of interleaved rounds, since machines are noisy.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/random.h"
#include "config/settings.h"
#include "plugin/host.h"
#include "tenon/hash.hpp"

namespace tenon::plugin {
namespace {

constexpr int32_t kPartitions = 12;
constexpr size_t kKeys = 4096;
constexpr int kRounds = 60;

using Clock = std::chrono::steady_clock;

class PartitionCost : public testing::Test {
 protected:
  PartitionCost() {
    for (size_t i = 0; i < kKeys; ++i) keys_.push_back("customer-" + std::to_string(i * 7919));
    for (const std::string& key : keys_) {
      tn_record record{};
      record.struct_size = sizeof record;
      record.key = {reinterpret_cast<const uint8_t*>(key.data()), key.size()};
      records_.push_back(record);
    }
    for (const tn_record& record : records_) pointers_.push_back(&record);
    topic_.struct_size = sizeof topic_;
    topic_.n_partitions = kPartitions;
    config::PluginSettings settings =
        config::read_text("[partitioner.hash]\n", "x.toml").settings.plugins;
    settings.directories = {TENON_PLUGINS};
    auto host =
        PluginHost::load(settings, {.clock = &clock_, .random = &random_, .metrics = &metrics_});
    host_ = *std::move(host);
  }

  // Nanoseconds per key of the fastest round.
  template <class Round>
  static void time_round(double& best, Round round) {
    const auto began = Clock::now();
    round();
    const std::chrono::duration<double, std::nano> took = Clock::now() - began;
    best = std::min(best, took.count() / kKeys);
  }

  std::vector<std::string> keys_;
  std::vector<tn_record> records_;
  std::vector<const tn_record*> pointers_;
  tn_topic_view topic_{};
  SystemClock clock_;
  SeededRandom random_{1};
  MetricRegistry metrics_;
  std::unique_ptr<PluginHost> host_;
};

TEST_F(PartitionCost, is_less_than_15_ns_over_an_inlined_hash) {
  const Partitioner& hash = *host_->partitioner("hash");
  Partitioner::State state = hash.new_state(1);
  std::vector<int32_t> inlined(kKeys), called(kKeys), batched(kKeys);
  double by_hand = std::numeric_limits<double>::max(), by_call = by_hand, by_batch = by_hand;
  for (int i = 0; i < kRounds; ++i) {
    time_round(by_hand, [&] {
      for (size_t k = 0; k < kKeys; ++k)
        inlined[k] = murmur2_partition(std::string_view(keys_[k]), kPartitions);
    });
    time_round(by_call, [&] {
      for (size_t k = 0; k < kKeys; ++k) called[k] = hash.choose(state, topic_, records_[k]);
    });
    time_round(by_batch, [&] { hash.choose_batch(state, topic_, pointers_, batched); });
  }
  fmt::print(
      "a partition of a key of {} bytes: inlined {:.1f} ns, by the plugin {:.1f} ns, in a "
      "batch {:.1f} ns; {:.1f} ns over inlined\n",
      keys_.back().size(), by_hand, by_call, by_batch, by_call - by_hand);
  EXPECT_EQ(called, inlined);
  EXPECT_EQ(batched, inlined);
  EXPECT_LT(by_call - by_hand, 15);
  EXPECT_LT(by_batch - by_hand, 15);
}

}  // namespace
}  // namespace tenon::plugin
