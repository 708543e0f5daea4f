// SPDX-License-Identifier: Apache-2.0
//
// What opening makes of damaged files: torn tails, bad indexes, flipped bits.

#include "fixture.h"

namespace tenon::segment {
namespace {

class SegmentRecovery : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(machine_.open(), TN_OK); }

  // The disk as a killed process leaves it.
  CrashFs killed() const { return machine_.fs.crash(CrashMode::kKeep, 1); }
  // The model of the first `n` batches.
  LogModel first_batches(size_t n) const {
    LogModel model(machine_.model.start());
    const auto& all = machine_.model.batches();
    if (n > 0) model.append({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n)});
    return model;
  }
  std::unique_ptr<Machine> expect_recovers(CrashFs disk, const LogModel& model) {
    auto next = restart(std::move(disk), model);
    EXPECT_EQ(next->open(), TN_OK) << next->log.error();
    next->expect_model();
    return next;
  }
  static bool is_quarantined(const CrashFs& fs, const std::string& start) {
    for (const std::string& path : fs.paths())
      if (path.starts_with(start) && path.ends_with(".quarantined")) return true;
    return false;
  }

  Machine machine_;
};

TEST_F(SegmentRecovery, keeps_everything_when_nothing_is_torn) {
  machine_.fill(100);
  auto next = expect_recovers(killed(), machine_.model);
  EXPECT_EQ(next->log.state().was_clean, 0u);
  EXPECT_EQ(next->log.state().truncated_bytes, 0);
  next->fill(30);
  EXPECT_EQ(next->contents(), join(next->model.batches()));
}

// The last three batches, cut at each of their bytes; what follows is nothing, zeros or noise.
TEST_F(SegmentRecovery, keeps_the_longest_valid_prefix_of_a_torn_tail) {
  machine_.fill(10);
  const CrashFs disk = killed();
  enum { kNothing, kZeros, kNoise };
  for (size_t size = 7 * 101; size <= 10 * 101; size++) {
    for (int tail : {kNothing, kZeros, kNoise}) {
      CrashFs torn = disk.crash(CrashMode::kKeep, 1);
      auto& content = torn.content(path_of(0, ".log"));
      content.resize(size);
      if (tail != kNothing) content.resize(10 * 101 + 5, 0);
      for (size_t i = size; i < content.size() && tail == kNoise; i++)
        content[i] = static_cast<uint8_t>(i * 131 + 7);
      const size_t n = size / 101;
      auto next = expect_recovers(std::move(torn), first_batches(n));
      EXPECT_EQ(next->fs.content(path_of(0, ".log")).size(), n * 101);
      EXPECT_FALSE(is_quarantined(next->fs, kDirectory));
      ASSERT_FALSE(HasFailure()) << "cut at " << size << ", tail " << tail;
    }
  }
}

TEST_F(SegmentRecovery, says_how_much_it_cut) {
  machine_.fill(10);
  CrashFs disk = killed();
  disk.content(path_of(0, ".log")).resize(9 * 101 + 60);
  EXPECT_EQ(expect_recovers(std::move(disk), first_batches(9))->log.state().truncated_bytes, 60);
}

TEST_F(SegmentRecovery, is_the_same_when_it_is_done_again) {
  machine_.fill(10);
  CrashFs disk = killed();
  disk.content(path_of(0, ".log")).resize(9 * 101 + 60);
  auto next = expect_recovers(std::move(disk), first_batches(9));
  expect_recovers(next->fs.crash(CrashMode::kKeep, 1), first_batches(9));
}

TEST_F(SegmentRecovery, keeps_apart_what_is_whole_behind_damage) {
  machine_.fill(20);
  CrashFs disk = killed();
  disk.content(path_of(0, ".log"))[5 * 101 + 70] ^= 1;
  auto next = expect_recovers(std::move(disk), first_batches(5));
  const std::string kept = path_of(0, ".log.505.quarantined");
  ASSERT_TRUE(next->fs.exists(kept));
  EXPECT_EQ(next->fs.content(kept).size(), 15u * 101);
}

