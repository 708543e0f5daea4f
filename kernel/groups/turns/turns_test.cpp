// SPDX-License-Identifier: Apache-2.0

#include "groups/turns/turns.h"

#include "groups/testing/group_fixture.h"
#include "groups/testing/lone_parts.h"

namespace tenon::groups {
namespace {

// Turns over a simulated log, without a coordinator around them.
class TurnsTest : public ::testing::Test {
 protected:
  TurnsTest() { set_log_level(LogLevel::kOff); }
  ~TurnsTest() override {
    parts.stop();
    auto drained = start(turns.drained());
    scheduler.run();
    EXPECT_TRUE(drained.ready());
    set_log_level(LogLevel::kInfo);
  }

  static statemachine::Record generation(const std::string& id, int32_t number) {
    return group_record(id, {.protocol_type = "consumer",
                             .generation = number,
                             .protocol = std::nullopt,
                             .leader = std::nullopt});
  }
  // An act that decides on the generation, and notes what came of it.
  Turns::Act begin(int32_t number, const std::string& id = "g") {
    return [this, number, id](Group*) {
      turns.decide(generation(id, number), [this](Group& group, const Result<>& written) {
        notes.push_back(written ? std::to_string(group.generation()) : "refused");
      });
    };
  }
  void take(Turns::Act act, const std::string& id = "g") {
    spawn(turns.take(id, std::move(act)));
    scheduler.run();
  }
  Turns::Act note(const std::string& text) {
    return [this, text](Group*) { notes.push_back(text); };
  }

  using Notes = std::vector<std::string>;
  Notes notes;
  SimScheduler scheduler;
  SeededRandom random{7};
  GroupConfig config;
  SimAssignors assignors;
  LoneParts parts{{.scheduler = scheduler,
                   .random = random,
                   .config = config,
                   .assignors = assignors,
                   .image = [] { return metadata::Image::empty("test-cluster"); }}};
  statemachine::SimLog& log = parts.log;
  GroupTable& table = parts.table;
  statemachine::Coordinator& runtime = parts.runtime;
  Turns turns{parts.shared};
};

TEST_F(TurnsTest, what_is_decided_is_true_when_it_is_settled) {
  take(begin(4));
  EXPECT_EQ(notes, Notes{"4"});
  EXPECT_EQ(table.find("g")->generation(), 4);
}

TEST_F(TurnsTest, nothing_is_true_before_it_is_in_the_log) {
  table.get_or_create("g").set_persisted(true);
  log.hold();
  take(begin(4));
  EXPECT_EQ(table.find("g")->generation(), 0);
  EXPECT_TRUE(notes.empty());
}

TEST_F(TurnsTest, the_next_event_waits_until_the_one_before_is_settled) {
  log.hold();
  take(begin(4));
  take(note("next"));
  EXPECT_TRUE(notes.empty());
  log.release();
  scheduler.run();
  EXPECT_EQ(notes, (Notes{"4", "next"}));
}

TEST_F(TurnsTest, other_groups_do_not_wait) {
  log.hold();
  take(begin(4));
  take(note("other"), "h");
  EXPECT_EQ(notes, Notes{"other"});
}

TEST_F(TurnsTest, what_cannot_be_written_changes_nothing) {
  table.get_or_create("g").set_persisted(true);
  log.fail_with(Errc::kNotEnoughReplicas);
  take(begin(4));
  EXPECT_EQ(notes, Notes{"refused"});
  EXPECT_EQ(table.find("g")->generation(), 0);
}

TEST_F(TurnsTest, a_refusal_may_decide_once_more_in_the_same_turn) {
  table.get_or_create("g").set_persisted(true);
  log.fail_with(Errc::kNotEnoughReplicas);
  take([this](Group*) {
    turns.decide(generation("g", 4), [this](Group& group, const Result<>&) {
      log.recover();
      begin(5)(&group);
    });
  });
  EXPECT_EQ(notes, Notes{"5"});
}

TEST_F(TurnsTest, what_happens_to_a_group_by_itself_needs_a_living_classic_group) {
  turns.queue("g", [this](Group&) { notes.push_back("none"); });
  table.get_or_create("d").transition_to(GroupState::kDead, 0);
  turns.queue("d", [this](Group&) { notes.push_back("dead"); });
  table.get_or_create("c").consumer = std::make_unique<ConsumerGroup>(scheduler);
  turns.queue("c", [this](Group&) { notes.push_back("consumer"); });
  table.get_or_create("l");
  turns.queue("l", [this](Group&) { notes.push_back("living"); });
  scheduler.run();
  EXPECT_EQ(notes, Notes{"living"});
}

TEST_F(TurnsTest, a_group_that_a_refused_request_brought_into_being_goes_with_its_turn) {
  take([this](Group*) { table.get_or_create("g"); });
  EXPECT_EQ(table.find("g"), nullptr);
}

TEST_F(TurnsTest, after_the_end_acts_are_dropped_and_what_is_under_way_is_waited_for) {
  log.hold();
  take(begin(4));
  take(note("waits"));
  auto stopped = start(runtime.stop());
  auto drained = start(turns.drained());
  take(note("late"), "h");
  EXPECT_FALSE(drained.ready());
  log.release();
  scheduler.run();
  EXPECT_TRUE(drained.ready());
  EXPECT_EQ(notes, Notes{"4"});
}

}  // namespace
}  // namespace tenon::groups
