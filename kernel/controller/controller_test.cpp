// SPDX-License-Identifier: Apache-2.0

#include "controller/controller.h"

#include <set>

#include "controller/controller_fixture.h"

namespace tenon::controller {
namespace {

class ControllerTest : public ControllerFixture {};

TEST_F(ControllerTest, a_start_registers_the_broker_and_publishes_once) {
  boot();
  ASSERT_EQ(published_.size(), 1u);
  const auto& image = *published_.back();
  EXPECT_EQ(image.cluster_id(), "test-cluster");
  EXPECT_EQ(image.controller(), BrokerId{1});
  ASSERT_EQ(image.brokers().size(), 1u);
  EXPECT_EQ(image.brokers()[0].host, "localhost");
  EXPECT_EQ(image.brokers()[0].port, 9092);
  EXPECT_FALSE(image.brokers()[0].incarnation.is_zero());
}

TEST_F(ControllerTest, each_start_has_a_higher_epoch_and_another_incarnation) {
  boot();
  const auto first = *controller_->image()->find_broker(BrokerId{1});
  EXPECT_EQ(controller_->epoch(), 1);
  boot();
  const auto second = *controller_->image()->find_broker(BrokerId{1});
  EXPECT_EQ(controller_->epoch(), 2);
  EXPECT_EQ(controller_->image()->controller_epoch(), 2);
  EXPECT_GT(second.epoch, first.epoch);
  EXPECT_NE(second.incarnation, first.incarnation);
}

TEST_F(ControllerTest, nothing_can_be_changed_before_the_start) {
  auto journal = Journal::open(
      {.files = files_.get(), .directory = "metadata", .scheduler = &sim_, .pool = &sim_});
  journal_ = std::move(*journal);
  controller_ = std::make_unique<Controller>(options());
  EXPECT_EQ(create("a").error().code, Errc::kNotController);
}

TEST_F(ControllerTest, a_created_topic_is_published_before_it_is_answered) {
  boot();
  auto answer = begin(controller_->create_topic(named("orders", 3)));
  EXPECT_FALSE(answer.ready());
  EXPECT_EQ(topic("orders"), nullptr);
  const auto created = wait(std::move(answer));
  ASSERT_TRUE(created) << created.error().text();
  EXPECT_EQ(created->partitions, 3);
  EXPECT_EQ(created->replication_factor, 1);
  ASSERT_EQ(published_.size(), 2u);
  EXPECT_EQ(published_.back()->find("orders")->id, created->id);
}

TEST_F(ControllerTest, partitions_begin_with_epoch_0_on_this_broker) {
  boot();
  (void)create("orders", 2);
  for (const auto& partition : topic("orders")->partitions) {
    EXPECT_EQ(partition.leader, BrokerId{1});
    EXPECT_EQ(partition.leader_epoch, LeaderEpoch{0});
    EXPECT_EQ(partition.partition_epoch, 0);
    EXPECT_EQ(partition.replicas, std::vector{BrokerId{1}});
    EXPECT_EQ(partition.isr, std::vector{BrokerId{1}});
  }
}

TEST_F(ControllerTest, everything_is_found_again_after_a_restart) {
  boot();
  (void)create("a");
  (void)create("b", 5);
  (void)drop("a");
  (void)wait(controller_->allocate_producer_ids());
  const auto before = controller_->image();
  boot();
  const auto& after = *controller_->image();
  EXPECT_EQ(after.find("a"), nullptr);
  EXPECT_EQ(*after.find("b"), *before->find("b"));
  EXPECT_EQ(after.next_producer_id(), before->next_producer_id());
}

TEST_F(ControllerTest, topic_ids_follow_from_the_seed) {
  boot();
  const Uuid id = create("a")->id;
  stop();
  files_ = std::make_unique<SimFiles>();
  random_ = SeededRandom(42);
  boot();
  EXPECT_EQ(create("a")->id, id);
}

TEST_F(ControllerTest, a_topic_made_again_has_another_id) {
  boot();
  const Uuid first = create("a")->id;
  ASSERT_TRUE(drop("a"));
  const Uuid second = create("a")->id;
  EXPECT_NE(first, second);
  EXPECT_FALSE(second.is_zero());
}

TEST_F(ControllerTest, compaction_that_is_asked_for_is_said_to_be_missing) {
  boot();
  const auto said = [](const auto& change) {
    set_log_level(LogLevel::kWarn);
    ::testing::internal::CaptureStderr();
    change();
    flush_log();
    set_log_level(LogLevel::kOff);
    return ::testing::internal::GetCapturedStderr();
  };
  const auto make = [this](const std::string& name, const std::string& policy) {
    NewTopic topic = named(name);
    topic.configs = {{"cleanup.policy", policy}};
    ASSERT_TRUE(wait(controller_->create_topic(std::move(topic), {.internal = true})));
  };
  const auto alter = [this](const std::string& policy, bool validate_only) {
    (void)wait(controller_->alter_topic_configs(
        {{.topic = "a", .changes = {{"cleanup.policy", ConfigOp::kSet, policy}}}}, validate_only));
  };
  const std::string warning = "not done yet: records stay";
  EXPECT_TRUE(said([&] { make("c", "compact,delete"); }).contains("c: cleanup.policy asks"));
  EXPECT_FALSE(said([&] { make("a", "delete"); }).contains(warning));
  EXPECT_FALSE(said([&] { make("__consumer_offsets", "compact"); }).contains(warning));
  EXPECT_FALSE(said([&] { alter("compact", true); }).contains(warning));
  EXPECT_TRUE(said([&] { alter("compact", false); }).contains(warning));
}

TEST_F(ControllerTest, many_changes_at_once_share_syncs_and_publications) {
  boot();
  const uint64_t syncs = files_->syncs();
  std::vector<Future<Result<CreatedTopic>>> answers;
  for (int i = 0; i < 100; ++i)
    answers.push_back(begin(controller_->create_topic(named("t" + std::to_string(i)))));
  sim_.run();
  for (auto& answer : answers) EXPECT_TRUE(answer.await_resume());
  EXPECT_EQ(controller_->image()->topics().size(), 100u);
  EXPECT_EQ(files_->syncs(), syncs + 2);
  EXPECT_EQ(published_.size(), 3u);
}

TEST_F(ControllerTest, of_two_that_make_one_name_at_once_the_first_wins) {
  boot();
  auto one = begin(controller_->create_topic(named("a")));
  auto two = begin(controller_->create_topic(named("a")));
  // The refusal rests on a change that is not durable yet, so it waits for that.
  EXPECT_FALSE(two.ready());
  EXPECT_TRUE(wait(std::move(one)));
  EXPECT_EQ(wait(std::move(two)).error().code, Errc::kTopicAlreadyExists);
}

TEST_F(ControllerTest, a_topic_can_be_deleted_before_its_creation_is_durable) {
  boot();
  auto made = begin(controller_->create_topic(named("a")));
  auto gone = begin(controller_->delete_topic({.name = "a", .id = {}}));
  auto again = begin(controller_->create_topic(named("a", 4)));
  EXPECT_TRUE(wait(std::move(made)) && wait(std::move(gone)));
  EXPECT_EQ(topic("a")->id, wait(std::move(again))->id);
  EXPECT_EQ(topic("a")->partitions.size(), 4u);
}

TEST_F(ControllerTest, producer_ids_are_never_given_twice) {
  boot();
  std::set<int64_t> firsts;
  for (int start = 0; start < 3; ++start) {
    for (int i = 0; i < 3; ++i) {
      const auto block = wait(controller_->allocate_producer_ids());
      EXPECT_EQ(block->count, 1000);
      EXPECT_EQ(block->first.value % 1000, 0);
      EXPECT_TRUE(firsts.insert(block->first.value).second);
    }
    crash(Crash::kPowerLoss);
    boot();
  }
}

TEST_F(ControllerTest, a_full_disk_applies_nothing_and_changes_go_on_when_there_is_space) {
  boot();
  (void)create("before");
  files_->fail_appends(files_->operations() + 1, UINT64_MAX, 20);
  auto one = begin(controller_->create_topic(named("a")));
  auto two = begin(controller_->create_topic(named("b")));
  EXPECT_EQ(wait(std::move(one)).error().code, Errc::kKafkaStorageError);
  EXPECT_EQ(wait(std::move(two)).error().code, Errc::kKafkaStorageError);
  EXPECT_EQ(create("c").error().code, Errc::kKafkaStorageError);
  EXPECT_EQ(published_.back()->topics().size(), 1u);
  files_->fail_appends(0, 0);
  EXPECT_TRUE(create("b", 7));
  EXPECT_EQ(published_.back()->topics().size(), 2u);
  boot();
  EXPECT_EQ(controller_->image()->topics().size(), 2u);
  EXPECT_EQ(topic("b")->partitions.size(), 7u);
}

TEST_F(ControllerTest, a_change_asked_for_on_hearing_of_a_refusal_is_made) {
  boot();
  files_->fail_appends(files_->operations() + 1, files_->operations() + 2);
  // While the others are still to be told: each makes two changes more.
  const auto insist = [this](std::string name) -> Task<Result<CreatedTopic>> {
    const auto refused = co_await controller_->create_topic(named(name));
    EXPECT_FALSE(refused);
    auto other = begin(controller_->create_topic(named(name + "-other")));
    auto made = co_await controller_->create_topic(named(name));
    EXPECT_TRUE(co_await std::move(other));
    co_return made;
  };
  std::vector<Future<Result<CreatedTopic>>> answers;
  for (const char* name : {"a", "b", "c"}) answers.push_back(begin(insist(name)));
  sim_.run();
  for (auto& answer : answers) EXPECT_TRUE(answer.await_resume());
  boot();
  EXPECT_EQ(controller_->image()->topics().size(), 6u);
}

TEST_F(ControllerTest, a_controller_that_was_deposed_changes_nothing_more) {
  boot();
  auto before = begin(controller_->create_topic(named("before")));
  auto campaign = journal_->campaign(BrokerId{2});
  auto after = begin(controller_->create_topic(named("after")));
  EXPECT_EQ(wait(std::move(after)).error().code, Errc::kNotController);
  EXPECT_TRUE(wait(std::move(before)));
  EXPECT_TRUE(wait(std::move(campaign)));
  EXPECT_NE(topic("before"), nullptr);
  EXPECT_EQ(create("more").error().code, Errc::kNotController);
}

TEST_F(ControllerTest, a_refusal_in_a_batch_leaves_the_others) {
  boot();
  std::vector<NewTopic> topics{named("good"), named("bad name"), named("fine")};
  const auto results = wait(controller_->create_topics(std::move(topics)));
  ASSERT_EQ(results.size(), 3u);
  EXPECT_TRUE(results[0] && results[2]);
  EXPECT_EQ(results[1].error().code, Errc::kInvalidTopic);
  EXPECT_EQ(controller_->image()->topics().size(), 2u);
}

TEST_F(ControllerTest, validating_changes_nothing) {
  boot();
  const uint64_t index = journal_->durable_index();
  EXPECT_TRUE(wait(controller_->create_topic(named("a"), {.validate_only = true})));
  EXPECT_EQ(journal_->durable_index(), index);
  EXPECT_EQ(topic("a"), nullptr);
}

TEST_F(ControllerTest, partitions_and_configs_change_through_the_journal) {
  boot();
  (void)create("a", 1);
  std::vector<MorePartitions> more{{.topic = "a", .count = 4, .assignments = std::nullopt}};
  EXPECT_TRUE(wait(controller_->create_partitions(std::move(more)))[0]);
  std::vector<TopicConfigChanges> changes(1);
  changes[0].topic = "a";
  changes[0].changes.push_back({"retention.ms", ConfigOp::kSet, "1000"});
  EXPECT_TRUE(wait(controller_->alter_topic_configs(std::move(changes)))[0]);
  boot();
  EXPECT_EQ(topic("a")->partitions.size(), 4u);
  EXPECT_EQ(topic("a")->configs.at("retention.ms"), "1000");
}

TEST_F(ControllerTest, the_journal_grows_to_a_snapshot_and_the_image_is_the_same) {
  snapshot_after_bytes_ = 2000;
  boot();
  for (int i = 0; i < 100; ++i) (void)create("t" + std::to_string(i));
  for (int i = 0; i < 50; ++i) (void)drop("t" + std::to_string(i));
  const auto before = controller_->image();
  // The state, but for the registration that each start renews.
  const Bytes topics_before = dump(*before);
  boot();
  EXPECT_GT(journal_->durable_index(), 150u);
  EXPECT_LT(files_->paths().size(), 6u);
  EXPECT_EQ(controller_->image()->topics().size(), 50u);
  for (const auto& info : before->topics()) EXPECT_EQ(*topic(info.name), info);
  EXPECT_EQ(dump(*controller_->image()).size(), topics_before.size());
}

TEST_F(ControllerTest, a_listener_that_comes_late_gets_the_image_at_once) {
  boot();
  std::shared_ptr<const metadata::Image> seen;
  controller_->on_image([&](auto image) { seen = std::move(image); });
  EXPECT_EQ(seen, controller_->image());
}

TEST_F(ControllerTest, a_journal_of_records_from_the_future_is_refused) {
  boot();
  auto future = journal_->append(controller_->epoch(), Bytes{3, 1, 99, 0});
  stop();
  (void)future;
  const Result<> started = try_boot();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::kCorruptData);
  EXPECT_NE(started.error().text().find("entry 3"), std::string::npos) << started.error().text();
}

}  // namespace
}  // namespace tenon::controller
