// SPDX-License-Identifier: Apache-2.0
//
// What the partitioner guard costs a produce request: less than a tenth of what the broker does
// with a batch of 1 KiB records without it, which is to validate, seal and write it to the segment
// storage. The socket and the frame come on top in a broker, so the share there is smaller still.
// Processor time of this thread, in interleaved rounds, and the median of their ratios, since
// machines are noisy.
#include <gtest/gtest.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/random.h"
#include "base/sim_scheduler.h"
#include "config/settings.h"
#include "log/log.h"
#include "plugin/host.h"
#include "record/builder.h"
#include "replication/partition_guard.h"
#include "tenon/hash.hpp"

namespace tenon::replication {
namespace {

constexpr int32_t kPartitions = 2;
constexpr int32_t kPartition = 1;
constexpr size_t kBatchBytes = 128U << 10;
constexpr size_t kRecordBytes = 1024;
constexpr int kBatches = 16;  // of a round
constexpr int kRounds = 31;
constexpr double kShareMax = 0.10;

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double median(std::vector<double> figures) {
  std::ranges::nth_element(figures, figures.begin() + figures.size() / 2);
  return figures[figures.size() / 2];
}

class GuardCost : public testing::Test {
 protected:
  GuardCost()
      : folder_(std::filesystem::current_path() / ("guard-cost-" + std::to_string(::getpid()))) {
    config::PluginSettings settings =
        config::read_text("[storage.segment]\n[partitioner.hash]\n", "x.toml").settings.plugins;
    settings.directories = {TENON_PLUGINS};
    auto host = plugin::PluginHost::load(settings, {.clock = &scheduler_.clock(),
                                                    .random = &random_,
                                                    .pool = &scheduler_,
                                                    .metrics = &metrics_});
    host_ = *std::move(host);
    auto log = log::Log::open({.engine = host_->storage("segment"),
                               .directory = folder_.string(),
                               .name = "t-1",
                               .config = {},
                               .scheduler = &scheduler_,
                               .pool = &scheduler_});
    log_ = *std::move(log);
    guard_.set_rules({.mode = config::PartitionerGuard::kWarn,
                      .name = "hash",
                      .partitioner = host_->partitioner("hash"),
                      .partitions = kPartitions});
    batch_ = make_batch();
  }
  ~GuardCost() override {
    log_.reset();
    scheduler_.run();
    std::filesystem::remove_all(folder_);
  }

  // Of records that belong to kPartition.
  static Bytes make_batch() {
    const Bytes value(kRecordBytes, 'x');
    record::BatchBuilder builder;
    for (int customer = 0; builder.size_bytes() + 2 * kRecordBytes < kBatchBytes; ++customer) {
      const std::string key = "customer-" + std::to_string(customer);
      if (murmur2_partition(std::string_view(key), kPartitions) != kPartition) continue;
      builder.add({.timestamp_ms = 1, .key = as_bytes(key), .value = value});
    }
    return builder.build();
  }

  // Seconds per batch.
  double append(log::RecordCheck* check) {
    std::vector<Bytes> batches(kBatches, batch_);
    const double began = cpu_seconds();
    for (Bytes& batch : batches) EXPECT_TRUE(log_->append(batch, {.check = check}));
    return (cpu_seconds() - began) / kBatches;
  }

  std::filesystem::path folder_;
  SimScheduler scheduler_;
  SeededRandom random_{1};
  MetricRegistry metrics_;
  std::unique_ptr<plugin::PluginHost> host_;
  std::unique_ptr<log::Log> log_;
  PartitionGuard guard_{{"t", kPartition}, scheduler_.clock()};
  Bytes batch_;
};

TEST_F(GuardCost, is_less_than_a_tenth_of_the_produce_path_for_records_of_1_kib) {
  GuardSink found;
  PartitionGuard::Check check(guard_, &found);
  std::vector<double> open, guarded, ratios;
  append(nullptr);  // the first touch of memory and of the segment
  append(&check);
  for (int round = 0; round < kRounds; ++round) {
    const bool guarded_first = round % 2 == 1;
    if (guarded_first) guarded.push_back(append(&check));
    open.push_back(append(nullptr));
    if (!guarded_first) guarded.push_back(append(&check));
    ratios.push_back(guarded.back() / open.back());
  }
  const auto records = static_cast<double>(record::BatchView(batch_).count());
  const double cost = median(ratios) - 1;
  fmt::print(
      "a batch of {} records of {} bytes: {:.1f} us to append, {:.1f} us with the guard; the guard "
      "takes {:.1f}%, {:.0f} ns a record\n",
      records, kRecordBytes, median(open) * 1e6, median(guarded) * 1e6, cost * 100,
      (median(guarded) - median(open)) * 1e9 / records);
  EXPECT_EQ(guard_.checked(), (kRounds + 1) * kBatches * static_cast<uint64_t>(records));
  EXPECT_FALSE(found);
  EXPECT_LT(cost, kShareMax);
}

}  // namespace
}  // namespace tenon::replication
