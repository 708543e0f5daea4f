// SPDX-License-Identifier: Apache-2.0
//
// The runtime with the smallest state machine there is: a map from key to value.

#include "statemachine/coordinator.h"

#include <gtest/gtest.h>

#include <map>

#include "base/log.h"
#include "base/sim_scheduler.h"
#include "record/builder.h"
#include "statemachine/sim_log.h"

namespace tenon::statemachine {
namespace {

class MapMachine final : public StateMachine {
 public:
  Result<> replay(const CommittedRecord& record) override {
    const std::string key(as_text(record.key));
    if (key == "poison") return fail(Errc::kCorruptData, "map", "poisoned");
    if (record.value) {
      map[key] = as_text(*record.value);
    } else {
      map.erase(key);
    }
    return {};
  }
  std::map<std::string, std::string> map;
};

Bytes bytes_of(std::string_view text) {
  return Bytes(text.begin(), text.end());
}

class CoordinatorTest : public ::testing::Test {
 protected:
  CoordinatorTest() { set_log_level(LogLevel::kOff); }
  ~CoordinatorTest() override { set_log_level(LogLevel::kInfo); }

  void load() {
    loaded.emplace(start(coordinator.load()));
    scheduler.run();
  }
  void put(const std::string& key, const std::string& value) {
    std::vector<Record> records;
    records.push_back({bytes_of(key), bytes_of(value)});
    coordinator.write(std::move(records), settled());
  }
  void remove(const std::string& key) {
    std::vector<Record> records;
    records.push_back({bytes_of(key), std::nullopt});
    coordinator.write(std::move(records), settled());
  }
  Coordinator::Settled settled() {
    return [this](Result<Offset> result) {
      answers.push_back(result ? std::to_string(result->value)
                               : std::string(to_string(result.error().code)));
    };
  }
  void preload(std::optional<std::string> key, const std::string& value) {
    record::BatchBuilder builder;
    record::NewRecord added{.value = as_bytes(value)};
    if (key) added.key = as_bytes(*key);
    builder.add(added);
    log.preload(builder.build());
  }
  Errc load_error() { return loaded->await_resume().error().code; }

  SimScheduler scheduler;
  SimLog log;
  MapMachine machine;
  Coordinator coordinator{{scheduler, log, machine, "test-0"}};
  std::optional<Future<Result<>>> loaded;
  std::vector<std::string> answers;
};

using Map = std::map<std::string, std::string>;

TEST_F(CoordinatorTest, state_changes_when_the_record_is_committed_and_not_before) {
  load();
  log.hold();
  put("a", "1");
  scheduler.run();
  EXPECT_TRUE(machine.map.empty());
  EXPECT_TRUE(answers.empty());
  log.release();
  scheduler.run();
  EXPECT_EQ(machine.map, (Map{{"a", "1"}}));
  EXPECT_EQ(answers, (std::vector<std::string>{"0"}));
}

TEST_F(CoordinatorTest, never_calls_back_from_inside_write) {
  load();
  put("a", "1");
  EXPECT_TRUE(answers.empty());
  scheduler.run();
  EXPECT_EQ(answers.size(), 1u);
}

TEST_F(CoordinatorTest, a_failed_append_leaves_the_state_alone_and_says_why) {
  load();
  log.fail_with(Errc::kNotEnoughReplicas);
  put("a", "1");
  scheduler.run();
  EXPECT_TRUE(machine.map.empty());
  EXPECT_EQ(answers, (std::vector<std::string>{"NotEnoughReplicas"}));
}

TEST_F(CoordinatorTest, the_log_gives_the_same_state_again) {
  load();
  put("a", "1");
  put("b", "2");
  remove("a");
  scheduler.run();
  MapMachine fresh;
  Coordinator again{{scheduler, log, fresh, "test-0"}};
  auto future = start(again.load());
  scheduler.run();
  EXPECT_TRUE(again.is_active());
  EXPECT_EQ(fresh.map, machine.map);
  EXPECT_EQ(fresh.map, (Map{{"b", "2"}}));
}

TEST_F(CoordinatorTest, is_loading_until_the_log_is_read) {
  log.hold();
  load();
  EXPECT_EQ(coordinator.state(), Coordinator::State::kLoading);
  log.release();
  scheduler.run();
  EXPECT_EQ(coordinator.state(), Coordinator::State::kActive);
}

TEST_F(CoordinatorTest, refuses_writes_while_it_is_not_active) {
  put("a", "1");
  scheduler.run();
  EXPECT_EQ(answers, (std::vector<std::string>{"NotCoordinator"}));
  EXPECT_EQ(log.batches(), 0u);
}

TEST_F(CoordinatorTest, a_record_that_it_does_not_understand_fails_the_load) {
  preload("poison", "1");
  load();
  EXPECT_EQ(coordinator.state(), Coordinator::State::kFailed);
  EXPECT_EQ(load_error(), Errc::kCorruptData);
}

TEST_F(CoordinatorTest, a_record_without_a_key_fails_the_load) {
  preload(std::nullopt, "1");
  load();
  EXPECT_EQ(load_error(), Errc::kCorruptData);
}

TEST_F(CoordinatorTest, an_unreadable_log_fails_the_load) {
  log.fail_with(Errc::kIo);
  load();
  EXPECT_EQ(load_error(), Errc::kIo);
}

TEST_F(CoordinatorTest, respond_parks_the_response_until_its_records_are_committed) {
  load();
  log.hold();
  Outcome<int> outcome{.records = {}, .response = 7};
  outcome.records.push_back({bytes_of("a"), bytes_of("1")});
  auto future = start(coordinator.respond(std::move(outcome)));
  scheduler.run();
  EXPECT_FALSE(future.ready());
  log.release();
  scheduler.run();
  ASSERT_TRUE(future.ready());
  EXPECT_EQ(future.await_resume(), 7);
}

TEST_F(CoordinatorTest, respond_answers_at_once_when_there_is_nothing_to_write) {
  load();
  auto future = start(coordinator.respond(Outcome<int>{.records = {}, .response = 7}));
  EXPECT_TRUE(future.ready());
}

TEST_F(CoordinatorTest, stop_waits_for_writes_on_their_way) {
  load();
  log.hold();
  put("a", "1");
  auto stopped = start(coordinator.stop());
  scheduler.run();
  EXPECT_FALSE(stopped.ready());
  log.release();
  scheduler.run();
  EXPECT_TRUE(stopped.ready());
  EXPECT_EQ(machine.map, (Map{{"a", "1"}}));
}

TEST_F(CoordinatorTest, stop_waits_for_a_load_and_wins_over_it) {
  log.hold();
  load();
  auto stopped = start(coordinator.stop());
  EXPECT_FALSE(stopped.ready());
  log.release();
  scheduler.run();
  EXPECT_TRUE(stopped.ready());
  EXPECT_EQ(coordinator.state(), Coordinator::State::kStopped);
  EXPECT_EQ(load_error(), Errc::kShutdown);
}

TEST_F(CoordinatorTest, drops_callbacks_when_it_is_gone) {
  auto short_lived =
      std::make_unique<Coordinator>(Coordinator::Parts{scheduler, log, machine, "test-0"});
  auto future = start(short_lived->load());
  scheduler.run();
  log.hold();
  std::vector<Record> records;
  records.push_back({bytes_of("a"), bytes_of("1")});
  short_lived->write(std::move(records), settled());
  short_lived.reset();
  log.release();
  scheduler.run();
  EXPECT_TRUE(answers.empty());
  EXPECT_TRUE(machine.map.empty());
}

}  // namespace
}  // namespace tenon::statemachine
