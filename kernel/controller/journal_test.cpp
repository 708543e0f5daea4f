// SPDX-License-Identifier: Apache-2.0

#include "controller/journal.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "base/sim_scheduler.h"
#include "controller/disk/sim_files.h"

namespace tenon::controller {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() { set_log_level(LogLevel::kOff); }

  void open() {
    journal_.reset();
    auto journal = Journal::open({.files = files_.get(),
                                  .directory = "j",
                                  .scheduler = &sim_,
                                  .pool = &sim_,
                                  .frame_bytes_max = 100});
    ASSERT_TRUE(journal) << journal.error().text();
    journal_ = std::move(*journal);
    const uint64_t from = journal_->snapshot() ? journal_->snapshot()->index + 1 : 1;
    seen_.clear();
    groups_ = 0;
    journal_->subscribe(from, [this](std::span<const Entry> entries) {
      ++groups_;
      for (const Entry& entry : entries) seen_.push_back(entry);
    });
  }
  template <class T>
  T wait(Future<T> future) {
    sim_.run();
    EXPECT_TRUE(future.ready());
    return future.await_resume();
  }
  void elect() {
    const auto leadership = wait(journal_->campaign(BrokerId{1}));
    ASSERT_TRUE(leadership) << leadership.error().text();
    epoch_ = leadership->epoch;
  }
  Future<Result<uint64_t>> append(std::string_view text) {
    const ByteView bytes = as_bytes(text);
    return journal_->append(epoch_, Bytes(bytes.begin(), bytes.end()));
  }
  Result<> snapshot() {
    return wait(journal_->save_snapshot(journal_->durable_index(), [] { return Bytes{7}; }));
  }
  std::string seen_text() const {
    std::string out;
    for (const Entry& entry : seen_)
      out += entry.kind == EntryKind::kData ? std::string(as_text(entry.payload)) : "!";
    return out;
  }

  SimScheduler sim_;
  std::unique_ptr<SimFiles> files_ = std::make_unique<SimFiles>();
  std::unique_ptr<Journal> journal_;
  std::vector<Entry> seen_;
  int groups_ = 0;
  int32_t epoch_ = 0;
};

TEST_F(JournalTest, an_appended_entry_is_seen_and_then_answered) {
  open();
  elect();
  EXPECT_EQ(*wait(append("a")), 2u);
  EXPECT_EQ(seen_text(), "!a");
  EXPECT_EQ(journal_->durable_index(), 2u);
}

TEST_F(JournalTest, nothing_is_answered_before_it_is_synced) {
  open();
  elect();
  const uint64_t syncs = files_->syncs();
  auto future = append("a");
  EXPECT_FALSE(future.ready());
  EXPECT_EQ(seen_text(), "!");
  EXPECT_EQ(*wait(std::move(future)), 2u);
  EXPECT_GT(files_->syncs(), syncs);
}

TEST_F(JournalTest, appends_that_wait_together_share_one_sync) {
  open();
  elect();
  const uint64_t syncs = files_->syncs();
  std::vector<Future<Result<uint64_t>>> futures;
  for (int i = 0; i < 50; ++i) futures.push_back(append("x"));
  sim_.run();
  // The first went alone; all others while it was on its way.
  EXPECT_EQ(files_->syncs(), syncs + 2);
  EXPECT_EQ(groups_, 3);
  for (uint64_t i = 0; i < 50; ++i) EXPECT_EQ(*futures[i].await_resume(), i + 2);
}

TEST_F(JournalTest, a_frame_holds_only_so_many_bytes) {
  open();
  elect();
  const uint64_t syncs = files_->syncs();
  for (int i = 0; i < 5; ++i) (void)append(std::string(60, 'x'));
  sim_.run();
  EXPECT_EQ(files_->syncs(), syncs + 5);
  EXPECT_EQ(seen_.size(), 6u);
}

TEST_F(JournalTest, what_was_appended_is_seen_after_a_restart) {
  open();
  elect();
  (void)wait(append("a"));
  (void)wait(append("b"));
  open();
  EXPECT_EQ(seen_text(), "!ab");
  EXPECT_EQ(journal_->epoch(), 1);
  EXPECT_EQ(groups_, 1);
}

TEST_F(JournalTest, each_campaign_has_a_higher_epoch_even_after_a_restart) {
  open();
  elect();
  EXPECT_EQ(epoch_, 1);
  elect();
  EXPECT_EQ(epoch_, 2);
  open();
  elect();
  EXPECT_EQ(epoch_, 3);
}

TEST_F(JournalTest, an_older_epoch_is_fenced_from_the_campaign_on) {
  open();
  elect();
  auto before = append("before");
  auto campaign = journal_->campaign(BrokerId{2});
  const auto after = wait(append("after"));
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().code, Errc::kFenced);
  EXPECT_TRUE(wait(std::move(before)));
  EXPECT_EQ(wait(std::move(campaign))->leader, BrokerId{2});
  EXPECT_EQ(seen_text(), "!before!");
}

TEST_F(JournalTest, a_full_disk_refuses_an_append_and_the_next_one_is_tried) {
  open();
  elect();
  files_->fail_appends(files_->operations() + 1, UINT64_MAX, 13);
  for (int i = 0; i < 3; ++i) {
    const auto refused = wait(append("refused"));
    ASSERT_EQ(refused.error().code, Errc::kKafkaStorageError);
    EXPECT_EQ(refused.error().detail,
              "j/journal-00000000000000000001.log: cannot be written: the simulated disk is full; "
              "nothing was changed");
  }
  files_->fail_appends(0, 0);
  EXPECT_EQ(*wait(append("a")), 2u);
  EXPECT_EQ(seen_text(), "!a");
  open();
  EXPECT_EQ(seen_text(), "!a");
}

