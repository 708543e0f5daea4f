// SPDX-License-Identifier: Apache-2.0

#include "groups/group_details.h"

#include "groups/assignment/consumer_protocol.h"
#include "groups/table/group_records.h"
#include "groups/testing/lone_group.h"

namespace tenon::groups {
namespace {

class GroupDetailsTest : public LoneGroup {
 protected:
  using Names = std::vector<std::string>;

  // What the consumer group has come to be.
  GroupDetails shown() {
    Group whole("g", scheduler);
    whole.consumer = std::make_unique<ConsumerGroup>(scheduler);
    for (const Record& record : records) apply_change(*whole.consumer, reread(record).value());
    return details_of(whole, *image());
  }
  void given(int32_t epoch, const std::vector<Given>& members) {
    records = {epoch_record(id, epoch, 0), assignment_epoch_record(id, epoch)};
    for (const Given& each : members) {
      records.push_back(words_record(id, each.id, each.words));
      records.push_back(target_record(id, each.id, each.target));
      records.push_back(progress_record(id, each.id, each.progress));
    }
  }
  void given_classic(std::string protocol_type = "consumer") {
    restore_group(classic,
                  {.protocol_type = std::move(protocol_type),
                   .generation = 7,
                   .protocol = "range",
                   .leader = "a",
                   .members = {{.member_id = "a",
                                .group_instance_id = "one",
                                .rebalance_timeout = 30'000,
                                .session_timeout = 10'000,
                                .subscription = write_subscription({"orders"}, {}, *image()),
                                .assignment = write_assignment(parts({0, 1}), 1, *image())}}},
                  scheduler);
  }
  std::string pending() const { return details_of(classic, *image()).members.at(0).pending; }
  static Names names(const std::vector<TopicPartition>& all) {
    Names names;
    for (const auto& one : all) names.push_back(fmt::format("{}-{}", one.topic, one.partition));
    return names;
  }
  static Names names(const std::vector<MemberDetails::Awaited>& all) {
    Names names;
    for (const auto& one : all) {
      names.push_back(fmt::format("{} from {}", one.partition.partition, one.from));
    }
    return names;
  }

