// SPDX-License-Identifier: Apache-2.0
//
// Many logs of one engine that are flushed together: one job calls for all, the disk gets all their
// data at once, and each log answers for itself.

#include <algorithm>
#include <functional>

#include "fixture.h"

namespace tenon::segment {
namespace {

class SegmentRounds : public ::testing::Test {
 protected:
  // More than there are workers, so that a round is worth a write-back.
  static constexpr size_t kMany = 20;

  struct One {
    explicit One(CrashHost& host, CrashFs& fs)
        : log(host.interface<tn_storage>(TN_STORAGE_ID), host.self(), *fs.get()) {}
    TestSpec spec;
    TestLog log;
    FlushOutcome flushed;
    int64_t end = 0;
  };

  static std::string directory_of(size_t i) { return "/data/orders-" + std::to_string(i); }
  One& at(size_t i) { return *logs_[i]; }
  // Logs without anything to be synced.
  void open(size_t n) {
    for (size_t i = 0; i < n; i++) {
      logs_.push_back(std::make_unique<One>(host_, fs_));
      at(i).spec.directory = directory_of(i);
      at(i).spec.name = "orders-" + std::to_string(i);
      ASSERT_EQ(at(i).log.open(at(i).spec), TN_OK) << at(i).log.error();
      flush(i);
    }
    host_.run_jobs();
    for (auto& one : logs_) one->flushed = {};
    fs_.set_before([this](const char* operation, const std::string& path) {
      operations_.push_back(std::string(operation) + " " + path);
      return before_ ? before_(operation, path) : TN_OK;
    });
  }
  tn_code append(size_t i) {
    const int64_t offset = at(i).end;
    const tn_code code = at(i).log.append({make_batch({.base_offset = offset})});
    if (code == TN_OK) at(i).end++;
    return code;
  }
  void flush(size_t i) { at(i).log.flush(at(i).flushed); }
  void append_and_flush(size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
      ASSERT_EQ(append(i), TN_OK) << at(i).log.error();
      flush(i);
    }
  }
  // Does that once, when the first sync of the file of a log begins.
  void at_first_sync(const std::function<void()>& act) {
    before_ = [act, done = false](std::string_view operation, const std::string&) mutable {
      if (operation == "sync" && !std::exchange(done, true)) act();
      return TN_OK;
    };
  }
  size_t count(std::string_view operation) const {
    return static_cast<size_t>(std::ranges::count_if(
        operations_, [&](const std::string& done) { return done.starts_with(operation); }));
  }
  void expect_answered(size_t i, tn_code code) {
    EXPECT_EQ(at(i).flushed.calls, 1) << i;
    EXPECT_EQ(at(i).flushed.code, code) << i;
  }
  // What the power leaves of a log, when nothing survives that was not synced.
  int64_t end_after_crash(size_t i) {
    CrashFs disk = fs_.crash(CrashMode::kLose, 1);
    CrashHost host(disk, "segment");
    One one(host, disk);
    one.spec = at(i).spec;
    EXPECT_EQ(one.log.open(one.spec), TN_OK) << one.log.error();
    return one.log.state().end_offset;
  }

