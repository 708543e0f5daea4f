// SPDX-License-Identifier: Apache-2.0
//
// Members that are in the group: what they say anew, their way to the target, and their goodbye.
// Those that join are in heartbeat_join_test.cpp.

#include "groups/consumer/heartbeat.h"

#include "groups/testing/lone_group.h"

namespace tenon::groups {
namespace {

class HeartbeatTest : public LoneGroup {
 protected:
  using LoneGroup::beat;
  static Heartbeat beat(const std::string& member_id, int32_t epoch, const Partitions& owned) {
    Heartbeat heartbeat = beat(member_id, epoch);
    heartbeat.request.topic_partitions = to_wire<std::vector<Request::TopicPartitions>>(owned);
    return heartbeat;
  }
  static Heartbeat beat_as(const std::string& instance, const std::string& member_id,
                           int32_t epoch) {
    Heartbeat heartbeat = beat(member_id, epoch);
    heartbeat.request.instance_id = instance;
    return heartbeat;
  }
  // A static member `a` at epoch 5 that came from epoch 3 and has two partitions.
  void given_one(MemberWords words = as_static("one")) {
    given(5, {{.id = "a",
               .words = std::move(words),
               .progress = {.epoch = 5, .previous_epoch = 3, .assigned = parts({0, 1})},
               .target = parts({0, 1})}});
  }
  ErrorCode subscribed(const Heartbeat& heartbeat) { return code(subscribe(view(), heartbeat)); }
  // `a` says it; what comes of that.
  Subscribed says(const std::function<void(Request&)>& change) {
    Heartbeat heartbeat = beat("a", 5);
    change(heartbeat.request);
    return subscribe(view(), heartbeat).value();
  }
  Advanced advanced(const Heartbeat& heartbeat) {
    return advance(view(), heartbeat, 5'000).value();
  }
  static Partitions told(const Advanced& advanced) {
    return from_wire(advanced.response.assignment.value().topic_partitions);
  }
};

TEST_F(HeartbeatTest, only_its_own_epoch_is_right_without_a_word_on_what_it_has) {
  given_one();
  EXPECT_EQ(subscribed(beat("a", 5)), ErrorCode::kNone);
  for (const int32_t wrong : {1, 2, 3, 4, 6}) {
    EXPECT_EQ(subscribed(beat("a", wrong)), ErrorCode::kFencedMemberEpoch) << wrong;
  }
}

TEST_F(HeartbeatTest, the_epoch_before_is_right_with_no_more_than_it_was_given) {
  given_one();
  EXPECT_EQ(subscribed(beat("a", 3, parts({0, 1}))), ErrorCode::kNone);
  EXPECT_EQ(subscribed(beat("a", 3, parts({1}))), ErrorCode::kNone);
  EXPECT_EQ(subscribed(beat("a", 3, {})), ErrorCode::kNone);
  EXPECT_EQ(subscribed(beat("a", 3, parts({0, 1, 2}))), ErrorCode::kFencedMemberEpoch);
  EXPECT_EQ(subscribed(beat("a", 4, parts({0}))), ErrorCode::kFencedMemberEpoch);
}

TEST_F(HeartbeatTest, who_is_fenced_is_told_why) {
  given_one();
  EXPECT_EQ(subscribe(view(), beat("a", 6)).error().text,
            "member a comes with epoch 6, which is greater than its epoch 5; it must give up its "
            "partitions and join again");
}

TEST_F(HeartbeatTest, who_went_away_must_join_to_come_back) {
  given_one();
  replay(leave(view(), beat_as("one", "a", kLeaveStaticEpoch)).value().records);
  for (const int32_t epoch : {3, 5, 6}) {
    EXPECT_EQ(subscribed(beat("a", epoch, parts({0}))), ErrorCode::kFencedMemberEpoch) << epoch;
  }
}

TEST_F(HeartbeatTest, an_instance_must_be_known_and_that_of_the_member) {
  given_one();
  EXPECT_EQ(subscribed(beat_as("one", "a", 5)), ErrorCode::kNone);
  EXPECT_EQ(subscribed(beat_as("one", "a2", 5)), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(subscribed(beat_as("two", "a", 5)), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(subscribed(beat("a2", 5)), ErrorCode::kUnknownMemberId);
}

TEST_F(HeartbeatTest, an_instance_that_is_not_its_own_is_worse_than_an_epoch_that_is_wrong) {
  given_one();
  EXPECT_EQ(subscribed(beat_as("one", "a2", 77)), ErrorCode::kFencedInstanceId);
}

TEST_F(HeartbeatTest, what_is_said_again_is_no_news) {
  given_one(saying({"audit", "orders"}));
  const auto again = says([](Request& r) {
    r.subscribed_topic_names = {{"orders", "audit", "orders"}};
    r.subscribed_topic_regex = "";
    r.rebalance_timeout_ms = 30'000;
  });
  EXPECT_TRUE(again.records.empty());
}

TEST_F(HeartbeatTest, what_concerns_the_member_alone_is_written_without_an_epoch) {
  given_one();
  EXPECT_EQ(said(says([](Request& r) { r.rebalance_timeout_ms = 1; }).records), Said{"words a"});
  Heartbeat moved = beat("a", 5);
  moved.info = {"other", "10.0.0.2"};
  const auto subscribed = subscribe(view(), moved).value();
  EXPECT_EQ(said(subscribed.records), Said{"words a"});
  replay(subscribed.records);
  EXPECT_EQ(member("a").words.client_host, "10.0.0.2");
  EXPECT_EQ(member("a").words.rebalance_timeout_ms, 30'000);
}

TEST_F(HeartbeatTest, what_concerns_others_raises_the_epoch) {
  given_one();
  const Said expected{"words a", "epoch 6"};
  const auto topics = says([](Request& r) { r.subscribed_topic_names = {{"audit"}}; });
  EXPECT_EQ(said(topics.records), expected);
  EXPECT_EQ(topics.concern, Concern::kSubscription);
  EXPECT_EQ(said(says([](Request& r) { r.rack_id = "far"; }).records), expected);
  EXPECT_EQ(said(says([](Request& r) { r.subscribed_topic_regex = "o.*"; }).records), expected);
  const auto assignor = says([](Request& r) { r.server_assignor = "range"; });
  EXPECT_EQ(said(assignor.records), expected);
  EXPECT_EQ(assignor.concern, Concern::kAssignor);
}

TEST_F(HeartbeatTest, an_expression_goes_with_the_last_that_uses_it) {
  given(5, {{.id = "a", .words = with_regex("o.*"), .progress = {.epoch = 5}},
            {.id = "b", .words = with_regex("o.*"), .progress = {.epoch = 5}}});
  replay({regex_record("g", "o.*", {.topics = {"orders"}})});
  const auto change = [](Request& r) { r.subscribed_topic_regex = "x"; };
  EXPECT_EQ(said(says(change).records), (Said{"words a", "epoch 6"}));
  group.remove_member("b");
  EXPECT_EQ(said(says(change).records), (Said{"no regex o.*", "words a", "epoch 6"}));
}

TEST_F(HeartbeatTest, an_expression_that_was_never_looked_at_leaves_nothing) {
  given_one(with_regex("o.*"));
  EXPECT_EQ(said(says([](Request& r) { r.subscribed_topic_regex = ""; }).records),
            (Said{"words a", "epoch 6"}));
}

TEST_F(HeartbeatTest, a_member_of_the_classic_protocol_that_sends_one_speaks_the_other_now) {
  given_one(as_classic());
  replay(subscribe(view(), beat("a", 5)).value().records);
  EXPECT_EQ(group.classic_members(), 0u);
  EXPECT_EQ(group.epoch(), 5);
}

TEST_F(HeartbeatTest, without_any_target_there_is_no_epoch_to_come_to) {
  replay({epoch_record("g", 1, 0), words_record("g", "a", saying())});
  const auto first = advanced(beat("a", 0, {}));
  EXPECT_EQ(first.progress.epoch, kJoinEpoch);
  EXPECT_TRUE(first.records.empty());
}

TEST_F(HeartbeatTest, a_bare_one_is_answered_without_what_the_member_knows) {
  given_one();
  const auto bare = advanced(beat("a", 5));
  EXPECT_EQ(bare.response.member_epoch, 5);
  EXPECT_EQ(bare.response.heartbeat_interval_ms, 5'000);
  EXPECT_FALSE(bare.response.assignment);
  EXPECT_FALSE(advanced(beat("a", 5, parts({0, 1}))).response.assignment);
}

TEST_F(HeartbeatTest, one_that_says_everything_is_answered_with_everything) {
  given_one();
  Heartbeat full = beat("a", 5, parts({0, 1}));
  full.request.rebalance_timeout_ms = 30'000;
  EXPECT_FALSE(advanced(full).response.assignment);
  full.request.subscribed_topic_regex = "o.*";
  EXPECT_EQ(told(advanced(full)), parts({0, 1}));
  full.request.rebalance_timeout_ms = -1;
  EXPECT_FALSE(advanced(full).response.assignment);
}

TEST_F(HeartbeatTest, who_joins_is_told_even_that_it_has_nothing) {
  given(5, {{.id = "a"}});
  const auto joined = advanced(beat("a", 0, {}));
  EXPECT_EQ(joined.response.member_epoch, 5);
  EXPECT_EQ(told(joined), Partitions{});
}

TEST_F(HeartbeatTest, who_is_to_give_something_up_is_told_and_stays_at_its_epoch) {
  given(6, {{.id = "a",
             .progress = {.epoch = 5, .previous_epoch = 3, .assigned = parts({0, 1})},
             .target = parts({1, 2})}});
  const auto step = advanced(beat("a", 5));
  EXPECT_EQ(told(step), parts({1}));
  EXPECT_EQ(step.response.member_epoch, 5);
  EXPECT_EQ(said(step.records), Said{"progress a"});
  replay(step.records);
  EXPECT_EQ(member("a").progress.revoking, parts({0}));
  const auto then = advanced(beat("a", 5, parts({1})));
  EXPECT_EQ(told(then), parts({1, 2}));
  EXPECT_EQ(then.progress.epoch, 6);
  EXPECT_EQ(then.progress.previous_epoch, 5);
}

TEST_F(HeartbeatTest, who_is_in_a_state_of_a_later_version_must_join_with_nothing) {
  given(6, {{.id = "a",
             .progress = {.epoch = 5, .state = MemberState::kUnknown, .assigned = parts({0})},
             .target = parts({0})}});
  EXPECT_EQ(code(advance(view(), beat("a", 5), 5'000)), ErrorCode::kFencedMemberEpoch);
  EXPECT_EQ(code(advance(view(), beat("a", 5, parts({0})), 5'000)), ErrorCode::kFencedMemberEpoch);
  EXPECT_EQ(advanced(beat("a", 0, {})).progress.epoch, 6);
}

TEST_F(HeartbeatTest, who_went_while_its_target_was_made_is_not_a_member) {
  given_one();
  EXPECT_EQ(code(advance(view(), beat("b", 0), 5'000)), ErrorCode::kUnknownMemberId);
}

TEST_F(HeartbeatTest, who_leaves_takes_everything_along_and_the_epoch_rises) {
  given_one(with_regex("o.*"));
  replay({regex_record("g", "o.*", {.topics = {"orders"}})});
  const auto left = leave(view(), beat("a", kLeaveEpoch)).value();
  EXPECT_FALSE(left.for_a_while);
  EXPECT_EQ(said(left.records),
            (Said{"no progress a", "no target a", "no words a", "no regex o.*", "epoch 6"}));
}

TEST_F(HeartbeatTest, who_leaves_for_a_while_keeps_what_it_has_and_frees_what_it_gave_up) {
  given(5, {{.id = "a",
             .words = as_static("one"),
             .progress = {.epoch = 4,
                          .previous_epoch = 3,
                          .state = MemberState::kUnrevokedPartitions,
                          .assigned = parts({0}),
                          .revoking = parts({1})}}});
  const auto left = leave(view(), beat_as("one", "a", kLeaveStaticEpoch)).value();
  EXPECT_TRUE(left.for_a_while);
  EXPECT_EQ(said(left.records), Said{"progress a"});
  replay(left.records);
  EXPECT_TRUE(member("a").is_away());
  EXPECT_EQ(group.owner(parts({0})[0]), &member("a"));
  EXPECT_EQ(group.owner(parts({1})[0]), nullptr);
}

TEST_F(HeartbeatTest, who_is_away_may_leave_for_good) {
  given_one();
  replay(leave(view(), beat_as("one", "a", kLeaveStaticEpoch)).value().records);
  replay(leave(view(), beat_as("one", "a", kLeaveEpoch)).value().records);
  EXPECT_EQ(group.state(), "Empty");
  EXPECT_EQ(group.epoch(), 6);
}

TEST_F(HeartbeatTest, nobody_says_goodbye_for_another) {
  given_one();
  for (const int32_t epoch : {kLeaveEpoch, kLeaveStaticEpoch}) {
    EXPECT_EQ(code(leave(view(), beat_as("one", "b", epoch))), ErrorCode::kFencedInstanceId);
    EXPECT_EQ(code(leave(view(), beat_as("two", "a", epoch))), ErrorCode::kUnknownMemberId);
  }
  EXPECT_EQ(code(leave(view(), beat("b", kLeaveEpoch))), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(code(leave(view(), beat("a", kLeaveEpoch))), ErrorCode::kNone);
}

TEST_F(HeartbeatTest, members_are_removed_together_under_one_epoch) {
  given(5, {{.id = "a"}, {.id = "b"}});
  const Records records = removal_records(view(), {"a", "b"});
  EXPECT_EQ(said(records), (Said{"no progress a", "no target a", "no words a", "no progress b",
                                 "no target b", "no words b", "epoch 6"}));
}

TEST_F(HeartbeatTest, the_next_epoch_keeps_what_the_target_was_made_of) {
  replay({epoch_record("g", 5, 77)});
  replay({next_epoch_record(view())});
  EXPECT_EQ(group.epoch(), 6);
  EXPECT_EQ(group.metadata_hash(), 77);
}

}  // namespace
}  // namespace tenon::groups
