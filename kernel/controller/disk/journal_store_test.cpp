// SPDX-License-Identifier: Apache-2.0
//
// What a directory holds after crashes and damage.

#include "controller/disk/journal_store.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "controller/disk/sim_files.h"

namespace tenon::controller {
namespace {

class JournalStoreTest : public ::testing::Test {
 protected:
  JournalStoreTest() { set_log_level(LogLevel::kOff); }

  void open() {
    auto store = JournalStore::open(*files_, "j", false);
    ASSERT_TRUE(store) << store.error().text();
    store_ = std::move(*store);
    found_ = store_->take_recovered();
    next_ = found_.last_index + 1;
  }
  // Writes frames of one entry each; payloads are long enough to span sectors.
  void write(int frames, size_t bytes = 40) {
    for (int i = 0; i < frames; ++i) {
      const Entry entry{.index = next_++,
                        .epoch = 1,
                        .kind = EntryKind::kData,
                        .payload = Bytes(bytes, static_cast<uint8_t>(next_))};
      ASSERT_TRUE(store_->write(std::vector{entry}));
    }
  }
  void snapshot() {
    ASSERT_TRUE(store_->save_snapshot({.index = next_ - 1, .leader = {}, .body = {1, 2}}));
    ASSERT_TRUE(store_->roll(next_));
  }
  void damage(const std::string& name, size_t at) { files_->contents("j/" + name)[at] ^= 0x40; }
  Bytes& log() { return files_->contents("j/" + segment_name(1)); }
  std::string refusal() {
    const auto before = files_->paths();
    const auto store = JournalStore::open(*files_, "j", false);
    EXPECT_EQ(files_->paths(), before);
    return store ? "accepted" : store.error().text();
  }
  std::vector<std::string> names() { return *files_->list("j"); }

