// SPDX-License-Identifier: Apache-2.0
//
// A journal on a disk that gets full, fails and stops at any operation. Whatever happens: no entry
// that was acknowledged is lost, none appears that was refused before a later one was acknowledged,
// the indexes have no gap, and what is left behind is never taken for damage.

#include <gtest/gtest.h>

#include <set>

#include "base/log.h"
#include "base/sim_scheduler.h"
#include "controller/disk/sim_files.h"
#include "controller/journal.h"

namespace tenon::controller {
namespace {

constexpr Crash kCrashes[] = {Crash::kKill, Crash::kPowerLoss, Crash::kPowerLossTorn};

class FaultTest : public ::testing::Test {
 protected:
  FaultTest() { set_log_level(LogLevel::kOff); }
  ~FaultTest() override { stop(); }

  // Opens the journal on the current disk; what it recovers is in `seen_`.
  Result<> boot() {
    stop();
    seen_.clear();
    auto journal = Journal::open({.files = files_.get(),
                                  .directory = "j",
                                  .scheduler = &sim_,
                                  .pool = &sim_,
                                  .frame_bytes_max = 2000});
    if (!journal) return forward(journal);
    journal_ = std::move(*journal);
    const auto& snapshot = journal_->snapshot();
    first_ = snapshot ? snapshot->index + 1 : 1;
    journal_->subscribe(first_, [this](std::span<const Entry> entries) {
      for (const Entry& entry : entries) seen_.push_back(entry);
    });
    return {};
  }
  Result<> boot_and_elect() {
    if (auto booted = boot(); !booted) return booted;
    auto elected = journal_->campaign(BrokerId{1});
    sim_.run();
    const auto leadership = elected.await_resume();
    if (!leadership) return std::unexpected(leadership.error());
    epoch_ = leadership->epoch;
    return {};
  }
  void stop() {
    sim_.run();
    journal_.reset();
    sim_.run();
  }
  void start_anew() {
    stop();
    files_ = std::make_unique<SimFiles>();
    acknowledged_.clear();
    ASSERT_TRUE(boot_and_elect());
    began_ = files_->operations();
  }
  // Appends of several sizes, one to three at a time, and a snapshot now and then.
  void live(int rounds = 12) {
    for (int round = 0; round < rounds; ++round) {
      std::vector<std::pair<Bytes, Future<Result<uint64_t>>>> answers;
      for (int i = 0; i <= round % 3; ++i) {
        ++made_;
        const Bytes payload(static_cast<size_t>(20 + made_ * 97 % 900),
                            static_cast<uint8_t>(made_));
        answers.emplace_back(payload, journal_->append(epoch_, payload));
      }
      sim_.run();
      for (auto& [payload, answer] : answers) note(payload, answer.await_resume());
      if (round % 5 == 4) take_snapshot();
    }
  }
  void note(const Bytes& payload, const Result<uint64_t>& answer) {
    if (answer) ASSERT_TRUE(acknowledged_.emplace(*answer, payload).second) << *answer;
    if (!answer) EXPECT_EQ(answer.error().code, Errc::kKafkaStorageError);
  }
  void take_snapshot() {
    auto saved = journal_->save_snapshot(journal_->durable_index(), [] { return Bytes(300, 7); });
    sim_.run();
    (void)saved.await_resume();
  }
  bool works() {
    const size_t before = acknowledged_.size();
    live(1);
    return acknowledged_.size() > before;
  }
  // What was seen holds every acknowledged entry that no snapshot stands for, at its index; how
  // many entries come after the last acknowledged one.
  uint64_t expect_acknowledged() {
    uint64_t index = first_ - 1;
    uint64_t behind = 0;
    const uint64_t last = acknowledged_.empty() ? 0 : acknowledged_.rbegin()->first;
    EXPECT_GE(index + seen_.size(), last);
    for (const Entry& entry : seen_) {
      EXPECT_EQ(entry.index, ++index);
      const auto found = acknowledged_.find(entry.index);
      if (found != acknowledged_.end()) EXPECT_EQ(entry.payload, found->second) << entry.index;
      if (entry.kind == EntryKind::kData && found == acknowledged_.end()) {
        EXPECT_GT(entry.index, last) << "it was refused, and an entry after it acknowledged";
        ++behind;
      }
    }
    return behind;
  }
  void expect_acknowledged_only() { EXPECT_EQ(expect_acknowledged(), 0U); }