TEST_F(SegmentRecovery, keeps_apart_segments_behind_a_hole) {
  machine_.fill(100);
  CrashFs disk = killed();
  disk.content(path_of(40, ".log")).resize(3 * 101);
  auto next = expect_recovers(std::move(disk), first_batches(43));
  EXPECT_TRUE(next->fs.exists(path_of(80, ".log.quarantined")));
  EXPECT_EQ(next->log.state().truncated_bytes, 20 * 101);
  next->fill(60);
  EXPECT_EQ(next->contents(), join(next->model.batches()));
}

TEST_F(SegmentRecovery, makes_the_same_indexes_again) {
  machine_.fill(200);
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  auto next = restart(killed(), machine_.model);
  for (const std::string& path : next->fs.paths())
    if (path.ends_with("index") || !path.ends_with(".log")) next->fs.erase(path);
  ASSERT_EQ(next->open(), TN_OK);
  next->expect_model();
  ASSERT_EQ(next->log.close(false), TN_OK);
  for (const std::string& path : machine_.fs.paths())
    if (path.ends_with("index")) {
      EXPECT_EQ(next->fs.content(path), machine_.fs.content(path)) << path;
    }
}

// Each index of each segment, damaged in every way, after a clean close and after a kill.
TEST_F(SegmentRecovery, rebuilds_indexes_that_are_missing_or_wrong) {
  machine_.fill(200);
  ASSERT_EQ(machine_.flush(), TN_OK);
  for (bool clean : {false, true}) {
    if (clean) {
      ASSERT_EQ(machine_.log.close(false), TN_OK);
    }
    const CrashFs disk = killed();
    for (int64_t base : {0, 40, 160})
      for (const char* suffix : {".index", ".timeindex"})
        for (int damage = 0; damage < 7; damage++) {
          CrashFs damaged = disk.crash(CrashMode::kKeep, 1);
          const std::string path = path_of(base, suffix);
          if (!damaged.exists(path)) continue;
          auto& content = damaged.content(path);
          const size_t entry = std::string(suffix) == ".index" ? 8 : 12;
          if (damage == 0) damaged.erase(path);
          if (damage == 1) content.clear();
          if (damage == 2) content.resize(content.size() - 3);
          if (damage == 3) content.resize(content.size() - entry);
          if (damage == 4) content.resize(content.size() + 5 * entry, 0);
          if (damage == 5) std::fill(content.begin(), content.end(), 0);
          if (damage == 6) std::fill(content.begin(), content.end(), 0x5a);
          auto next = expect_recovers(std::move(damaged), machine_.model);
          ASSERT_FALSE(HasFailure()) << path << ", damage " << damage << ", clean " << clean;
        }
  }
}

TEST_F(SegmentRecovery, reads_past_an_index_that_is_wrong_in_its_middle) {
  machine_.spec.segment_bytes = 1 << 20;
  machine_.log.close(true);
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(300);
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  auto next = restart(killed(), machine_.model);
  auto& index = next->fs.content(path_of(0, ".index"));
  for (size_t i = 80; i < 200; i++) index[i] ^= 0x11;
  ASSERT_EQ(next->open(), TN_OK);
  next->expect_model();
  next->fill(1);
  ASSERT_EQ(next->log.close(false), TN_OK);
  ASSERT_EQ(next->open(), TN_OK);
  next->expect_model();
}

TEST_F(SegmentRecovery, names_damage_in_what_was_on_disk_and_changes_nothing) {
  machine_.fill(100);
  ASSERT_EQ(machine_.flush(), TN_OK);
  CrashFs disk = killed();
  disk.content(path_of(0, ".log"))[5 * 101 + 70] ^= 1;
  disk.erase(path_of(0, ".index"));
  auto next = restart(std::move(disk), machine_.model);
  const auto before = next->fs.content(path_of(0, ".log"));
  EXPECT_EQ(next->open(), TN_E_CORRUPT);
  EXPECT_NE(next->log.error().find(path_of(0, ".log") + ": damaged record batch at position 505"),
            std::string::npos)
      << next->log.error();
  EXPECT_EQ(next->fs.content(path_of(0, ".log")), before);
  EXPECT_TRUE(next->fs.exists(path_of(40, ".log")));
  EXPECT_TRUE(next->fs.exists(path_of(80, ".log")));
}

