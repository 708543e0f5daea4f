// SPDX-License-Identifier: Apache-2.0

#include "replication/partition_table.h"

#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/random.h"
#include "log/testing_log.h"
#include "metadata/delta.h"
#include "metadata/records.h"
#include "replication/testing/number_partitioner.h"

namespace tenon::replication {
namespace {

namespace fs = std::filesystem;

class PartitionTableTest : public log::LogTest {
 protected:
  PartitionTableTest() {
    std::string pattern = (fs::temp_directory_path() / "tenon-table-XXXXXX").native();
    root_ = mkdtemp(pattern.data());
    directories_ = std::make_unique<LogDirectories>(std::vector{root_.native()});
    const auto engine = [this](const std::string& name) {
      return name == "testing" && !storage_missing_ ? &storage_.engine() : nullptr;
    };
    context_ = std::make_unique<StorageContext>(StorageContext{.self = BrokerId{1},
                                                               .pool = scheduler_,
                                                               .directories = *directories_,
                                                               .engine = engine,
                                                               .codecs = codecs_,
                                                               .topic_defaults = {}});
    context_->topic_defaults.tenon_storage = "testing";
    context_->partitioner = [this](const std::string& name) {
      return name == "number" ? &number_.handle() : nullptr;
    };
    table_ = std::make_unique<PartitionTable>(*context_, scheduler_, 0, 1);
    image_ = metadata::Image::empty("c");
  }
  ~PartitionTableTest() override {
    table_.reset();
    scheduler_.run();
    fs::remove_all(root_);
  }

  Uuid create(const std::string& name, int32_t partitions,
              const std::map<std::string, std::string>& configs = {}) {
    const Uuid id = Uuid::from_random(random_.next(), random_.next());
    std::vector<metadata::Record> records{wire::TopicRecord{.name = name, .topic_id = id}};
    for (int32_t i = 0; i < partitions; ++i) {
      wire::PartitionRecord partition;
      partition.partition_id = i;
      partition.topic_id = id;
      partition.replicas = {1};
      partition.isr = {1};
      partition.leader = 1;
      partition.leader_epoch = 0;
      records.push_back(partition);
    }
    for (const auto& [key, value] : configs) {
      wire::ConfigRecord config;
      config.resource_type = 2;
      config.resource_name = name;
      config.name = key;
      config.value = value;
      records.push_back(config);
    }
    apply(records);
    return id;
  }
  void remove(const Uuid& id) { apply({wire::RemoveTopicRecord{.topic_id = id}}); }
  void apply(const std::vector<metadata::Record>& records) {
    auto next = metadata::apply(*image_, records, ++index_);
    ASSERT_TRUE(next) << next.error().text();
    image_ = *next;
    table_->apply(image_);
  }
  std::shared_ptr<std::string> produce(const Uuid& topic, const std::string& value) {
    auto answer = std::make_shared<std::string>("pending");
    auto bytes = std::make_shared<Bytes>(batch({value}));
    const auto deadline = scheduler_.clock().now() + std::chrono::hours(1);
    spawn([](Future<Result<log::AppendInfo>> result, std::shared_ptr<std::string> to,
             std::shared_ptr<Bytes>) -> Task<void> {
      auto info = co_await std::move(result);
      *to = info ? std::to_string(info->base_offset.value)
                 : std::string(to_string(info.error().code));
    }(table_->append(topic, 0, *bytes, {.deadline = deadline}), answer, bytes));
    return answer;
  }

