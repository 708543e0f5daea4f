// SPDX-License-Identifier: Apache-2.0

#include "groups/testing/consumer_fixture.h"

namespace tenon::groups {
namespace {

class ConsumerDescribeTest : public ConsumerFixture {
 protected:
  using Described = wire::ConsumerGroupDescribeResponse;

  static Partitions shown(const Described::Assignment& assignment) {
    return from_wire(assignment.topic_partitions);
  }
  Described::Member only_member() { return described().members.at(0); }
};

TEST_F(ConsumerDescribeTest, a_group_that_is_not_there_is_answered_in_words) {
  const auto shown = described();
  EXPECT_EQ(shown.error_code, static_cast<int16_t>(ErrorCode::kGroupIdNotFound));
  EXPECT_EQ(shown.error_message, "there is no group g");
  EXPECT_EQ(shown.group_id, "g");
}

TEST_F(ConsumerDescribeTest, a_classic_group_is_none) {
  settle({Join{}});
  const auto shown = described();
  EXPECT_EQ(shown.error_code, static_cast<int16_t>(ErrorCode::kGroupIdNotFound));
  EXPECT_EQ(shown.error_message, "group g is not a consumer group");
}

TEST_F(ConsumerDescribeTest, a_group_that_is_being_deleted_is_not_there) {
  Member a = joined({.id = "a"});
  say_goodbye(a);
  log.hold();
  auto deletion = call(coordinator->delete_group("g"));
  EXPECT_EQ(status(), "error 69");
  log.release();
  run();
  EXPECT_EQ(deletion.error(), ErrorCode::kNone);
}

TEST_F(ConsumerDescribeTest, a_member_is_shown_as_it_presented_itself) {
  Member a{.id = "a", .instance = "one", .assignor = "range"};
  HeartbeatRequest request = full(a);
  request.rack_id = "rack";
  send(a, request);
  const auto member = only_member();
  EXPECT_EQ(member.member_id, "a");
  EXPECT_EQ(member.instance_id, "one");
  EXPECT_EQ(member.rack_id, "rack");
  EXPECT_EQ(member.client_id, "client");
  EXPECT_EQ(member.client_host, "/10.0.0.1");
  EXPECT_EQ(member.member_type, Described::kConsumerMember);
  EXPECT_EQ(described().assignor_name, "range");
}

TEST_F(ConsumerDescribeTest, what_a_member_does_not_say_is_not_there) {
  joined({.id = "a"});
  const auto member = only_member();
  EXPECT_EQ(member.instance_id, std::nullopt);
  EXPECT_EQ(member.rack_id, std::nullopt);
  EXPECT_EQ(member.subscribed_topic_regex, std::nullopt);
  EXPECT_EQ(member.subscribed_topic_names, std::vector<std::string>{"orders"});
}

TEST_F(ConsumerDescribeTest, what_a_member_has_is_told_from_what_it_is_to_have) {
  Member a = joined({.id = "a"});
  Member b = joined({.id = "b"});
  beat_bare(a);
  const auto shown = described();
  EXPECT_EQ(shown.group_state, "Reconciling");
  EXPECT_EQ(this->shown(shown.members[0].assignment), parts("orders", {0, 2}));
  EXPECT_EQ(this->shown(shown.members[0].target_assignment), parts("orders", {0, 2}));
  EXPECT_EQ(shown.members[0].member_epoch, 1);
  EXPECT_TRUE(shown.members[1].assignment.topic_partitions.empty());
  EXPECT_EQ(this->shown(shown.members[1].target_assignment), parts("orders", {1, 3}));
  EXPECT_EQ(shown.members[1].member_epoch, 2);
}

TEST_F(ConsumerDescribeTest, topics_have_the_names_that_they_have_now) {
  add_topic("audit", 1);
  joined({.id = "a", .topics = {"audit", "orders"}});
  EXPECT_EQ(only_member().assignment.topic_partitions.size(), 2u);
  assignors.hold();
  delete_topic("audit");
  const auto topics = only_member().assignment.topic_partitions;
  ASSERT_EQ(topics.size(), 1u);
  EXPECT_EQ(topics[0].topic_name, "orders");
  EXPECT_EQ(topics[0].topic_id, topic_id("orders"));
  assignors.release();
  run();
}

TEST_F(ConsumerDescribeTest, a_static_member_that_is_away_is_shown_with_the_epoch_of_that) {
  Member a = joined({.id = "a", .instance = "one"});
  say_goodbye(a, kLeaveStaticEpoch);
  const auto member = only_member();
  EXPECT_EQ(member.member_epoch, kLeaveStaticEpoch);
  EXPECT_EQ(shown(member.assignment), parts("orders", {0, 1, 2, 3}));
}

TEST_F(ConsumerDescribeTest, a_group_without_members_is_shown) {
  Member a = joined({.id = "a"});
  say_goodbye(a);
  const auto shown = described();
  EXPECT_EQ(shown.error_code, 0);
  EXPECT_EQ(shown.group_state, "Empty");
  EXPECT_TRUE(shown.members.empty());
  EXPECT_EQ(shown.assignor_name, "uniform");
}

}  // namespace
}  // namespace tenon::groups
