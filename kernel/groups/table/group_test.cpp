// SPDX-License-Identifier: Apache-2.0

#include "groups/table/group.h"

#include <gtest/gtest.h>

#include "base/sim_scheduler.h"
#include "wire/codec.h"
#include "wire/records/consumer_protocol.h"

namespace tenon::groups {
namespace {

class GroupTest : public ::testing::Test {
 protected:
  Member& add(const std::string& id, std::vector<std::string> protocols,
              std::optional<std::string> instance = std::nullopt) {
    auto member = std::make_unique<Member>(scheduler);
    member->id = id;
    member->instance_id = std::move(instance);
    member->protocol_type = "consumer";
    for (auto& name : protocols) member->protocols.push_back({name, words});
    return group.add(std::move(member));
  }
  void park(const std::string& id) { group.park_join(*group.find(id), Reply<Response>(scheduler)); }
  void answer(const std::string& id) { group.answer_join(*group.find(id), {}); }
  void prepare() { group.transition_to(GroupState::kPreparingRebalance, 1); }
  // Everybody joins, and the generation begins.
  void begin() {
    prepare();
    group.start_generation(2);
  }

  using Response = wire::JoinGroupResponse;
  SimScheduler scheduler;
  Bytes words;
  Group group{"g", scheduler};
};

TEST_F(GroupTest, the_first_member_leads_and_names_the_type) {
  add("b", {"range"});
  add("a", {"range"});
  EXPECT_EQ(group.leader(), "b");
  EXPECT_EQ(group.protocol_type(), "consumer");
}

TEST_F(GroupTest, a_leader_that_is_removed_hands_over) {
  add("b", {"range"});
  add("a", {"range"});
  group.remove("b");
  EXPECT_EQ(group.leader(), "a");
  group.remove("a");
  EXPECT_EQ(group.leader(), std::nullopt);
}

TEST_F(GroupTest, the_most_voted_protocol_wins_and_ties_go_by_name) {
  add("a", {"x", "y", "z"});
  add("b", {"y", "x"});
  add("c", {"y", "x"});
  EXPECT_EQ(group.select_protocol(), "y");
  group.remove("c");
  EXPECT_EQ(group.select_protocol(), "x");
}

TEST_F(GroupTest, a_protocol_named_twice_counts_once) {
  add("a", {"x"});
  prepare();
  EXPECT_FALSE(group.supports_protocols("consumer", {{"y", {}}, {"y", {}}}));
  add("b", {"x", "y", "y"});
  EXPECT_FALSE(group.supports_protocols("consumer", {{"y", {}}}));
  EXPECT_TRUE(group.supports_protocols("consumer", {{"x", {}}}));
  group.remove("b");
  EXPECT_EQ(group.select_protocol(), "x");
}

TEST_F(GroupTest, a_generation_counts_up_and_takes_a_protocol) {
  add("a", {"range"});
  begin();
  EXPECT_EQ(group.generation(), 1);
  EXPECT_EQ(group.protocol_name(), "range");
  EXPECT_TRUE(group.is(GroupState::kCompletingRebalance));
  EXPECT_EQ(group.state_since_ms(), 2);
}

TEST_F(GroupTest, tells_which_protocol_would_be_chosen_and_stays_as_it_is) {
  Member& a = add("a", {"range", "sticky"});
  add("b", {"range", "sticky"});
  EXPECT_EQ(group.select_protocol_if(a, {{"sticky", words}}), "sticky");
  EXPECT_EQ(group.select_protocol(), "range");
}

TEST_F(GroupTest, all_have_joined_when_all_are_parked_and_no_id_is_out) {
  add("a", {"range"});
  EXPECT_FALSE(group.all_joined());
  park("a");
  EXPECT_TRUE(group.all_joined());
  group.add_pending("b");
  EXPECT_FALSE(group.all_joined());
  group.remove("b");
  EXPECT_TRUE(group.all_joined());
}

TEST_F(GroupTest, the_leader_is_one_that_has_joined) {
  add("a", {"range"});
  add("b", {"range"});
  EXPECT_FALSE(group.elect_joined_leader());
  park("b");
  EXPECT_TRUE(group.elect_joined_leader());
  EXPECT_EQ(group.leader(), "b");
  answer("b");
}

TEST_F(GroupTest, validates_members_by_id_and_instance) {
  add("a", {"range"}, "one");
  add("b", {"range"});
  EXPECT_EQ(group.validate_member("a", "one"), wire::ErrorCode::kNone);
  EXPECT_EQ(group.validate_member("b", std::nullopt), wire::ErrorCode::kNone);
  EXPECT_EQ(group.validate_member("b", "one"), wire::ErrorCode::kFencedInstanceId);
  EXPECT_EQ(group.validate_member("a", "two"), wire::ErrorCode::kUnknownMemberId);
  EXPECT_EQ(group.validate_member("c", std::nullopt), wire::ErrorCode::kUnknownMemberId);
}

TEST_F(GroupTest, a_replaced_static_member_keeps_its_place) {
  add("a", {"range"}, "one");
  group.find("a")->assignment = {9};
  Member& member = group.replace_static("a", "a2");
  EXPECT_EQ(member.assignment, Bytes{9});
  EXPECT_EQ(group.leader(), "a2");
  EXPECT_EQ(*group.static_member("one"), "a2");
  EXPECT_FALSE(group.has("a"));
}

TEST_F(GroupTest, knows_what_its_consumers_read) {
  words = wire::encode_versioned(wire::ConsumerProtocolSubscription{.topics = {"orders"}}, 0);
  add("a", {"range"});
  begin();
  EXPECT_TRUE(group.is_subscribed_to("orders"));
  EXPECT_FALSE(group.is_subscribed_to("payments"));
}

TEST_F(GroupTest, consumers_that_cannot_be_understood_may_read_anything) {
  words = {0xFF};
  add("a", {"range"});
  begin();
  EXPECT_TRUE(group.is_subscribed_to("orders"));
}

TEST_F(GroupTest, is_blank_until_something_is_known_of_it) {
  EXPECT_TRUE(group.is_blank());
  group.add_pending("a");
  EXPECT_FALSE(group.is_blank());
  group.drop_pending();
  group.set_persisted(true);
  EXPECT_FALSE(group.is_blank());
  group.set_persisted(false);
  group.offsets.begin_commit({"t", 0});
  EXPECT_FALSE(group.is_blank());
}

TEST_F(GroupTest, a_revived_group_is_as_old_as_it_was) {
  Group::Restored restored;
  restored.state_since_ms = 2;
  group.restore(std::move(restored), {});
  group.begin_deletion(99);
  group.revive();
  EXPECT_TRUE(group.is(GroupState::kEmpty));
  EXPECT_EQ(group.state_since_ms(), 2);
}

TEST(GroupState, is_spelled_as_kafka_does) {
  EXPECT_EQ(to_string(GroupState::kEmpty), "Empty");
  EXPECT_EQ(to_string(GroupState::kPreparingRebalance), "PreparingRebalance");
  EXPECT_EQ(to_string(GroupState::kCompletingRebalance), "CompletingRebalance");
  EXPECT_EQ(to_string(GroupState::kStable), "Stable");
  EXPECT_EQ(to_string(GroupState::kDead), "Dead");
}

}  // namespace
}  // namespace tenon::groups
