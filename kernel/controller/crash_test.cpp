// SPDX-License-Identifier: Apache-2.0
//
// A machine that stops at any operation of its disk loses no change that was answered, and keeps no
// half of one that was not.

#include <set>

#include "controller/controller_fixture.h"

namespace tenon::controller {
namespace {

class CrashTest : public ControllerFixture {
 protected:
  // One life of a controller: changes of every kind, two at a time, through two snapshots.
  void live() {
    snapshot_after_bytes_ = 600;
    if (!try_boot()) return;
    for (int i = 0; i < 12; ++i) {
      auto one = begin(controller_->create_topic(named("a" + std::to_string(i), 3)));
      auto two = begin(controller_->create_topic(named("b" + std::to_string(i), 1)));
      note(wait(std::move(one)));
      note(wait(std::move(two)));
      if (i % 4 == 3) note(drop("b" + std::to_string(i - 1)));
      const auto block = wait(controller_->allocate_producer_ids());
      if (block) next_producer_id_ = block->first.value + block->count;
    }
  }
  void note(const Result<CreatedTopic>& created) {
    if (created) acknowledged_[created->name] = created->id;
  }
  void note(const Result<DeletedTopic>& deleted) {
    if (deleted) acknowledged_.erase(deleted->name);
    // One that was not answered may have happened or not.
    if (!deleted) unsure_.insert("b2"), unsure_.insert("b6"), unsure_.insert("b10");
  }
  void expect_everything_acknowledged() {
    const auto& image = *controller_->image();
    for (const auto& [name, id] : acknowledged_) {
      const auto* found = image.find(name);
      if (!found && unsure_.contains(name)) continue;
      ASSERT_NE(found, nullptr) << name;
      EXPECT_EQ(found->id, id) << name;
    }
    EXPECT_GE(image.next_producer_id(), next_producer_id_);
    for (const auto& info : image.topics())
      EXPECT_EQ(info.partitions.size(), info.name[0] == 'a' ? 3u : 1u) << info.name;
  }

  std::map<std::string, Uuid> acknowledged_;
  std::set<std::string> unsure_;
  int64_t next_producer_id_ = 0;
};

TEST_F(CrashTest, no_acknowledged_change_is_lost_whenever_the_machine_stops) {
  uint64_t operation = 0;
  for (bool completed = false; !completed;) {
    ++operation;
    stop();
    files_ = std::make_unique<SimFiles>();
    files_->crash_at(operation, operation * 13 % 97);
    acknowledged_.clear();
    unsure_.clear();
    next_producer_id_ = 0;
    live();
    completed = !files_->crashed();
    const auto stopped = std::move(files_);
    for (const Crash how : {Crash::kKill, Crash::kPowerLoss, Crash::kPowerLossTorn}) {
      files_ = stopped->after(how, operation);
      const Result<> started = try_boot();
      ASSERT_TRUE(started) << "operation " << operation << ": " << started.error().text();
      expect_everything_acknowledged();
      stop();
    }
  }
  EXPECT_GT(operation, 100u);
  EXPECT_EQ(acknowledged_.size(), 21u);
}

// What a restart found and served must be there after the next one, too.
TEST_F(CrashTest, a_change_that_was_seen_after_a_crash_stays) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    files_ = std::make_unique<SimFiles>();
    files_->crash_at(20 + seed, seed % 50);
    live();
    crash(seed % 2 == 0 ? Crash::kPowerLossTorn : Crash::kKill, seed);
    boot();
    const auto seen = controller_->image();
    crash(Crash::kPowerLoss);
    boot();
    ASSERT_EQ(controller_->image()->topics().size(), seen->topics().size()) << seed;
    for (const auto& info : seen->topics()) EXPECT_EQ(*topic(info.name), info);
    stop();
  }
}

}  // namespace
}  // namespace tenon::controller
