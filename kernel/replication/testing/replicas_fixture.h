// SPDX-License-Identifier: Apache-2.0
//
// The partition tables of two shards in one thread, for the tests of rooms above this one: logs in
// memory, a clock that stands still; only the directories of partitions are on disk, in a temporary
// folder. Verbs publish images and wait for what needs no time.
#pragma once

#include <unistd.h>

#include <array>
#include <filesystem>

#include "base/log.h"
#include "base/random.h"
#include "log/testing_log.h"
#include "metadata/delta.h"
#include "metadata/records.h"
#include "replication/replicas.h"

namespace tenon::replication {

// A shard that shares clock and queue with others, and is still another scheduler than they are. It
// can be held back, as one that has much to do.
class SimShard final : public Scheduler {
 public:
  explicit SimShard(SimScheduler& sim) : sim_(sim) {}
  void post(Work work) override {
    if (held_) return kept_.push_back(std::move(work));
    sim_.post(std::move(work));
  }
  void hold() { held_ = true; }
  void let_go() {
    held_ = false;
    for (Work& work : std::exchange(kept_, {})) sim_.post(std::move(work));
  }
  TimerId call_at(MonoTime when, Work work) override { return sim_.call_at(when, std::move(work)); }
  void cancel(TimerId timer) override { sim_.cancel(timer); }
  const Clock& clock() const override { return sim_.clock(); }
  bool is_current() const override { return true; }

 private:
  SimScheduler& sim_;
  bool held_ = false;
  std::vector<Work> kept_;
};

class ReplicasTest : public log::LogTest {
 protected:
  static constexpr size_t kShards = 2;
  static constexpr BrokerId kSelf{1};

  ReplicasTest() {
    set_log_level(LogLevel::kOff);
    std::string pattern =
        (std::filesystem::temp_directory_path() / "tenon-replicas-XXXXXX").native();
    root_ = mkdtemp(pattern.data());
    directories_ = std::make_unique<LogDirectories>(std::vector{root_.native()});
    config::TopicConfig defaults;
    defaults.tenon_storage = "testing";
    const auto engine = [this](const std::string& name) {
      return name == "testing" ? &storage_.engine() : nullptr;
    };
    context_ = std::make_unique<StorageContext>(StorageContext{.self = kSelf,
                                                               .pool = scheduler_,
                                                               .directories = *directories_,
                                                               .engine = engine,
                                                               .codecs = codecs_,
                                                               .topic_defaults = defaults});
    replicas_ =
        std::make_unique<Replicas>(*context_, std::vector<Scheduler*>{&shards_[0], &shards_[1]});
  }
  ~ReplicasTest() override {
    wait(replicas_->close(shards_[0]));
    replicas_.reset();
    scheduler_.run();
    std::filesystem::remove_all(root_);
    set_log_level(LogLevel::kInfo);
  }

  template <class T>
  T wait(Future<T> future) {
    scheduler_.run();
    EXPECT_TRUE(future.ready()) << "it has not ended";
    return future.await_resume();
  }
  template <class T>
  T wait(Task<T> task) {
    return wait(start(std::move(task)));
  }

  // Publishes an image with one more topic, led by `leader`, and lets the shards take it; its id.
  Uuid publish_topic(const std::string& name, int32_t partitions, BrokerId leader = kSelf) {
    const Uuid id = Uuid::from_random(random_.next(), random_.next());
    std::vector<metadata::Record> records{wire::TopicRecord{.name = name, .topic_id = id}};
    for (int32_t i = 0; i < partitions; ++i) {
      records.emplace_back(metadata::to_record(
          id, {.index = i, .leader = leader, .replicas = {leader}, .isr = {leader}}));
    }
    publish_records(records);
    return id;
  }
  // The partitions of a topic are led by another broker from now on.
  void publish_leader(const Uuid& id, BrokerId leader) {
    const metadata::TopicInfo before = *image_->find(id);
    std::vector<metadata::Record> records;
    for (metadata::PartitionInfo partition : before.partitions) {
      partition.leader = leader;
      partition.leader_epoch = LeaderEpoch{partition.leader_epoch.value + 1};
      ++partition.partition_epoch;
      partition.replicas = {kSelf, BrokerId{2}};
      partition.isr = partition.replicas;
      records.emplace_back(metadata::to_record(id, partition));
    }
    publish_records(records);
  }
  void publish_removal(const Uuid& id) {
    publish_records({wire::RemoveTopicRecord{.topic_id = id}});
  }
  PartitionTable& owner_of(const Uuid& topic, int32_t index) {
    return replicas_->table(replicas_->owner(topic, index));
  }

  std::array<SimShard, kShards> shards_{SimShard(scheduler_), SimShard(scheduler_)};
  SeededRandom random_{1};
  std::unique_ptr<StorageContext> context_;
  std::unique_ptr<Replicas> replicas_;
  std::shared_ptr<const metadata::Image> image_ = metadata::Image::empty("test-cluster");

 private:
  void publish_records(const std::vector<metadata::Record>& records) {
    auto next = metadata::apply(*image_, records, ++index_);
    TN_ASSERT(next);
    image_ = *next;
    replicas_->publish(image_);
    scheduler_.run();
  }

  std::filesystem::path root_;
  std::unique_ptr<LogDirectories> directories_;
  uint64_t index_ = 0;
};

}  // namespace tenon::replication
