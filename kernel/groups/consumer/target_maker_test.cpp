// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/target_maker.h"

#include "groups/consumer/heartbeat.h"
#include "groups/testing/consumer_fixture.h"
#include "groups/testing/lone_parts.h"

namespace tenon::groups {
namespace {

// A maker over a simulated log, without a coordinator around it. Of the fixture it has the topic
// "orders" with four partitions.
class TargetMakerTest : public ConsumerFixture {
 protected:
  TargetMakerTest() { stop(); }
  ~TargetMakerTest() override {
    assignors.release();
    maker.stop();
    parts.stop();
    auto drained = start(running.drained());
    run();
    EXPECT_TRUE(drained.ready());
  }
  void write(Records records) {
    auto written =
        start(parts.runtime.respond(statemachine::Outcome<bool>{std::move(records), true}));
    run();
    TN_ASSERT(written.ready());
  }
  static MemberWords words(std::optional<std::string> instance = std::nullopt) {
    MemberWords words;
    words.instance_id = std::move(instance);
    words.topics = {"orders"};
    return words;
  }
  // The members come, and the group's epoch is `epoch`.
  void given(int32_t epoch, const std::vector<std::string>& members) {
    Records records{epoch_record("g", epoch, 0)};
    for (const std::string& id : members) records.push_back(words_record("g", id, words()));
    write(std::move(records));
  }
  void begin() {
    maker.start("g");
    run();
  }
  Future<void> made() {
    auto future = maker.made("g");
    run();
    return future;
  }
  const ConsumerGroup& group() const { return *parts.table.find("g")->consumer; }
  size_t share_of(const std::string& member_id) const {
    return group().target_of(member_id).size();
  }
  std::string epochs() const {
    return fmt::format("{}/{}", group().epoch(), group().assignment_epoch());
  }
  void play_ill() {
    assignors.play("uniform", [](const auto&) { return fail(Errc::kPluginFailed, "u", "ill"); });
  }

