// SPDX-License-Identifier: Apache-2.0
//
// Heartbeats that join: what such a request must say, and what comes of it in the group.

#include "groups/consumer/heartbeat.h"
#include "groups/testing/lone_group.h"
#include "groups/testing/sim_assignors.h"

namespace tenon::groups {
namespace {

class HeartbeatJoinTest : public LoneGroup {
 protected:
  static Heartbeat joining(const std::string& member_id,
                           std::optional<std::string> instance = std::nullopt) {
    Heartbeat heartbeat = beat(member_id, kJoinEpoch);
    heartbeat.request.instance_id = std::move(instance);
    heartbeat.request.rebalance_timeout_ms = 30'000;
    heartbeat.request.subscribed_topic_names = {{"orders"}};
    heartbeat.request.topic_partitions.emplace();
    return heartbeat;
  }
  ErrorCode check(const Heartbeat& heartbeat) const {
    const auto refusal = check_request(heartbeat, assignors);
    return refusal ? refusal->code : ErrorCode::kNone;
  }
  Subscribed joined(const Heartbeat& heartbeat) {
    auto subscribed = subscribe(view(), heartbeat).value();
    replay(subscribed.records);
    return subscribed;
  }
  ErrorCode refused(const Heartbeat& heartbeat) { return code(subscribe(view(), heartbeat)); }
  // `a`, which is instance "one", has two partitions and gives up a third, at epoch 5.
  void given_one() {
    given(5, {{.id = "a",
               .words = as_static("one"),
               .progress = {.epoch = 5,
                            .previous_epoch = 4,
                            .state = MemberState::kUnrevokedPartitions,
                            .assigned = parts({0, 1}),
                            .revoking = parts({2})},
               .target = parts({0, 1})}});
  }
  void given_one_away() {
    given_one();
    Heartbeat goodbye = beat("a", kLeaveStaticEpoch);
    goodbye.request.instance_id = "one";
    replay(leave(view(), goodbye).value().records);
  }