TEST_F(SegmentRecovery, names_a_segment_that_was_on_disk_and_is_missing) {
  machine_.fill(100);
  ASSERT_EQ(machine_.flush(), TN_OK);
  CrashFs disk = killed();
  disk.erase(path_of(80, ".log"));
  auto next = restart(std::move(disk), machine_.model);
  EXPECT_EQ(next->open(), TN_E_CORRUPT);
  EXPECT_NE(next->log.error().find(path_of(80, ".log")), std::string::npos) << next->log.error();
}

TEST_F(SegmentRecovery, does_not_begin_anew_when_every_segment_is_missing) {
  machine_.fill(100);
  ASSERT_EQ(machine_.flush(), TN_OK);
  CrashFs disk = killed();
  for (const std::string& path : disk.paths())
    if (path.ends_with(".log")) disk.erase(path);
  EXPECT_EQ(restart(std::move(disk), machine_.model)->open(), TN_E_CORRUPT);
}

TEST_F(SegmentRecovery, names_the_place_where_a_read_meets_damage) {
  machine_.fill(10);
  machine_.log.close(false);
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fs.content(path_of(0, ".log"))[6 * 101 + 16] = 9;
  const ReadOutcome outcome = machine_.log.read({7, INT64_MAX, 10, true});
  EXPECT_EQ(outcome.code, TN_E_CORRUPT);
  EXPECT_EQ(outcome.text, path_of(0, ".log") + ": no record batch at position 606");
}

TEST_F(SegmentRecovery, scans_only_what_lies_behind_the_recovery_point) {
  Machine machine(CrashFs(), {{"checkpoint_bytes", "4096"}});
  machine.spec.segment_bytes = 1 << 20;
  ASSERT_EQ(machine.open(), TN_OK);
  machine.fill(1000);
  ASSERT_EQ(machine.flush(), TN_OK);
  machine.fill(10);
  int reads = 0;
  auto next = restart(machine.fs.crash(CrashMode::kKeep, 1), machine.model);
  next->fs.set_before([&](const char* operation, const std::string& path) {
    reads += std::string(operation) == "read_at" && path.ends_with(".log") ? 1 : 0;
    return TN_OK;
  });
  // A bit that flipped before the recovery point is not met.
  next->fs.content(path_of(0, ".log"))[70] ^= 1;
  ASSERT_EQ(next->open(), TN_OK) << next->log.error();
  EXPECT_EQ(next->log.state().end_offset, 1010);
  EXPECT_LE(reads, 3);
  next->fs.content(path_of(0, ".log"))[70] ^= 1;
  next->expect_model();
}

TEST_F(SegmentRecovery, refuses_a_segment_that_ends_before_the_recovery_point) {
  Machine machine(CrashFs(), {{"checkpoint_bytes", "4096"}});
  machine.spec.segment_bytes = 1 << 20;
  ASSERT_EQ(machine.open(), TN_OK);
  machine.fill(100);
  ASSERT_EQ(machine.flush(), TN_OK);
  auto next = restart(machine.fs.crash(CrashMode::kKeep, 1), machine.model);
  next->fs.content(path_of(0, ".log")).resize(50 * 101);
  EXPECT_EQ(next->open(), TN_E_CORRUPT);
  EXPECT_EQ(next->fs.content(path_of(0, ".log")).size(), 50u * 101);
}

TEST_F(SegmentRecovery, refuses_a_hole_before_the_recovery_point_and_changes_nothing) {
  machine_.fill(100);
  ASSERT_EQ(machine_.flush(), TN_OK);
  for (size_t left : {size_t{0}, size_t{3 * 101}}) {
    auto next = restart(machine_.fs.crash(CrashMode::kKeep, 1), machine_.model);
    next->fs.content(path_of(40, ".log")).resize(left);
    EXPECT_EQ(next->open(), TN_E_CORRUPT) << left;
    EXPECT_NE(next->log.error().find(path_of(40, ".log")), std::string::npos);
    EXPECT_EQ(next->fs.content(path_of(40, ".log")).size(), left);
    EXPECT_TRUE(next->fs.exists(path_of(80, ".log")));
  }
}