  LoneParts parts{{.scheduler = scheduler,
                   .random = random,
                   .config = config,
                   .assignors = assignors,
                   .image = [this] { return image; }}};
  statemachine::SimLog& own_log = parts.log;
  Running running;
  TargetMaker maker{{.coordinator = parts.shared, .running = running}};
};

TEST_F(TargetMakerTest, there_is_nothing_to_wait_for_without_a_change) {
  EXPECT_TRUE(made().ready());
  given(1, {"a"});
  begin();
  const size_t asked = assignors.asked();
  EXPECT_TRUE(made().ready());
  begin();
  EXPECT_EQ(assignors.asked(), asked);
}

TEST_F(TargetMakerTest, the_target_is_of_the_epoch_that_was_asked_for) {
  given(1, {"a", "b"});
  assignors.hold();
  auto waiting = made();
  EXPECT_FALSE(waiting.ready());
  assignors.release();
  run();
  EXPECT_TRUE(waiting.ready());
  EXPECT_EQ(epochs(), "1/1");
  EXPECT_EQ(share_of("a") + 10 * share_of("b"), 22u);
  EXPECT_NE(group().metadata_hash(), 0);
}

TEST_F(TargetMakerTest, only_what_is_different_is_written) {
  given(1, {"a", "b"});
  begin();
  const size_t before = own_log.all_records().size();
  write({next_epoch_record({"g", group(), 9})});
  begin();
  // The epoch, and that of the target: nobody is to have anything else.
  EXPECT_EQ(own_log.all_records().size(), before + 2);
  EXPECT_EQ(epochs(), "2/2");
}

TEST_F(TargetMakerTest, what_changes_meanwhile_is_asked_about_once_more) {
  given(1, {"a"});
  assignors.hold();
  auto first = made();
  given(2, {"b"});
  auto second = made();
  given(3, {"c"});
  begin();
  assignors.release();
  run();
  EXPECT_TRUE(first.ready() && second.ready());
  EXPECT_EQ(assignors.asked(), 2u);
  EXPECT_EQ(epochs(), "3/3");
  EXPECT_EQ(share_of("c"), 1u);
}

TEST_F(TargetMakerTest, who_waits_for_a_later_epoch_is_not_answered_with_an_earlier_one) {
  given(1, {"a"});
  assignors.hold();
  auto first = made();
  given(2, {"b"});
  auto second = made();
  own_log.hold();
  assignors.release();
  run();
  assignors.hold();
  own_log.release();
  run();
  EXPECT_TRUE(first.ready() && !second.ready());
  assignors.release();
  run();
  EXPECT_TRUE(second.ready());
}

TEST_F(TargetMakerTest, who_went_meanwhile_is_given_nothing) {
  given(1, {"a", "b"});
  assignors.hold();
  begin();
  write(removal_records({"g", group(), 9}, {"b"}));
  assignors.release();
  run();
  EXPECT_FALSE(group().targets().contains("b"));
  EXPECT_EQ(share_of("a"), 4u);
}

TEST_F(TargetMakerTest, an_instance_that_came_back_under_another_id_is_given_what_it_was_to_have) {
  given(1, {});
  write({words_record("g", "a", words("one"))});
  begin();
  given(2, {"b"});
  assignors.hold();
  auto waiting = made();
  write(replacement_records({"g", group(), 9}, *group().find("a"), "z", words("one"), kJoinEpoch));
  assignors.release();
  run();
  EXPECT_EQ(epochs(), "2/2");
  EXPECT_EQ(share_of("z"), 2u);
  EXPECT_FALSE(intersects(group().target_of("z"), group().target_of("b")));
}

TEST_F(TargetMakerTest, a_group_that_was_made_anew_is_not_given_what_the_old_one_was_to_have) {
  given(1, {"a"});
  assignors.hold();
  begin();
  write(consumer_group_tombstones("g", group()));
  given(1, {"b"});
  auto waiting = made();
  assignors.release();
  run();
  EXPECT_TRUE(waiting.ready());
  EXPECT_EQ(epochs(), "1/1");
  EXPECT_EQ(share_of("b"), 4u);
}

TEST_F(TargetMakerTest, a_group_that_is_gone_is_written_nothing) {
  given(1, {"a"});
  assignors.hold();
  auto waiting = made();
  write(consumer_group_tombstones("g", group()));
  const size_t before = own_log.all_records().size();
  assignors.release();
  run();
  EXPECT_TRUE(waiting.ready());
  EXPECT_EQ(own_log.all_records().size(), before);
}

TEST_F(TargetMakerTest, topics_that_are_what_they_were_raise_nothing) {
  given(1, {"a"});
  begin();
  const size_t before = own_log.all_records().size();
  maker.verify("g");
  run();
  EXPECT_EQ(assignors.asked(), 2u);
  EXPECT_EQ(own_log.all_records().size(), before);
}

TEST_F(TargetMakerTest, topics_that_are_not_what_they_were_raise_the_epoch) {
  given(1, {"a"});
  begin();
  add_topic("orders", 5, 4);
  maker.verify("g");
  run();
  EXPECT_EQ(epochs(), "2/2");
  EXPECT_EQ(share_of("a"), 5u);
}

TEST_F(TargetMakerTest, a_renewal_raises_the_epoch_in_any_case) {
  given(1, {"a"});
  begin();
  maker.renew("g");
  run();
  EXPECT_EQ(epochs(), "2/2");
}

TEST_F(TargetMakerTest, of_what_is_asked_for_meanwhile_the_most_is_done) {
  given(1, {"a"});
  assignors.hold();
  begin();
  maker.renew("g");
  maker.verify("g");
  assignors.release();
  run();
  EXPECT_EQ(epochs(), "2/2");
}

TEST_F(TargetMakerTest, an_assignor_that_fails_is_asked_again_after_longer_and_longer) {
  given(1, {"a"});
  play_ill();
  auto waiting = made();
  EXPECT_TRUE(waiting.ready());
  EXPECT_EQ(maker.problem("g"), "u: ill");
  for (const int wait : {1, 2, 4, 8, 16, 30, 30}) {
    const size_t asked = assignors.asked();
    pass(seconds(wait) - milliseconds(1));
    EXPECT_EQ(assignors.asked(), asked) << wait;
    pass(milliseconds(1));
    EXPECT_EQ(assignors.asked(), asked + 1) << wait;
  }
}

TEST_F(TargetMakerTest, a_change_does_not_wait_for_the_next_try) {
  given(1, {"a"});
  play_ill();
  begin();
  assignors.play("uniform", SimAssignors::deal);
  given(2, {"b"});
  begin();
  EXPECT_EQ(epochs(), "2/2");
  EXPECT_EQ(maker.problem("g"), "");
  const size_t asked = assignors.asked();
  pass(seconds(60));
  EXPECT_EQ(assignors.asked(), asked);
}

TEST_F(TargetMakerTest, a_target_that_cannot_be_written_is_made_again) {
  given(1, {"a"});
  own_log.fail_with(Errc::kNotEnoughReplicas);
  begin();
  EXPECT_EQ(epochs(), "1/0");
  EXPECT_NE(maker.problem("g"), "");
  own_log.recover();
  pass(seconds(1));
  EXPECT_EQ(epochs(), "1/1");
}

TEST_F(TargetMakerTest, a_problem_goes_with_the_members_that_had_it) {
  given(1, {"a"});
  play_ill();
  begin();
  write(removal_records({"g", group(), 9}, {"a"}));
  pass(seconds(1));
  EXPECT_EQ(maker.problem("g"), "");
  EXPECT_EQ(scheduler.timers(), 0u);
}

TEST_F(TargetMakerTest, who_has_waited_as_long_as_an_assignor_may_take_is_answered) {
  given(1, {"a"});
  assignors.hold();
  auto waiting = made();
  pass(milliseconds(config.assignor_timeout_ms - 1));
  EXPECT_FALSE(waiting.ready());
  pass(milliseconds(1));
  EXPECT_TRUE(waiting.ready());
}

TEST_F(TargetMakerTest, a_group_that_changes_all_the_time_is_not_assigned_all_the_time) {
  config.consumer.assignment_interval_ms.value = 1'000;
  given(1, {"a"});
  begin();
  given(2, {"b"});
  begin();
  pass(milliseconds(999));
  EXPECT_EQ(epochs(), "2/1");
  pass(milliseconds(1));
  EXPECT_EQ(epochs(), "2/2");
}

TEST_F(TargetMakerTest, expressions_are_written_when_they_stand_for_something_else) {
  MemberWords by_regex = words();
  by_regex.topics = {};
  by_regex.regex = "ord.*";
  given(1, {});
  write({words_record("g", "a", by_regex)});
  begin();
  EXPECT_EQ(group().regexes().at("ord.*").topics, std::vector<std::string>{"orders"});
  add_topic("ordinary", 1);
  maker.verify("g");
  run();
  EXPECT_EQ(group().regexes().at("ord.*").topics.size(), 2u);
  EXPECT_EQ(share_of("a"), 5u);
}

TEST_F(TargetMakerTest, an_expression_that_nobody_uses_any_more_is_not_written) {
  MemberWords by_regex = words();
  by_regex.regex = "ord.*";
  given(1, {});
  write({words_record("g", "a", by_regex)});
  assignors.hold();
  begin();
  write({words_record("g", "a", words()), next_epoch_record({"g", group(), 9})});
  assignors.release();
  run();
  EXPECT_FALSE(group().regexes().contains("ord.*"));
}

TEST_F(TargetMakerTest, an_assignor_that_is_not_loaded_here_is_replaced_by_the_first) {
  given(1, {"a"});
  MemberWords wish = words();
  wish.assignor = "range";
  write({words_record("g", "a", wish)});
  EXPECT_EQ(maker.assignor_of(group()), "range");
  assignors.forget("range");
  EXPECT_EQ(maker.assignor_of(group()), "uniform");
  config.consumer.assignors.clear();
  EXPECT_EQ(maker.assignor_of(group()), "");
}

TEST_F(TargetMakerTest, at_the_end_all_who_wait_are_answered_and_nothing_is_asked) {
  given(1, {"a"});
  assignors.hold();
  auto waiting = made();
  maker.stop();
  run();
  EXPECT_TRUE(waiting.ready());
  EXPECT_TRUE(made().ready());
  assignors.release();
  maker.renew("g");
  run();
  EXPECT_EQ(assignors.asked(), 1u);
  EXPECT_EQ(epochs(), "1/0");
}

}  // namespace
}  // namespace tenon::groups