  CrashFs fs_;
  CrashHost host_{fs_, "segment"};
  CrashFs::Before before_;
  std::vector<std::string> operations_;
  std::vector<std::unique_ptr<One>> logs_;
};

TEST_F(SegmentRounds, logs_that_are_flushed_together_call_for_one_job) {
  open(kMany);
  append_and_flush(0, kMany);
  EXPECT_EQ(host_.waiting_jobs(), 1u);
  EXPECT_LE(host_.run_jobs(), 8u);
  EXPECT_EQ(count("sync "), kMany);
  for (size_t i = 0; i < kMany; i++) expect_answered(i, TN_OK);
  for (size_t i = 0; i < kMany; i++) EXPECT_EQ(end_after_crash(i), 1) << i;
}

TEST_F(SegmentRounds, the_disk_has_all_files_of_a_round_before_the_first_is_waited_for) {
  open(kMany);
  append_and_flush(0, kMany);
  operations_.clear();
  host_.run_jobs();
  ASSERT_EQ(operations_.size(), 2 * kMany);
  for (size_t i = 0; i < kMany; i++)
    EXPECT_TRUE(operations_[i].starts_with("start_writeback ")) << operations_[i];
  EXPECT_EQ(count("sync "), kMany);
}

TEST_F(SegmentRounds, a_round_with_a_worker_for_each_of_its_logs_just_syncs) {
  open(8);
  append_and_flush(0, 8);
  host_.run_jobs();
  EXPECT_EQ(count("start_writeback "), 0u);
  EXPECT_EQ(count("sync "), 8u);
  for (size_t i = 0; i < 8; i++) expect_answered(i, TN_OK);
}

TEST_F(SegmentRounds, who_comes_during_a_round_shares_the_next_one) {
  open(2 * kMany);
  append_and_flush(0, kMany);
  at_first_sync([&] {
    append_and_flush(kMany, 2 * kMany);
    operations_.clear();
  });
  host_.run_jobs();
  for (size_t i = 0; i < 2 * kMany; i++) expect_answered(i, TN_OK);
  // The first round goes on to its end, then the second begins as it did.
  for (size_t i = 0; i + 1 < kMany; i++)
    EXPECT_TRUE(operations_[i].starts_with("sync ")) << operations_[i];
  EXPECT_TRUE(operations_[kMany - 1].starts_with("start_writeback ")) << operations_[kMany - 1];
  EXPECT_EQ(count("start_writeback "), kMany);
  EXPECT_EQ(host_.waiting_jobs(), 0u);
}

TEST_F(SegmentRounds, several_flushes_of_a_log_are_each_answered_and_sync_once) {
  open(1);
  append_and_flush(0, 1);
  FlushOutcome second, third;
  at(0).log.flush(second);
  at(0).log.flush(third);
  EXPECT_EQ(host_.waiting_jobs(), 1u);
  host_.run_jobs();
  expect_answered(0, TN_OK);
  EXPECT_EQ(second.calls + third.calls, 2);
  EXPECT_EQ(count("sync "), 1u);
}

TEST_F(SegmentRounds, a_file_that_cannot_be_synced_fails_its_own_log_alone) {
  open(kMany);
  append_and_flush(0, kMany);
  before_ = [](std::string_view operation, const std::string& path) {
    return operation == "sync" && path.starts_with(directory_of(7) + "/") ? TN_E_IO : TN_OK;
  };
  host_.run_jobs();
  before_ = nullptr;
  for (size_t i = 0; i < kMany; i++) expect_answered(i, i == 7 ? TN_E_IO : TN_OK);
  for (size_t i = 0; i < kMany; i++) EXPECT_EQ(append(i), i == 7 ? TN_E_IO : TN_OK) << i;
  EXPECT_EQ(end_after_crash(6), 1);
  EXPECT_EQ(end_after_crash(7), 0);
}

TEST_F(SegmentRounds, a_sync_that_throws_fails_its_own_log_alone) {
  open(kMany);
  append_and_flush(0, kMany);
  before_ = [](std::string_view operation, const std::string& path) {
    if (operation == "sync" && path.starts_with(directory_of(3) + "/"))
      throw std::runtime_error("out of luck");
    return TN_OK;
  };
  host_.run_jobs();
  before_ = nullptr;
  for (size_t i = 0; i < kMany; i++) expect_answered(i, i == 3 ? TN_E_PANIC : TN_OK);
  for (size_t i = 0; i < kMany; i++) EXPECT_EQ(append(i), i == 3 ? TN_E_IO : TN_OK) << i;
}

TEST_F(SegmentRounds, logs_are_closed_and_removed_in_the_middle_of_a_round) {
  open(kMany);
  append_and_flush(0, kMany);
  at_first_sync([&] {
    EXPECT_EQ(at(10).log.close(false), TN_OK) << at(10).log.error();
    EXPECT_EQ(at(11).log.close(true), TN_OK) << at(11).log.error();
  });
  host_.run_jobs();
  // Closing has made the data durable, or there is none any more.
  for (size_t i = 0; i < kMany; i++) expect_answered(i, TN_OK);
  EXPECT_FALSE(fs_.exists(directory_of(11)));
  EXPECT_EQ(end_after_crash(10), 1);
  ASSERT_EQ(at(10).log.open(at(10).spec), TN_OK) << at(10).log.error();
  EXPECT_EQ(at(10).log.state().was_clean, 1u);
}

TEST_F(SegmentRounds, logs_that_were_given_up_before_their_round_are_still_answered) {
  open(kMany);
  append_and_flush(0, kMany);
  for (size_t i = 0; i < kMany; i++) EXPECT_EQ(at(i).log.close(false), TN_OK);
  EXPECT_EQ(at(0).flushed.calls, 0);
  host_.run_jobs();
  for (size_t i = 0; i < kMany; i++) expect_answered(i, TN_OK);
  EXPECT_EQ(fs_.open_files(), 0u);
}

TEST_F(SegmentRounds, a_recovery_point_moves_on_behind_the_answers_of_the_round) {
  open(kMany);
  for (size_t i = 0; i < kMany; i++) {
    while (at(i).log.segments().size() < 2) ASSERT_EQ(append(i), TN_OK);
    flush(i);
  }
  size_t answered = 0;
  before_ = [&](std::string_view operation, const std::string& path) {
    if (operation == "rename" && answered == 0 && path.ends_with("recovery-point.tmp"))
      for (const auto& one : logs_) answered += static_cast<size_t>(one->flushed.calls);
    return TN_OK;
  };
  host_.run_jobs();
  EXPECT_EQ(answered, kMany);
  for (size_t i = 0; i < kMany; i++)
    EXPECT_TRUE(fs_.exists(directory_of(i) + "/recovery-point")) << i;
}

TEST_F(SegmentRounds, a_host_that_cannot_start_a_write_back_is_good_enough) {
  fs_.hide_optional_members();
  open(kMany);
  append_and_flush(0, kMany);
  host_.run_jobs();
  EXPECT_EQ(count("start_writeback "), 0u);
  for (size_t i = 0; i < kMany; i++) EXPECT_EQ(end_after_crash(i), 1) << i;
}

}  // namespace
}  // namespace tenon::segment