  SimAssignors assignors;
};

TEST_F(HeartbeatJoinTest, a_member_without_an_id_joins_before_version_1_only) {
  Heartbeat heartbeat = joining("");
  heartbeat.version = 0;
  EXPECT_EQ(check(heartbeat), ErrorCode::kNone);
  heartbeat.request.member_epoch = 1;
  EXPECT_EQ(check(heartbeat), ErrorCode::kInvalidRequest);
  heartbeat.request.member_epoch = kLeaveEpoch;
  EXPECT_EQ(check(heartbeat), ErrorCode::kInvalidRequest);
  EXPECT_EQ(check(joining("")), ErrorCode::kInvalidRequest);
}

TEST_F(HeartbeatJoinTest, no_topics_and_no_expression_are_a_subscription_if_they_are_said) {
  Heartbeat heartbeat = joining("a");
  heartbeat.request.subscribed_topic_names = std::vector<std::string>{};
  EXPECT_EQ(check(heartbeat), ErrorCode::kNone);
  heartbeat.request.subscribed_topic_names.reset();
  heartbeat.request.subscribed_topic_regex = "";
  EXPECT_EQ(check(heartbeat), ErrorCode::kNone);
}

TEST_F(HeartbeatJoinTest, who_joins_must_have_nothing) {
  Heartbeat heartbeat = joining("a");
  heartbeat.request.topic_partitions->push_back({topic(), {0}});
  EXPECT_EQ(check(heartbeat), ErrorCode::kInvalidRequest);
  heartbeat.request.member_epoch = 1;
  EXPECT_EQ(check(heartbeat), ErrorCode::kNone);
}

TEST_F(HeartbeatJoinTest, only_who_joins_must_say_everything) {
  EXPECT_EQ(check(beat("a", 1)), ErrorCode::kNone);
  EXPECT_EQ(check(beat("a", kLeaveEpoch)), ErrorCode::kNone);
  EXPECT_EQ(check(beat("a", kJoinEpoch)), ErrorCode::kInvalidRequest);
}

TEST_F(HeartbeatJoinTest, no_epoch_is_less_than_that_of_going_away) {
  Heartbeat heartbeat = joining("a", "one");
  heartbeat.request.member_epoch = kLeaveStaticEpoch;
  EXPECT_EQ(check(heartbeat), ErrorCode::kNone);
  heartbeat.request.member_epoch = kLeaveStaticEpoch - 1;
  EXPECT_EQ(check(heartbeat), ErrorCode::kInvalidRequest);
}

TEST_F(HeartbeatJoinTest, a_rack_that_is_said_has_a_name) {
  Heartbeat heartbeat = joining("a");
  heartbeat.request.rack_id = "";
  EXPECT_EQ(check(heartbeat), ErrorCode::kInvalidRequest);
}

TEST_F(HeartbeatJoinTest, assignors_and_expressions_are_looked_at_in_every_heartbeat) {
  Heartbeat heartbeat = beat("a", 1);
  heartbeat.request.subscribed_topic_regex = "(";
  EXPECT_EQ(check(heartbeat), ErrorCode::kInvalidRegularExpression);
  heartbeat.request.server_assignor = "nobody";
  EXPECT_EQ(check(heartbeat), ErrorCode::kUnsupportedAssignor);
  heartbeat.request.member_id = "";
  EXPECT_EQ(check(heartbeat), ErrorCode::kInvalidRequest);
}

TEST_F(HeartbeatJoinTest, a_new_member_is_its_words_and_the_next_epoch) {
  const auto subscribed = joined(joining("a", "one"));
  EXPECT_EQ(said(subscribed.records), (Said{"words a", "epoch 1"}));
  EXPECT_EQ(subscribed.concern, Concern::kJoined);
  EXPECT_EQ(member("a").words, as_static("one"));
  EXPECT_EQ(member("a").progress, MemberProgress{});
}

TEST_F(HeartbeatJoinTest, a_group_takes_as_many_as_it_may_have) {
  max_size = 2;
  given_one();
  EXPECT_EQ(refused(joining("b")), ErrorCode::kNone);
  max_size = 1;
  EXPECT_EQ(refused(joining("b")), ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(refused(joining("b", "two")), ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(refused(joining("a")), ErrorCode::kNone);
}

TEST_F(HeartbeatJoinTest, an_instance_that_comes_back_needs_no_more_room) {
  max_size = 1;
  given_one_away();
  EXPECT_EQ(refused(joining("a2", "one")), ErrorCode::kNone);
}

TEST_F(HeartbeatJoinTest, a_member_that_joins_again_has_what_it_had_and_gives_up_no_more) {
  given_one();
  const auto subscribed = joined(joining("a"));
  EXPECT_EQ(said(subscribed.records), Said{"progress a"});
  EXPECT_EQ(subscribed.concern, Concern::kNone);
  EXPECT_EQ(member("a").progress, (MemberProgress{.assigned = parts({0, 1})}));
  EXPECT_EQ(member("a").words.instance_id, "one");
  EXPECT_TRUE(joined(joining("a")).records.empty());
}

TEST_F(HeartbeatJoinTest, a_member_that_joins_again_with_another_subscription_concerns_others) {
  given_one();
  Heartbeat heartbeat = joining("a");
  heartbeat.request.subscribed_topic_names = {{"audit"}};
  EXPECT_EQ(said(joined(heartbeat).records), (Said{"progress a", "words a", "epoch 6"}));
}

TEST_F(HeartbeatJoinTest, a_member_that_joins_again_leaves_no_expression_behind) {
  given(5, {{.id = "a", .words = with_regex("o.*")}});
  replay({regex_record("g", "o.*", {.topics = {"orders"}})});
  joined(joining("a"));
  EXPECT_TRUE(group.regexes().contains("o.*"));  // it did not say another
  Heartbeat heartbeat = joining("a");
  heartbeat.request.subscribed_topic_regex = "x";
  EXPECT_EQ(said(joined(heartbeat).records), (Said{"no regex o.*", "words a", "epoch 7"}));
}

TEST_F(HeartbeatJoinTest, an_instance_in_use_is_not_released) {
  given_one();
  EXPECT_EQ(refused(joining("a2", "one")), ErrorCode::kUnreleasedInstanceId);
  EXPECT_EQ(refused(joining("a", "one")), ErrorCode::kNone);
}

TEST_F(HeartbeatJoinTest, an_instance_comes_back_under_another_id_without_an_epoch) {
  given_one_away();
  const auto subscribed = joined(joining("a2", "one"));
  EXPECT_EQ(subscribed.concern, Concern::kNone);
  EXPECT_EQ(said(subscribed.records), (Said{"no progress a", "no target a", "no words a",
                                            "words a2", "target a2", "progress a2"}));
  EXPECT_EQ(group.find("a"), nullptr);
  EXPECT_EQ(group.find_static("one"), &member("a2"));
  EXPECT_EQ(group.target_of("a2"), parts({0, 1}));
  EXPECT_EQ(member("a2").progress, (MemberProgress{.assigned = parts({0, 1})}));
}

TEST_F(HeartbeatJoinTest, an_instance_that_comes_back_with_another_subscription_concerns_others) {
  given_one_away();
  Heartbeat heartbeat = joining("a2", "one");
  heartbeat.request.subscribed_topic_names = {{"audit"}};
  EXPECT_EQ(joined(heartbeat).concern, Concern::kSubscription);
  EXPECT_EQ(group.epoch(), 6);
  EXPECT_EQ(member("a2").progress.assigned, parts({0, 1}));
}

TEST_F(HeartbeatJoinTest, an_instance_that_comes_back_keeps_what_it_does_not_say_again) {
  MemberWords words = as_static("one");
  words.rack_id = "rack";
  words.assignor = "range";
  given(5, {{.id = "a", .words = words, .progress = {.epoch = kLeaveStaticEpoch}}});
  EXPECT_EQ(joined(joining("a2", "one")).concern, Concern::kNone);
  EXPECT_EQ(member("a2").words, words);
}

TEST_F(HeartbeatJoinTest, an_instance_of_the_classic_protocol_says_no_goodbye) {
  MemberWords words = as_classic();
  words.instance_id = "one";
  given(5, {{.id = "a", .words = words, .progress = {.epoch = 5}}});
  joined(joining("a2", "one"));
  EXPECT_EQ(group.find_static("one"), &member("a2"));
  EXPECT_EQ(group.classic_members(), 0u);
}

TEST_F(HeartbeatJoinTest, a_member_that_takes_the_place_of_another_leaves_its_own_to_the_others) {
  given_one_away();
  replay({words_record("g", "b", saying()), target_record("g", "b", parts({3})),
          progress_record("g", "b", {.epoch = 5, .assigned = parts({3})})});
  EXPECT_NE(joined(joining("b", "one")).concern, Concern::kNone);
  EXPECT_EQ(member("b").progress.assigned, parts({0, 1}));
  EXPECT_EQ(group.owner(parts({3})[0]), nullptr);
  EXPECT_EQ(group.state(), "Assigning");
}

}  // namespace
}  // namespace tenon::groups