TEST_F(SegmentRecovery, refuses_to_open_when_a_segment_before_the_recovery_point_is_missing) {
  machine_.fill(100);
  ASSERT_EQ(machine_.flush(), TN_OK);
  auto next = restart(machine_.fs.crash(CrashMode::kKeep, 1), machine_.model);
  next->fs.erase(path_of(40, ".log"));
  EXPECT_EQ(next->open(), TN_E_CORRUPT);
}

TEST_F(SegmentRecovery, does_not_believe_a_marker_that_the_log_has_outgrown) {
  machine_.fill(10);
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  const auto marker = machine_.fs.content(std::string(kDirectory) + "/clean-shutdown");
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(2);
  const std::string path = std::string(kDirectory) + "/clean-shutdown";
  EXPECT_FALSE(machine_.fs.exists(path));
  // As if the marker's removal had not reached the disk.
  machine_.log.put_blob("stale", std::string(marker.begin(), marker.end()));
  CrashFs disk = killed();
  ASSERT_EQ(disk.get()->rename(disk.get()->ctx, (std::string(kDirectory) + "/stale").c_str(),
                               path.c_str(), nullptr),
            TN_OK);
  auto next = expect_recovers(std::move(disk), machine_.model);
  EXPECT_EQ(next->log.state().was_clean, 0u);
}

TEST_F(SegmentRecovery, is_not_clean_after_a_truncate_that_was_made_up_for) {
  machine_.fill(10);
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  ASSERT_EQ(machine_.open(), TN_OK);
  ASSERT_EQ(machine_.log.truncate(5), TN_OK);
  machine_.model = first_batches(5);
  machine_.fill(5);
  ASSERT_EQ(machine_.flush(), TN_OK);
  auto next = expect_recovers(machine_.fs.crash(CrashMode::kLose, 1), machine_.model);
  EXPECT_EQ(next->log.state().was_clean, 0u);
}

// A completion lets the owner truncate while the sync that it belongs to is still at work.
TEST_F(SegmentRecovery, does_not_vouch_for_what_was_truncated_meanwhile) {
  Machine machine(CrashFs(), {{"checkpoint_bytes", "4096"}});
  machine.spec.segment_bytes = 1 << 20;
  ASSERT_EQ(machine.open(), TN_OK);
  machine.fill(100);
  const auto truncate = [](void* arg, tn_code, const tn_error*) {
    EXPECT_EQ(static_cast<Machine*>(arg)->log.truncate(7), TN_OK);
  };
  machine.log.api().flush(machine.log.handle(), truncate, &machine);
  machine.host.run_jobs();
  auto next = restart(machine.fs.crash(CrashMode::kLose, 1), LogModel());
  ASSERT_EQ(next->open(), TN_OK) << next->log.error();
  EXPECT_EQ(next->log.state().end_offset, 7);
}

TEST_F(SegmentRecovery, removes_what_a_crash_left_without_a_use) {
  machine_.fill(5);
  CrashFs disk = killed();
  for (const char* name : {"/epochs.tmp", "/00000000000000000000.log.tmp",
                           "/00000000000000000007.log.deleted", "/00000000000000000007.index"}) {
    int32_t fd = -1;
    disk.get()->open(disk.get()->ctx, (kDirectory + std::string(name)).c_str(),
                     TN_FS_WRITE | TN_FS_CREATE, &fd, nullptr);
    disk.get()->close(disk.get()->ctx, fd);
  }
  auto next = expect_recovers(std::move(disk), machine_.model);
  EXPECT_EQ(next->fs.paths(), std::vector<std::string>{path_of(0, ".log")});
}

}  // namespace
}  // namespace tenon::segment
