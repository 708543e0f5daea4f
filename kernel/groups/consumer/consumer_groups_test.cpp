// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/consumer_groups.h"

#include "groups/testing/consumer_fixture.h"

namespace tenon::groups {
namespace {

class ConsumerGroupsTest : public ConsumerFixture {};

TEST_F(ConsumerGroupsTest, the_first_member_gets_everything_with_its_first_answer) {
  Member a{.id = "a"};
  const auto response = send(a, full(a));
  EXPECT_EQ(response.error_code, 0);
  EXPECT_EQ(response.member_id, "a");
  EXPECT_EQ(response.member_epoch, 1);
  EXPECT_EQ(response.heartbeat_interval_ms, 5'000);
  EXPECT_EQ(a.assigned, parts("orders", {0, 1, 2, 3}));
  EXPECT_EQ(status(), "Stable 1/1");
}

TEST_F(ConsumerGroupsTest, a_heartbeat_without_news_is_answered_without_assignment_and_records) {
  Member a = joined({.id = "a"});
  const size_t before = log.all_records().size();
  const auto response = start_heartbeat(bare(a)).get();
  EXPECT_EQ(response.member_epoch, 1);
  EXPECT_FALSE(response.assignment);
  EXPECT_EQ(log.all_records().size(), before);
}

TEST_F(ConsumerGroupsTest, a_second_member_gets_its_share_when_the_first_has_given_it_up) {
  Member a = joined({.id = "a"});
  Member b = joined({.id = "b"});
  EXPECT_EQ(b.epoch, 2);
  EXPECT_EQ(b.assigned, Partitions{});
  EXPECT_EQ(status(), "Reconciling 2/2");

  EXPECT_EQ(beat_bare(a), ErrorCode::kNone);
  EXPECT_EQ(a.epoch, 1);
  EXPECT_EQ(a.assigned, parts("orders", {0, 2}));
  beat_bare(b);
  EXPECT_EQ(b.assigned, Partitions{});  // not before `a` says so

  EXPECT_EQ(beat(a), ErrorCode::kNone);
  EXPECT_EQ(a.epoch, 2);
  beat_bare(b);
  EXPECT_EQ(b.assigned, parts("orders", {1, 3}));
  EXPECT_EQ(status(), "Stable 2/2");
}

TEST_F(ConsumerGroupsTest, members_that_leave_or_fall_silent_give_theirs_back) {
  Member a = joined({.id = "a"});
  Member b = joined({.id = "b"});
  Member c = joined({.id = "c"});
  settle_all({&a, &b, &c});
  EXPECT_EQ(say_goodbye(b), ErrorCode::kNone);
  settle_all({&a, &c});
  EXPECT_EQ(union_of(a.assigned, c.assigned), parts("orders", {0, 1, 2, 3}));
  for (int i = 0; i < 10; ++i) {
    pass(seconds(5));
    EXPECT_EQ(beat(c), ErrorCode::kNone);
  }
  EXPECT_EQ(c.assigned, parts("orders", {0, 1, 2, 3}));
  EXPECT_EQ(beat(a), ErrorCode::kUnknownMemberId);
}

TEST_F(ConsumerGroupsTest, a_member_that_does_not_give_up_is_removed_after_its_rebalance_timeout) {
  Member a = joined({.id = "a", .rebalance_ms = 10'000});
  Member b = joined({.id = "b"});
  beat_bare(a);
  for (int i = 0; i < 4; ++i) {
    pass(seconds(3));
    beat_bare(a);  // it lives, and does not say that it gave anything up
    beat_bare(b);
  }
  EXPECT_EQ(beat_bare(a), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(b.assigned, parts("orders", {0, 1, 2, 3}));
}

TEST_F(ConsumerGroupsTest, each_thing_to_give_up_has_a_time_of_its_own) {
  Member a = joined({.id = "a", .rebalance_ms = 10'000});
  Member b = joined({.id = "b"});
  beat_bare(a);  // is to give up two
  pass(seconds(8));
  Member c = joined({.id = "c"});
  beat(a);  // has done so, and is to give up another one
  EXPECT_EQ(a.assigned.size(), 1u);
  pass(seconds(8));
  EXPECT_EQ(beat_bare(a), ErrorCode::kNone);
  pass(seconds(3));
  EXPECT_EQ(beat_bare(a), ErrorCode::kUnknownMemberId);
}

TEST_F(ConsumerGroupsTest, wrong_epochs_are_fenced) {
  Member a = joined({.id = "a"});
  for (const int32_t epoch : {7, 5}) {
    Member late = a;
    late.epoch = epoch;
    EXPECT_EQ(beat(late), ErrorCode::kFencedMemberEpoch);
  }
  Member nobody{.id = "nobody", .epoch = 1};
  EXPECT_EQ(beat(nobody), ErrorCode::kUnknownMemberId);
  nobody.group = "other";
  EXPECT_EQ(beat(nobody), ErrorCode::kGroupIdNotFound);
}

TEST_F(ConsumerGroupsTest, a_member_whose_answer_was_lost_goes_on_from_the_epoch_before) {
  Member a = joined({.id = "a"});
  Member b = joined({.id = "b"});
  settle_all({&a, &b});
  Member stale = a;
  stale.epoch = 1;
  EXPECT_EQ(beat(stale), ErrorCode::kNone);
  EXPECT_EQ(stale.epoch, 2);
  stale.epoch = 1;
  stale.owned = parts("orders", {0, 1});  // not its own any more
  EXPECT_EQ(beat(stale), ErrorCode::kFencedMemberEpoch);
}

TEST_F(ConsumerGroupsTest, a_fenced_member_joins_again_under_its_id_and_keeps_its_partitions) {
  Member a = joined({.id = "a"});
  Member b = joined({.id = "b"});
  settle_all({&a, &b});
  const Partitions before = a.assigned;
  a.epoch = 0;
  a.owned = {};
  EXPECT_EQ(beat(a), ErrorCode::kNone);
  EXPECT_EQ(a.assigned, before);
  EXPECT_EQ(status(), "Stable 2/2");
}

TEST_F(ConsumerGroupsTest, another_subscription_makes_another_target) {
  add_topic("audit", 1);
  Member a = joined({.id = "a"});
  a.topics = {"orders", "audit"};
  EXPECT_EQ(beat(a), ErrorCode::kNone);
  EXPECT_EQ(a.epoch, 2);
  EXPECT_EQ(a.assigned, union_of(parts("orders", {0, 1, 2, 3}), parts("audit", {0})));
}

TEST_F(ConsumerGroupsTest, topics_that_grow_come_and_go_make_another_target) {
  Member a = joined({.id = "a", .topics = {"orders", "later"}});
  add_topic("orders", 6, 4);
  EXPECT_EQ(beat(a), ErrorCode::kNone);
  EXPECT_EQ(a.assigned, parts("orders", {0, 1, 2, 3, 4, 5}));
  add_topic("later", 1);
  beat(a);
  EXPECT_TRUE(is_subset(parts("later", {0}), a.assigned));
  delete_topic("orders");
  beat(a);
  beat(a);
  EXPECT_EQ(a.assigned, parts("later", {0}));
  const std::string settled = status();
  add_topic("nobody-reads-it", 1);
  EXPECT_EQ(status(), settled);
}

TEST_F(ConsumerGroupsTest, expressions_follow_the_topics) {
  Member a = joined({.id = "a", .topics = {}, .regex = "ord.*"});
  EXPECT_EQ(a.assigned, parts("orders", {0, 1, 2, 3}));
  add_topic("ordinary", 1);
  beat(a);
  EXPECT_TRUE(is_subset(parts("ordinary", {0}), a.assigned));
  a.regex = "none";
  beat(a);
  beat(a);
  EXPECT_EQ(a.assigned, Partitions{});
  EXPECT_EQ(described().members.at(0).subscribed_topic_regex, "none");
}

TEST_F(ConsumerGroupsTest, a_static_member_comes_back_to_what_it_had) {
  Member a = joined({.id = "a", .instance = "one"});
  Member b = joined({.id = "b", .instance = "two"});
  settle_all({&a, &b});
  const Partitions before = a.assigned;
  Member again{.id = "a2", .instance = "one"};
  EXPECT_EQ(beat(again), ErrorCode::kUnreleasedInstanceId);
  EXPECT_EQ(say_goodbye(a, kLeaveStaticEpoch), ErrorCode::kNone);
  EXPECT_EQ(beat(again), ErrorCode::kNone);
  EXPECT_EQ(again.assigned, before);
  EXPECT_EQ(beat(a), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(status(), "Stable 2/2");
}

TEST_F(ConsumerGroupsTest, a_static_member_that_does_not_come_back_is_removed) {
  Member a = joined({.id = "a", .instance = "one"});
  EXPECT_EQ(say_goodbye(a, kLeaveStaticEpoch), ErrorCode::kNone);
  pass(seconds(44));
  EXPECT_EQ(described().members.size(), 1u);
  pass(seconds(2));
  EXPECT_EQ(status(), "Empty 2/1");
}

TEST_F(ConsumerGroupsTest, an_instance_id_that_a_member_gave_up_is_anybodys) {
  Member a = joined({.id = "a", .instance = "one"});
  a.epoch = 0;
  a.owned = {};
  a.instance = "two";
  ASSERT_EQ(beat(a), ErrorCode::kNone);
  ASSERT_EQ(say_goodbye(a), ErrorCode::kNone);
  Member b{.id = "b", .instance = "one"};
  EXPECT_EQ(beat(b), ErrorCode::kNone);
  EXPECT_EQ(b.assigned, parts("orders", {0, 1, 2, 3}));
}

TEST_F(ConsumerGroupsTest, members_choose_the_assignor) {
  Member a = joined({.id = "a", .assignor = "range"});
  EXPECT_EQ(assignors.last_asked(), "range");
  Member wrong{.id = "b", .assignor = "nobody"};
  const auto refused = send(wrong, full(wrong));
  EXPECT_EQ(refused.error_code, static_cast<int16_t>(ErrorCode::kUnsupportedAssignor));
  EXPECT_EQ(refused.error_message, "assignor nobody is not loaded here; there are: range, uniform");
}

TEST_F(ConsumerGroupsTest, a_failing_assignor_leaves_everyone_what_they_have) {
  Member a = joined({.id = "a"});
  assignors.play("uniform",
                 [](const auto&) { return fail(Errc::kPluginFailed, "uniform", "ill"); });
  Member b = joined({.id = "b"});
  EXPECT_EQ(b.epoch, 1);
  EXPECT_EQ(b.assigned, Partitions{});
  EXPECT_EQ(beat(a), ErrorCode::kNone);
  EXPECT_EQ(a.assigned, parts("orders", {0, 1, 2, 3}));
  EXPECT_EQ(status(), "Assigning 2/1");
  assignors.play("uniform", SimAssignors::deal);
  pass(seconds(1));
  settle_all({&a, &b});
  EXPECT_EQ(status(), "Stable 2/2");
}

TEST_F(ConsumerGroupsTest, without_any_target_the_member_is_to_try_again) {
  assignors.play("uniform",
                 [](const auto&) { return fail(Errc::kPluginFailed, "uniform", "ill"); });
  Member a{.id = "a"};
  const auto refused = send(a, full(a));
  EXPECT_EQ(refused.error_code, static_cast<int16_t>(ErrorCode::kCoordinatorNotAvailable));
  EXPECT_EQ(refused.error_message, "group g has no assignment yet: uniform: ill");
  assignors.play("uniform", SimAssignors::deal);
  EXPECT_EQ(beat(a), ErrorCode::kNone);
}

TEST_F(ConsumerGroupsTest, an_assignor_that_hangs_keeps_no_other_group_waiting) {
  Member a = joined({.id = "a"});
  Member other = joined({.id = "o", .group = "h"});
  assignors.hold();
  Member b{.id = "b"};
  auto waiting = start_heartbeat(full(b));
  EXPECT_FALSE(waiting.answered());
  EXPECT_EQ(beat(a), ErrorCode::kNone);
  EXPECT_EQ(beat(other), ErrorCode::kNone);
  EXPECT_EQ(coordinator->details("g").value()->problem,
            "assignor uniform was asked, and has not answered yet");
  pass(milliseconds(config.assignor_timeout_ms));
  ASSERT_TRUE(waiting.answered());
  EXPECT_EQ(waiting.get().member_epoch, 1);
  assignors.release();
  run();
  take(b, waiting.get());
  settle_all({&a, &b});
}

TEST_F(ConsumerGroupsTest, thousands_that_join_at_once_are_a_few_questions) {
  assignors.hold();
  std::vector<HeartbeatCall> calls;
  for (int i = 0; i < 2'000; ++i) {
    calls.push_back(start_heartbeat(full({.id = fmt::format("m{}", i)})));
  }
  assignors.release();
  run();
  for (auto& each : calls) EXPECT_EQ(each.get().error_code, 0);
  EXPECT_LE(assignors.asked(), 3u);
  EXPECT_EQ(described().members.size(), 2'000u);
}

TEST_F(ConsumerGroupsTest, a_restart_finds_the_group_as_it_was) {
  Member a = joined({.id = "a", .instance = "one", .topics = {}, .regex = "ord.*"});
  Member b = joined({.id = "b"});
  settle_all({&a, &b});
  const auto before = described();
  restart();
  EXPECT_EQ(status(), "Stable 2/2");
  const auto after = described();
  ASSERT_EQ(after.members.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after.members[i].member_id, before.members[i].member_id);
    EXPECT_EQ(after.members[i].member_epoch, before.members[i].member_epoch);
    EXPECT_EQ(after.members[i].subscribed_topic_regex, before.members[i].subscribed_topic_regex);
  }
  EXPECT_EQ(beat_bare(a), ErrorCode::kNone);
  EXPECT_EQ(beat_bare(b), ErrorCode::kNone);
}

TEST_F(ConsumerGroupsTest, what_changed_while_the_coordinator_was_away_is_seen_when_it_comes_back) {
  Member a = joined({.id = "a"});
  stop();
  add_topic("orders", 5, 4);
  restart();
  EXPECT_EQ(beat(a), ErrorCode::kNone);
  EXPECT_EQ(a.assigned, parts("orders", {0, 1, 2, 3, 4}));
}

TEST_F(ConsumerGroupsTest, a_failed_write_changes_nothing) {
  Member a = joined({.id = "a"});
  log.fail_with(Errc::kNotEnoughReplicas);
  Member b{.id = "b"};
  EXPECT_EQ(beat(b), ErrorCode::kCoordinatorNotAvailable);
  log.recover();
  EXPECT_EQ(status(), "Stable 1/1");
  EXPECT_EQ(beat(b), ErrorCode::kNone);
}

TEST_F(ConsumerGroupsTest, a_group_that_is_full_takes_no_more) {
  config.consumer.max_size = 1;
  restart();
  Member a = joined({.id = "a"});
  Member b{.id = "b"};
  EXPECT_EQ(beat(b), ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(beat(a), ErrorCode::kNone);
}

TEST_F(ConsumerGroupsTest, an_empty_group_is_deleted_with_all_its_records) {
  Member a = joined({.id = "a"});
  EXPECT_EQ(delete_group(), ErrorCode::kNonEmptyGroup);
  say_goodbye(a);
  EXPECT_EQ(delete_group(), ErrorCode::kNone);
  EXPECT_EQ(status(), "error 69");
  restart();
  EXPECT_EQ(status(), "error 69");
}

TEST_F(ConsumerGroupsTest, an_empty_classic_group_becomes_a_consumer_group_and_keeps_its_offsets) {
  const auto settled = settle({Join{}});
  EXPECT_EQ(commit({.offset = 7, .member_id = settled.ids[0], .generation = 1}), ErrorCode::kNone);
  leave(settled.ids[0]);
  Member a = joined({.id = "a"});
  EXPECT_EQ(fetch(), 7);
  restart();
  EXPECT_EQ(status(), "Stable 1/1");
  EXPECT_EQ(fetch(), 7);
}

TEST_F(ConsumerGroupsTest, another_plugin_under_the_assignors_name_is_asked_at_once) {
  Member a = joined({.id = "a"});
  coordinator->on_assignor_swapped("range");
  run();
  EXPECT_EQ(status(), "Stable 1/1");
  coordinator->on_assignor_swapped("uniform");
  run();
  EXPECT_EQ(beat(a), ErrorCode::kNone);
  EXPECT_EQ(status(), "Stable 2/2");
}

TEST_F(ConsumerGroupsTest, bad_requests_are_refused_in_words) {
  const auto refusal = [this](auto change) {
    HeartbeatRequest request = full({.id = "a"});
    change(request);
    const auto response = start_heartbeat(request).get();
    EXPECT_EQ(response.error_code, static_cast<int16_t>(ErrorCode::kInvalidRequest));
    return response.error_message.value_or("");
  };
  EXPECT_EQ(refusal([](auto& r) { r.group_id = ""; }), "GroupId must not be empty");
  EXPECT_EQ(refusal([](auto& r) { r.member_id = ""; }), "MemberId must not be empty");
  EXPECT_EQ(refusal([](auto& r) { r.rebalance_timeout_ms = -1; }),
            "RebalanceTimeoutMs must be given when joining");
  EXPECT_EQ(refusal([](auto& r) { r.topic_partitions.reset(); }),
            "TopicPartitions must be empty when joining");
  EXPECT_EQ(refusal([](auto& r) { r.subscribed_topic_names.reset(); }),
            "SubscribedTopicNames or SubscribedTopicRegex must be given when joining");
  EXPECT_EQ(refusal([](auto& r) { r.instance_id = ""; }), "InstanceId must not be empty");
  EXPECT_EQ(refusal([](auto& r) { r.member_epoch = -2; }),
            "InstanceId must be given by a static member that leaves for a while");
  EXPECT_EQ(refusal([](auto& r) { r.member_epoch = -7; }), "MemberEpoch is less than -2");
  EXPECT_EQ(status(), "error 69");
}

TEST_F(ConsumerGroupsTest, an_expression_that_is_none_is_refused) {
  Member a{.id = "a", .topics = {}, .regex = "("};
  EXPECT_EQ(beat(a), ErrorCode::kInvalidRegularExpression);
}

TEST_F(ConsumerGroupsTest, what_was_said_before_a_wait_does_not_count_after_it) {
  Member a = joined({.id = "a"});
  Member b{.id = "b"};
  ASSERT_EQ(beat(b), ErrorCode::kNone);  // it is to get two
  ASSERT_EQ(beat(a), ErrorCode::kNone);  // and a to give them up
  assignors.play("uniform", [](const plugin::AssignorGroup& group) {
    SimAssignors::Readers all_to_a;
    for (const auto& topic : group.topics) all_to_a.emplace_back(topic.partitions, 0);
    return Result<SimAssignors::Readers>(all_to_a);
  });
  assignors.hold();
  b.topics = {"orders", "later"};
  auto broken_off = start_heartbeat(full(b));  // it has nothing, and waits for a target
  ASSERT_EQ(beat(a), ErrorCode::kNone);        // a has given up
  ASSERT_EQ(beat(b), ErrorCode::kNone);
  ASSERT_EQ(b.assigned.size(), 2u);
  assignors.release();
  run();
  EXPECT_TRUE(broken_off.answered());
  ASSERT_EQ(beat(a), ErrorCode::kNone);
  EXPECT_FALSE(intersects(a.assigned, b.assigned));
}

}  // namespace
}  // namespace tenon::groups