TEST_F(JournalTest, what_waits_behind_a_refused_append_is_refused_with_it) {
  open();
  elect();
  files_->fail_appends(files_->operations() + 1, files_->operations() + 2);
  auto one = append("a");
  auto two = append("b");
  auto barrier = journal_->barrier();
  EXPECT_FALSE(wait(std::move(one)));
  EXPECT_EQ(two.await_resume().error().code, Errc::kKafkaStorageError);
  EXPECT_EQ(barrier.await_resume().error().code, Errc::kKafkaStorageError);
  EXPECT_TRUE(wait(journal_->barrier()));
  EXPECT_EQ(*wait(append("c")), 2u);
  EXPECT_EQ(seen_text(), "!c");
}

// The old file's next sync would succeed and make nothing durable.
TEST_F(JournalTest, after_a_failed_sync_the_segment_is_a_new_file) {
  open();
  elect();
  files_->fail_sync_at(files_->operations() + 1);
  EXPECT_EQ(wait(append("a")).error().code, Errc::kKafkaStorageError);
  EXPECT_EQ(*wait(append("b")), 2u);
  files_ = files_->after(Crash::kPowerLoss);
  open();
  EXPECT_EQ(seen_text(), "!b");
}

TEST_F(JournalTest, a_segment_that_does_not_hold_what_was_written_is_not_written_anew) {
  open();
  elect();
  ASSERT_TRUE(wait(append("a")));
  files_->fail_sync_at(files_->operations() + 1);
  files_->contents("j/" + segment_name(1))[30] ^= 1;
  EXPECT_FALSE(wait(append("b")));
  const auto refused = wait(append("c"));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("does not hold what was written to it"), std::string::npos)
      << refused.error().detail;
}

TEST_F(JournalTest, a_directory_that_cannot_be_synced_fails_the_journal_for_good) {
  open();
  elect();
  // The sync of the frame, and, of the seven operations by which the segment is written anew, the
  // last: the sync of the directory.
  files_->fail_sync_at(files_->operations() + 2);
  files_->fail_at(files_->operations() + 9);
  auto one = append("a");
  auto two = append("b");
  EXPECT_EQ(wait(std::move(one)).error().code, Errc::kKafkaStorageError);
  EXPECT_EQ(wait(std::move(two)).error().code, Errc::kKafkaStorageError);
  const uint64_t operations = files_->operations();
  EXPECT_EQ(wait(append("c")).error().code, Errc::kKafkaStorageError);
  EXPECT_EQ(wait(journal_->barrier()).error().code, Errc::kKafkaStorageError);
  EXPECT_EQ(files_->operations(), operations);
  EXPECT_EQ(seen_text(), "!");
}

TEST_F(JournalTest, a_barrier_waits_for_what_was_appended_before_it) {
  open();
  elect();
  auto written = append("a");
  auto barrier = journal_->barrier();
  EXPECT_FALSE(barrier.ready());
  EXPECT_TRUE(wait(std::move(barrier)));
  EXPECT_TRUE(written.ready());
  EXPECT_TRUE(journal_->barrier().ready());
}

TEST_F(JournalTest, draining_waits_for_everything) {
  open();
  elect();
  auto one = append("a");
  auto two = append("b");
  auto drained = journal_->drain();
  EXPECT_FALSE(drained.ready());
  wait(std::move(drained));
  EXPECT_TRUE(one.ready() && two.ready());
  EXPECT_TRUE(sim_.idle());
}

TEST_F(JournalTest, a_snapshot_replaces_the_entries_before_it) {
  open();
  elect();
  (void)wait(append("a"));
  ASSERT_TRUE(snapshot());
  EXPECT_EQ(journal_->bytes_since_snapshot(), 0u);
  (void)wait(append("b"));
  journal_.reset();
  auto again =
      Journal::open({.files = files_.get(), .directory = "j", .scheduler = &sim_, .pool = &sim_});
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->snapshot()->index, 2u);
  EXPECT_EQ((*again)->snapshot()->leader.leader, BrokerId{1});
  EXPECT_EQ((*again)->snapshot()->body, Bytes{7});
  EXPECT_EQ((*again)->durable_index(), 3u);
  EXPECT_EQ((*again)->epoch(), 1);
}

TEST_F(JournalTest, entries_appended_while_a_snapshot_is_made_follow_it) {
  open();
  elect();
  auto saved = journal_->save_snapshot(1, [] { return Bytes{7}; });
  auto written = append("a");
  EXPECT_TRUE(wait(std::move(saved)));
  EXPECT_EQ(*wait(std::move(written)), 2u);
  open();
  EXPECT_EQ(seen_text(), "a");
}

TEST_F(JournalTest, a_snapshot_that_cannot_be_written_leaves_the_journal_as_it_was) {
  open();
  elect();
  files_->fail_sync_at(files_->operations() + 1);
  EXPECT_EQ(snapshot().error().code, Errc::kIo);
  EXPECT_TRUE(wait(append("a")));
  open();
  EXPECT_EQ(seen_text(), "!a");
}

TEST_F(JournalTest, a_closed_journal_answers_what_waits_and_survives_its_job) {
  open();
  elect();
  auto waiting = append("a");
  journal_.reset();
  ASSERT_TRUE(waiting.ready());
  EXPECT_EQ(waiting.await_resume().error().code, Errc::kShutdown);
  sim_.run();
}

}  // namespace
}  // namespace tenon::controller