  SeededRandom random_{1};
  uint64_t index_ = 0;
  bool storage_missing_ = false;
  NumberPartitioner number_;
  fs::path root_;
  std::unique_ptr<LogDirectories> directories_;
  std::unique_ptr<StorageContext> context_;
  std::unique_ptr<PartitionTable> table_;
  std::shared_ptr<const metadata::Image> image_;
};

TEST_F(PartitionTableTest, opens_what_the_image_says) {
  const Uuid id = create("t", 3);
  EXPECT_EQ(table_->find(id, 0), nullptr);
  scheduler_.run();
  for (int32_t i = 0; i < 3; ++i) EXPECT_NE(table_->find(id, i), nullptr);
  EXPECT_EQ(table_->find(id, 3), nullptr);
  EXPECT_TRUE(fs::exists(root_ / "t-2" / "partition.metadata"));
}

TEST_F(PartitionTableTest, appends_to_an_opening_partition_wait_and_keep_their_order) {
  const Uuid id = create("t", 1);
  const auto first = produce(id, "a");
  const auto second = produce(id, "b");
  EXPECT_EQ(*first, "pending");
  scheduler_.run();
  EXPECT_EQ(*first + *second, "01");
}

TEST_F(PartitionTableTest, the_leader_epoch_is_written_while_opening_and_not_by_the_first_append) {
  const Uuid id = create("t", 1);
  scheduler_.run();
  const int written = storage_.blobs_put;
  EXPECT_EQ(table_->find(id, 0)->log().latest_epoch(), LeaderEpoch{0});
  const auto answer = produce(id, "a");
  scheduler_.run();
  EXPECT_EQ(*answer, "0");
  EXPECT_EQ(storage_.blobs_put, written);
}

TEST_F(PartitionTableTest, an_unknown_partition_is_refused) {
  EXPECT_EQ(*produce(Uuid::from_random(5, 6), "a"), "UnknownTopicOrPartition");
}

TEST_F(PartitionTableTest, a_deleted_topic_goes_with_its_directory) {
  const Uuid id = create("t", 1);
  scheduler_.run();
  remove(id);
  scheduler_.run();
  EXPECT_EQ(table_->find(id, 0), nullptr);
  EXPECT_FALSE(fs::exists(root_ / "t-0"));
  EXPECT_EQ(storage_.logs(), 0U);
}

TEST_F(PartitionTableTest, a_topic_deleted_while_it_opens_goes_too) {
  const Uuid id = create("t", 1);
  const auto waiting = produce(id, "a");
  remove(id);
  scheduler_.run();
  EXPECT_EQ(*waiting, "UnknownTopicOrPartition");
  EXPECT_FALSE(fs::exists(root_ / "t-0"));
}

TEST_F(PartitionTableTest, a_topic_made_again_begins_empty_even_while_the_old_one_goes) {
  const Uuid old_id = create("t", 1);
  scheduler_.run();
  produce(old_id, "a");
  scheduler_.run();
  remove(old_id);
  const Uuid new_id = create("t", 1);
  scheduler_.run();
  EXPECT_EQ(*produce(new_id, "b"), "pending");
  scheduler_.run();
  ASSERT_NE(table_->find(new_id, 0), nullptr);
  EXPECT_EQ(table_->find(new_id, 0)->offsets().log_end, Offset{1});
  EXPECT_TRUE(fs::exists(root_ / "t-0" / "partition.metadata"));
}

TEST_F(PartitionTableTest, a_storage_that_is_not_loaded_leaves_the_partition_offline) {
  const Uuid id = create("t", 1, {{"tenon.storage", "absent"}});
  scheduler_.run();
  EXPECT_EQ(*produce(id, "a"), "KafkaStorageError");
}

TEST_F(PartitionTableTest, a_partition_that_could_not_be_opened_is_tried_again) {
  const Uuid id = create("t", 1);
  storage_missing_ = true;
  scheduler_.run();
  EXPECT_EQ(*produce(id, "a"), "KafkaStorageError");
  EXPECT_TRUE(table_->first_failure(id));
  storage_missing_ = false;
  table_->reopen_failed();
  scheduler_.run();
  EXPECT_FALSE(table_->first_failure(id));
  const auto answer = produce(id, "a");
  scheduler_.run();
  EXPECT_EQ(*answer, "0");
}

TEST_F(PartitionTableTest, the_topics_guard_reaches_its_partitions_and_changes_live) {
  const Uuid id = create("t", 2, {{"tenon.partitioner", "number"}});
  scheduler_.run();
  const auto produced = [&](int32_t index) {
    Bytes bytes = batch({"v"});
    auto appended = table_->append(id, index, MutableBytes(bytes), {.acks = kAcksLeader});
    return appended.await_resume();
  };
  EXPECT_TRUE(produced(1));
  wire::ConfigRecord reject;
  reject.resource_type = 2;
  reject.resource_name = "t";
  reject.name = "tenon.partitioner.guard";
  reject.value = "reject";
  apply({reject});
  EXPECT_TRUE(produced(0));
  EXPECT_EQ(produced(1).error().code, Errc::kInvalidRecord);
  EXPECT_EQ(table_->find(id, 0)->guard().checked(), 1u);
}

TEST_F(PartitionTableTest, altered_configs_reach_the_log) {
  const Uuid id = create("t", 1);
  scheduler_.run();
  wire::ConfigRecord config;
  config.resource_type = 2;
  config.resource_name = "t";
  config.name = "max.message.bytes";
  config.value = "10";
  apply({config});
  EXPECT_EQ(*produce(id, "a"), "MessageTooLarge");
}

TEST_F(PartitionTableTest, settled_resolves_when_everything_is_open) {
  create("t", 2);
  bool settled = false;
  spawn([](Future<void> future, bool& out) -> Task<void> {
    co_await std::move(future);
    out = true;
  }(table_->settled(), settled));
  EXPECT_FALSE(settled);
  scheduler_.run();
  EXPECT_TRUE(settled);
}

// A log that takes long to open, here one whose name is still held, delays its own topic only.
TEST_F(PartitionTableTest, a_topic_is_open_while_another_one_still_opens) {
  const std::string held = *directories_->place({"slow", 0}, Uuid::from_random(8, 9));
  create("slow", 1);
  const Uuid quick = create("quick", 3);
  auto slow_opened = start(table_->opened({"slow"}));
  auto all_settled = table_->settled();
  auto quick_opened = start(table_->opened({"quick", "absent"}));
  EXPECT_FALSE(quick_opened.ready());
  scheduler_.run();
  EXPECT_TRUE(quick_opened.ready());
  EXPECT_NE(table_->find(quick, 2), nullptr);
  EXPECT_FALSE(slow_opened.ready());
  EXPECT_FALSE(all_settled.ready());
  directories_->release(held);
  scheduler_.advance(std::chrono::seconds(1));
  scheduler_.run();
  EXPECT_TRUE(slow_opened.ready());
  EXPECT_TRUE(all_settled.ready());
}

TEST_F(PartitionTableTest, tells_which_partitions_are_offline_and_why) {
  const Uuid good = create("good", 2);
  create("unknown", 1, {{"tenon.storage", "absent"}});
  scheduler_.run();
  auto offline = table_->offline();
  ASSERT_EQ(offline.size(), 1U);
  EXPECT_EQ(offline[0].name.text(), "unknown-0");
  EXPECT_NE(offline[0].why.find("\"absent\" is not loaded"), std::string::npos) << offline[0].why;
  storage_.fail_flushes = true;
  produce(good, "a");
  scheduler_.run();
  EXPECT_EQ(table_->offline().size(), 2U);
}

TEST_F(PartitionTableTest, a_partition_whose_directory_vanishes_is_offline_and_stays_away) {
  const Uuid id = create("t", 1);
  scheduler_.run();
  fs::remove_all(root_ / "t-0");
  EXPECT_EQ(*produce(id, "a"), "KafkaStorageError");
  ASSERT_EQ(table_->offline().size(), 1U);
  EXPECT_NE(table_->offline()[0].why.find("has vanished"), std::string::npos);
  table_->reopen_failed();
  scheduler_.run();
  EXPECT_EQ(*produce(id, "b"), "KafkaStorageError");
  EXPECT_FALSE(fs::exists(root_ / "t-0"));
}

TEST_F(PartitionTableTest, partitions_of_a_topic_go_round_the_shards) {
  const Uuid id = Uuid::from_random(1, 2);
  std::set<size_t> owners;
  for (int32_t i = 0; i < 4; ++i) owners.insert(owner_shard(id, i, 4));
  EXPECT_EQ(owners.size(), 4U);
}

TEST_F(PartitionTableTest, a_request_that_comes_while_it_closes_finds_no_partition) {
  const Uuid id = create("t", 1);
  scheduler_.run();
  auto closing = start(table_->close());
  EXPECT_EQ(table_->find(id, 0), nullptr);
  const auto late = produce(id, "late");
  scheduler_.run();
  EXPECT_EQ(*late, to_string(Errc::kNotLeaderOrFollower));
}

}  // namespace
}  // namespace tenon::replication