  std::unique_ptr<SimFiles> files_ = std::make_unique<SimFiles>();
  std::unique_ptr<JournalStore> store_;
  Recovered found_;
  uint64_t next_ = 1;
};

TEST_F(JournalStoreTest, a_new_directory_is_empty) {
  open();
  EXPECT_EQ(found_.last_index, 0u);
  EXPECT_TRUE(found_.entries.empty());
}

TEST_F(JournalStoreTest, a_directory_that_must_have_a_journal_is_refused_without) {
  const auto store = JournalStore::open(*files_, "j", true);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Errc::kCorruptData);
}

TEST_F(JournalStoreTest, entries_are_found_again_and_go_on) {
  open();
  write(3);
  open();
  EXPECT_EQ(found_.last_index, 3u);
  ASSERT_EQ(found_.entries.size(), 3u);
  write(1);
  open();
  EXPECT_EQ(found_.last_index, 4u);
}

TEST_F(JournalStoreTest, a_tail_cut_at_any_byte_loses_the_last_frame_only) {
  open();
  write(2, 600);
  const size_t two = log().size();
  write(1, 600);
  const Bytes whole = log();
  for (size_t length = two; length < whole.size(); ++length) {
    log() = Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    open();
    ASSERT_EQ(found_.last_index, 2u) << length;
    ASSERT_EQ(log().size(), two);
  }
}

TEST_F(JournalStoreTest, a_tail_of_which_a_sector_was_not_written_is_cut) {
  open();
  write(2);
  const size_t two = log().size();
  write(1, 2000);
  const Bytes whole = log();
  for (size_t sector = two / 512 + 1; sector < whole.size() / 512; ++sector) {
    log() = whole;
    std::fill_n(log().begin() + static_cast<std::ptrdiff_t>(sector * 512), 512, uint8_t{0});
    open();
    ASSERT_EQ(found_.last_index, 2u) << sector;
  }
}

TEST_F(JournalStoreTest, a_tail_of_zeros_or_garbage_is_cut_and_kept_aside) {
  open();
  write(2);
  const size_t two = log().size();
  log().insert(log().end(), 5000, 0);
  open();
  EXPECT_EQ(found_.last_index, 2u);
  log().insert(log().end(), 100, 0xcd);
  open();
  EXPECT_EQ(found_.last_index, 2u);
  EXPECT_EQ(log().size(), two);
  const std::string copy = "torn-00000000000000000001-" + std::to_string(two) + ".bytes";
  EXPECT_EQ(files_->contents("j/" + copy), Bytes(100, 0xcd));
}

TEST_F(JournalStoreTest, a_frame_can_be_written_where_one_was_cut) {
  open();
  write(2);
  log().pop_back();
  open();
  write(1);
  open();
  EXPECT_EQ(found_.last_index, 2u);
}

TEST_F(JournalStoreTest, damage_before_a_valid_frame_is_refused_and_named) {
  open();
  write(3);
  const Bytes whole = log();
  for (size_t at = kSegmentHeaderBytes; at < kSegmentHeaderBytes + 69; ++at) {
    log() = whole;
    damage(segment_name(1), at);
    const std::string why = refusal();
    ASSERT_NE(why.find("journal-00000000000000000001.log: is damaged at byte 20"),
              std::string::npos)
        << at << ": " << why;
  }
}

// A frame that is all there was acknowledged, and a changed bit in it is no crash.
TEST_F(JournalStoreTest, damage_in_the_last_frame_is_refused) {
  open();
  write(2);
  const size_t last = log().size();
  write(1);
  for (size_t at = last; at < log().size(); ++at) {
    damage(segment_name(1), at);
    ASSERT_NE(refusal(), "accepted") << at;
    damage(segment_name(1), at);
  }
}

TEST_F(JournalStoreTest, a_damaged_header_is_refused) {
  open();
  write(1);
  damage(segment_name(1), 3);
  EXPECT_NE(refusal().find("is damaged at byte 0"), std::string::npos) << refusal();
}

TEST_F(JournalStoreTest, a_segment_whose_making_was_interrupted_is_made_again) {
  open();
  write(3);
  snapshot();
  for (const size_t length : {0, 7, 19}) {
    files_->contents("j/" + segment_name(4)).resize(length);
    open();
    EXPECT_EQ(found_.last_index, 3u);
  }
  write(1);
  open();
  EXPECT_EQ(found_.last_index, 4u);
}

TEST_F(JournalStoreTest, a_snapshot_stands_for_the_entries_before_it) {
  open();
  write(3);
  snapshot();
  write(2);
  open();
  ASSERT_TRUE(found_.snapshot);
  EXPECT_EQ(found_.snapshot->index, 3u);
  ASSERT_EQ(found_.entries.size(), 2u);
  EXPECT_EQ(found_.entries.front().index, 4u);
}

TEST_F(JournalStoreTest, two_snapshots_stay_and_what_the_older_needs) {
  open();
  for (int round = 0; round < 4; ++round) {
    write(3);
    snapshot();
  }
  EXPECT_EQ(names(), (std::vector<std::string>{segment_name(10), segment_name(13), snapshot_name(9),
                                               snapshot_name(12)}));
}

TEST_F(JournalStoreTest, a_damaged_newest_snapshot_costs_nothing) {
  open();
  for (int round = 0; round < 3; ++round) {
    write(3);
    snapshot();
  }
  write(1);
  damage(snapshot_name(9), 37);
  open();
  EXPECT_EQ(found_.snapshot->index, 6u);
  EXPECT_EQ(found_.last_index, 10u);
  EXPECT_EQ(found_.entries.size(), 4u);
}

TEST_F(JournalStoreTest, the_state_is_refused_when_all_snapshots_are_damaged) {
  open();
  for (int round = 0; round < 3; ++round) {
    write(3);
    snapshot();
  }
  damage(snapshot_name(6), 37);
  damage(snapshot_name(9), 37);
  EXPECT_NE(refusal().find("lacks the journal segment with entry 1"), std::string::npos)
      << refusal();
}

TEST_F(JournalStoreTest, a_missing_segment_is_refused) {
  open();
  for (int round = 0; round < 3; ++round) {
    write(3);
    ASSERT_TRUE(store_->roll(next_));
  }
  ASSERT_TRUE(files_->remove("j/" + segment_name(4)));
  EXPECT_NE(refusal().find("begins with entry 7, but entry 4 is the next"), std::string::npos)
      << refusal();
}

// What a restart shows must last: it may have been written, but not synced, when the process died.
TEST_F(JournalStoreTest, what_is_found_after_a_kill_is_made_durable) {
  open();
  write(1);
  files_->crash_at(files_->operations() + 2);
  const Entry entry{.index = 2, .epoch = 1, .kind = EntryKind::kData, .payload = Bytes(9)};
  EXPECT_FALSE(store_->write(std::vector{entry}));
  files_ = files_->after(Crash::kKill);
  open();
  EXPECT_EQ(found_.last_index, 2u);
  files_ = files_->after(Crash::kPowerLoss);
  open();
  EXPECT_EQ(found_.last_index, 2u);
}

// The process was killed before it could put out of the way what it could not sync. The system
// shows it, and would say that it is durable.
TEST_F(JournalStoreTest, what_is_found_after_a_failed_sync_and_a_kill_is_made_durable) {
  open();
  write(1);
  files_->fail_sync_at(files_->operations() + 1);
  files_->crash_at(files_->operations() + 3);
  const Entry entry{.index = 2, .epoch = 1, .kind = EntryKind::kData, .payload = Bytes(9)};
  EXPECT_FALSE(store_->write(std::vector{entry}));
  files_ = files_->after(Crash::kKill);
  open();
  EXPECT_EQ(found_.last_index, 2u);
  files_ = files_->after(Crash::kPowerLoss);
  open();
  EXPECT_EQ(found_.last_index, 2u);
}

TEST_F(JournalStoreTest, a_journal_that_ends_before_its_snapshot_is_refused) {
  open();
  write(3);
  snapshot();
  ASSERT_TRUE(files_->remove("j/" + segment_name(4)));
  log().resize(log().size() - 10);
  EXPECT_NE(refusal().find("up to 2 only, but a snapshot of entry 3"), std::string::npos)
      << refusal();
}

TEST_F(JournalStoreTest, an_epoch_that_falls_is_refused) {
  open();
  write(1);
  const Entry older{.index = 2,
                    .epoch = 0,
                    .kind = EntryKind::kLeadership,
                    .payload = encode_leadership(BrokerId{1})};
  Entry newer = older;
  newer.epoch = 5;
  ASSERT_TRUE(store_->write(std::vector{newer}));
  Entry after = older;
  after.index = 3;
  ASSERT_TRUE(store_->write(std::vector{after}));
  EXPECT_NE(refusal().find("entry 3 has epoch 0 after epoch 5"), std::string::npos) << refusal();
}

}  // namespace
}  // namespace tenon::controller