  Records records;
  Group classic{"g", scheduler};
};

TEST_F(GroupDetailsTest, a_consumer_group_is_its_epochs_and_members) {
  given(5, {{.id = "a", .progress = {.epoch = 5}}, {.id = "b", .progress = {.epoch = 4}}});
  records.push_back(epoch_record("g", 6, 0));
  const auto shown = this->shown();
  EXPECT_EQ(shown.id + " " + shown.type + " " + shown.state, "g consumer Assigning");
  EXPECT_EQ(shown.epoch, 6);
  EXPECT_EQ(shown.assignment_epoch, 5);
  ASSERT_EQ(shown.members.size(), 2u);
  EXPECT_EQ(shown.members[1].epoch, 4);
}

TEST_F(GroupDetailsTest, a_member_is_shown_as_it_presented_itself) {
  MemberWords words = as_static("one");
  words.regex = "o.*";
  given(5, {{.id = "a", .words = words}, {.id = "c", .words = as_classic()}});
  const auto shown = this->shown();
  EXPECT_EQ(shown.members[0].instance_id, "one");
  EXPECT_EQ(shown.members[0].client_id + shown.members[0].client_host, "client10.0.0.1");
  EXPECT_EQ(shown.members[0].topics, Names{"orders"});
  EXPECT_EQ(shown.members[0].regex, "o.*");
  EXPECT_EQ(shown.members[0].timeout_ms, 30'000);
  EXPECT_EQ(shown.members[0].protocol, "consumer");
  EXPECT_EQ(shown.members[1].protocol, "classic");
}

TEST_F(GroupDetailsTest, one_sees_who_keeps_whom_waiting) {
  given(5, {{.id = "a",
             .progress = {.epoch = 4,
                          .state = MemberState::kUnrevokedPartitions,
                          .assigned = parts({0}),
                          .revoking = parts({1})},
             .target = parts({0})},
            {.id = "b",
             .progress = {.epoch = 5, .state = MemberState::kUnreleasedPartitions},
             .target = parts({1, 2})}});
  const auto shown = this->shown();
  EXPECT_EQ(names(shown.members[0].holds), Names{"orders-0"});
  EXPECT_EQ(names(shown.members[0].gives_up), Names{"orders-1"});
  EXPECT_EQ(shown.members[0].pending, "revoke");
  EXPECT_EQ(names(shown.members[1].awaits), (Names{"1 from a", "2 from "}));
  EXPECT_EQ(shown.members[1].pending, "");
}

TEST_F(GroupDetailsTest, who_is_to_have_what_it_gives_up_waits_for_nobody) {
  given(5, {{.id = "a",
             .progress = {.epoch = 4,
                          .state = MemberState::kUnrevokedPartitions,
                          .revoking = parts({1})},
             .target = parts({1})}});
  EXPECT_EQ(names(shown().members[0].awaits), Names{"1 from "});
}

TEST_F(GroupDetailsTest, topics_that_are_gone_are_not_shown) {
  const Partitions gone{{Uuid::from_random(9, 9), 0}};
  given(5, {{.id = "a", .progress = {.assigned = gone, .revoking = gone}, .target = gone},
            {.id = "b", .target = gone}});
  const auto shown = this->shown();
  EXPECT_TRUE(shown.members[0].holds.empty());
  EXPECT_TRUE(shown.members[0].gives_up.empty());
  EXPECT_TRUE(shown.members[1].awaits.empty());
}

TEST_F(GroupDetailsTest, a_classic_group_is_its_generation_protocol_and_leader) {
  given_classic();
  const auto shown = details_of(classic, *image());
  EXPECT_EQ(shown.type + " " + shown.state, "classic Stable");
  EXPECT_EQ(shown.epoch, 7);
  EXPECT_EQ(shown.assignor + " " + shown.leader, "range a");
  const auto& member = shown.members.at(0);
  EXPECT_EQ(member.instance_id + " " + member.protocol, "one classic");
  EXPECT_EQ(member.epoch, 7);
  EXPECT_EQ(member.timeout_ms, 30'000);
  EXPECT_EQ(member.topics, Names{"orders"});
  EXPECT_EQ(names(member.holds), (Names{"orders-0", "orders-1"}));
}

TEST_F(GroupDetailsTest, what_others_than_consumers_say_is_not_read) {
  given_classic("connect");
  const auto member = details_of(classic, *image()).members.at(0);
  EXPECT_TRUE(member.topics.empty());
  EXPECT_TRUE(member.holds.empty());
}

TEST_F(GroupDetailsTest, words_that_cannot_be_read_leave_the_rest) {
  given_classic();
  classic.find("a")->protocols = {{"range", Bytes{9}}};
  classic.find("a")->assignment = {9};
  const auto member = details_of(classic, *image()).members.at(0);
  EXPECT_EQ(member.id, "a");
  EXPECT_TRUE(member.topics.empty());
  EXPECT_TRUE(member.holds.empty());
}

TEST_F(GroupDetailsTest, one_sees_who_has_not_joined_or_synced_yet) {
  given_classic();
  EXPECT_EQ(pending(), "");
  classic.transition_to(GroupState::kPreparingRebalance, 0);
  EXPECT_EQ(pending(), "join");
  classic.find("a")->awaiting_join.emplace(scheduler);
  EXPECT_EQ(pending(), "");
  classic.find("a")->awaiting_join.reset();
  classic.transition_to(GroupState::kCompletingRebalance, 0);
  EXPECT_EQ(pending(), "sync");
  classic.find("a")->awaiting_sync.emplace(scheduler);
  EXPECT_EQ(pending(), "");
}

}  // namespace
}  // namespace tenon::groups