  // Every way in which the machine may stop now.
  template <class Check>
  void after_each_crash(uint64_t seed, Check check) {
    stop();
    const auto stopped = std::move(files_);
    for (const Crash how : kCrashes) {
      files_ = stopped->after(how, seed);
      const Result<> booted = boot();
      ASSERT_TRUE(booted) << "seed " << seed << ": " << booted.error().text();
      check();
      stop();
    }
  }
  uint64_t operations_of_a_life() {
    start_anew();
    live();
    return files_->operations() - began_;
  }

  SimScheduler sim_;
  std::unique_ptr<SimFiles> files_ = std::make_unique<SimFiles>();
  std::unique_ptr<Journal> journal_;
  std::map<uint64_t, Bytes> acknowledged_;
  std::vector<Entry> seen_;
  uint64_t first_ = 1;
  uint64_t began_ = 0;
  int32_t epoch_ = 0;
  int made_ = 0;
};

TEST_F(FaultTest, a_disk_that_gets_full_at_any_write_costs_only_what_was_refused) {
  const uint64_t operations = operations_of_a_life();
  ASSERT_GT(operations, 30U);
  for (uint64_t from = 1; from <= operations; ++from) {
    for (const uint64_t length : {1, 3, 9, 40}) {
      for (const size_t torn : {size_t{0}, size_t{9}, size_t{600}, size_t{10'000}}) {
        start_anew();
        files_->fail_appends(began_ + from, began_ + from + length, torn);
        live();
        files_->fail_appends(0, 0);
        ASSERT_TRUE(works()) << "full from " << from << " for " << length;
        expect_acknowledged_only();
        after_each_crash(from, [&] { expect_acknowledged_only(); });
      }
    }
  }
}

TEST_F(FaultTest, any_one_operation_may_fail_and_only_a_directory_ends_the_journal) {
  const uint64_t operations = operations_of_a_life();
  uint64_t ended = 0;
  for (uint64_t at = 1; at <= operations; ++at) {
    start_anew();
    files_->fail_at(began_ + at, at * 31 % 700);
    live();
    if (!works()) ++ended;
    expect_acknowledged_only();
    after_each_crash(at, [&] { expect_acknowledged(); });
  }
  // Two snapshots, and the directory is synced for the segment behind each.
  EXPECT_EQ(ended, 2U);
}

// The mending can fail in turn: whatever it is that fails first, space and a whole disk come back.
TEST_F(FaultTest, a_disk_that_fails_while_the_journal_is_mended_is_mended_later) {
  const uint64_t operations = operations_of_a_life();
  for (uint64_t at = 1; at <= operations; ++at) {
    for (uint64_t then = 1; then <= 8; ++then) {
      start_anew();
      files_->fail_sync_at(began_ + at);
      files_->fail_at(began_ + at + then, 100);
      live();
      const bool goes_on = works();
      expect_acknowledged_only();
      after_each_crash(at + then, [&] {
        const uint64_t behind = expect_acknowledged();
        if (goes_on) EXPECT_EQ(behind, 0U);
      });
    }
  }
}

TEST_F(FaultTest, the_machine_may_stop_at_any_operation_of_a_failing_disk) {
  const uint64_t operations = operations_of_a_life();
  SeededRandom random(7);
  for (uint64_t seed = 1; seed <= 1500; ++seed) {
    start_anew();
    const uint64_t full = began_ + 1 + random.below(operations);
    files_->fail_sync_at(began_ + 1 + random.below(2 * operations));
    files_->fail_at(began_ + 1 + random.below(2 * operations), random.below(1200));
    files_->fail_appends(full, full + random.below(12), random.below(1200));
    files_->crash_at(began_ + 1 + random.below(operations + 20), random.below(1200));
    live();
    expect_acknowledged();
    after_each_crash(seed, [&] { expect_acknowledged(); });
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

// What a crash left is continued, and nothing of it comes back between what is written then.
TEST_F(FaultTest, life_goes_on_after_a_crash_on_a_full_disk) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    start_anew();
    files_->fail_appends(began_ + 1 + seed % 40, began_ + 10 + seed % 40, seed * 37 % 900);
    files_->crash_at(began_ + 5 + seed % 40, seed * 17 % 900);
    live();
    stop();
    files_ = files_->after(kCrashes[seed % 3], seed);
    ASSERT_TRUE(boot_and_elect()) << seed;
    expect_acknowledged();
    for (const Entry& entry : seen_) {
      if (entry.kind == EntryKind::kData) acknowledged_[entry.index] = entry.payload;
    }
    live();
    after_each_crash(seed, [&] { expect_acknowledged_only(); });
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace tenon::controller
