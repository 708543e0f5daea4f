// SPDX-License-Identifier: Apache-2.0
//
// A disk that refuses: what fails, what goes on.

#include "fixture.h"

namespace tenon::segment {
namespace {

class SegmentFault : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(machine_.open(), TN_OK);
    machine_.fill(5);
  }
  // The next calls of that operation, on paths that end so, fail.
  void fail(const std::string& operation, tn_code code, int times = 1, std::string suffix = "") {
    machine_.fs.set_before([=, left = times](const char* asked, const std::string& path) mutable {
      return operation == asked && path.ends_with(suffix) && left-- > 0 ? code : TN_OK;
    });
  }
  void mend() { machine_.fs.set_before(nullptr); }
  tn_code add_one() { return machine_.add({.base_offset = machine_.model.end()}); }
  void expect_contents() { EXPECT_EQ(machine_.contents(), join(machine_.model.batches())); }
  // What a restart after a loss of power finds.
  void expect_after_crash(const LogModel& model) {
    auto next = restart(machine_.fs.crash(CrashMode::kLose, 1), model);
    ASSERT_EQ(next->open(), TN_OK) << next->log.error();
    EXPECT_EQ(next->contents(), join(model.batches()));
  }

  Machine machine_;
};

TEST_F(SegmentFault, appends_nothing_when_the_write_fails) {
  fail("write_at", TN_E_IO);
  EXPECT_EQ(add_one(), TN_E_IO);
  EXPECT_EQ(machine_.log.segments().back().end_offset, 5);
  expect_contents();
  machine_.fill(2);
  expect_contents();
}

TEST_F(SegmentFault, takes_back_a_short_write_on_a_full_disk) {
  machine_.fs.set_short_write(70);
  fail("write_at", TN_E_NOSPACE);
  EXPECT_EQ(add_one(), TN_E_NOSPACE);
  EXPECT_EQ(machine_.fs.content(path_of(0, ".log")).size(), 505u);
  machine_.fill(1);
  ASSERT_EQ(machine_.flush(), TN_OK);
  expect_after_crash(machine_.model);
}

TEST_F(SegmentFault, refuses_everything_when_a_short_write_cannot_be_taken_back) {
  machine_.fs.set_short_write(70);
  machine_.fs.set_before([](const char* operation, const std::string&) {
    const std::string name = operation;
    return name == "write_at" ? TN_E_NOSPACE : name == "truncate" ? TN_E_IO : TN_OK;
  });
  EXPECT_EQ(add_one(), TN_E_NOSPACE);
  mend();
  EXPECT_EQ(add_one(), TN_E_IO);
  EXPECT_EQ(machine_.flush(), TN_E_IO);
  expect_contents();
}

TEST_F(SegmentFault, trusts_nothing_after_a_failed_sync) {
  ASSERT_EQ(machine_.flush(), TN_OK);
  const LogModel durable = machine_.model;
  machine_.fill(1);
  fail("sync", TN_E_IO);
  EXPECT_EQ(machine_.flush(), TN_E_IO);
  mend();
  EXPECT_EQ(machine_.flush(), TN_E_IO);
  EXPECT_EQ(add_one(), TN_E_IO);
  EXPECT_NE(machine_.log.error().find("sync"), std::string::npos);
  EXPECT_EQ(machine_.log.truncate(0), TN_E_IO);
  expect_contents();
  EXPECT_EQ(machine_.log.close(false), TN_E_IO);
  EXPECT_FALSE(machine_.fs.exists(std::string(kDirectory) + "/clean-shutdown"));
  expect_after_crash(durable);
}

TEST_F(SegmentFault, fails_every_flush_that_waits_behind_a_failed_one) {
  FlushOutcome first, second;
  machine_.log.flush(first);
  machine_.fill(1);
  machine_.log.flush(second);
  fail("sync", TN_E_IO);
  machine_.host.run_jobs();
  EXPECT_EQ(first.code, TN_E_IO);
  EXPECT_EQ(second.code, TN_E_IO);
  EXPECT_EQ(first.calls + second.calls, 2);
}

TEST_F(SegmentFault, answers_a_flush_once_when_the_sync_throws) {
  machine_.fs.set_before([](const char* operation, const std::string&) {
    if (std::string_view(operation) == "sync") throw std::runtime_error("out of luck");
    return TN_OK;
  });
  EXPECT_EQ(machine_.flush(), TN_E_PANIC);
  mend();
  EXPECT_EQ(add_one(), TN_E_IO);
  EXPECT_NE(machine_.log.error().find("out of luck"), std::string::npos);
}

TEST_F(SegmentFault, fails_the_flush_when_the_directory_cannot_be_synced) {
  fail("sync_directory", TN_E_IO);
  EXPECT_EQ(machine_.flush(), TN_E_IO);
  mend();
  EXPECT_EQ(add_one(), TN_E_IO);
}

TEST_F(SegmentFault, goes_on_in_the_old_segment_when_the_new_one_cannot_be_made) {
  machine_.fill(35);
  fail("open", TN_E_NOSPACE, 1, ".log");
  EXPECT_EQ(add_one(), TN_E_NOSPACE);
  mend();
  EXPECT_EQ(machine_.log.segments().size(), 1u);
  machine_.fill(1);
  EXPECT_EQ(machine_.log.segments().size(), 2u);
  expect_contents();
}

TEST_F(SegmentFault, appends_although_an_index_cannot_be_written) {
  machine_.spec.segment_bytes = 1 << 20;
  machine_.log.close(false);
  ASSERT_EQ(machine_.open(), TN_OK);
  fail("write_at", TN_E_NOSPACE, 1000, "index");
  machine_.fill(4000);
  expect_contents();
  EXPECT_EQ(machine_.log.read({1234, INT64_MAX, 1, true}).bytes,
            machine_.model.batches()[1234].bytes);
  EXPECT_EQ(machine_.log.lookup(11000), 1000);
  mend();
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.expect_model();
}

TEST_F(SegmentFault, serves_flushes_although_indexes_cannot_be_synced) {
  fail("sync", TN_E_IO, 1000, "index");
  machine_.fill(100);
  EXPECT_EQ(machine_.flush(), TN_OK);
  mend();
  machine_.fill(100);
  EXPECT_EQ(machine_.flush(), TN_OK);
  EXPECT_FALSE(machine_.fs.exists(std::string(kDirectory) + "/recovery-point"));
  expect_after_crash(machine_.model);
}

TEST_F(SegmentFault, keeps_the_old_blob_when_the_new_one_cannot_be_written) {
  ASSERT_EQ(machine_.log.put_blob("epochs", "old"), TN_OK);
  for (const char* operation : {"open", "write_at", "sync", "rename"}) {
    fail(operation, TN_E_NOSPACE, 1, "epochs.tmp");
    EXPECT_EQ(machine_.log.put_blob("epochs", "new"), TN_E_NOSPACE) << operation;
    EXPECT_EQ(machine_.log.get_blob("epochs"), "old") << operation;
  }
  EXPECT_EQ(add_one(), TN_OK);
}

TEST_F(SegmentFault, removes_trimmed_segments_when_there_is_no_room_for_another_name) {
  machine_.fill(100);
  fail("rename", TN_E_NOSPACE, 100, ".log");
  int64_t start = 0;
  ASSERT_EQ(machine_.log.trim(60, start), TN_OK);
  EXPECT_EQ(machine_.flush(), TN_OK);
  EXPECT_FALSE(machine_.fs.exists(path_of(0, ".log")));
  machine_.model.trim(start);
  machine_.fill(1);
  ASSERT_EQ(machine_.flush(), TN_OK);
  expect_after_crash(machine_.model);
}

TEST_F(SegmentFault, trusts_nothing_when_trimmed_segments_cannot_be_removed) {
  machine_.fill(100);
  machine_.fs.set_before([](const char* operation, const std::string&) {
    const std::string_view name = operation;
    return name == "rename" || name == "remove" ? TN_E_IO : TN_OK;
  });
  int64_t start = 0;
  ASSERT_EQ(machine_.log.trim(60, start), TN_OK);
  EXPECT_EQ(machine_.flush(), TN_E_IO);
  mend();
  EXPECT_EQ(add_one(), TN_E_IO);
  machine_.model.trim(start);
  expect_contents();
}

TEST_F(SegmentFault, cuts_nothing_because_it_cannot_be_read) {
  machine_.fill(30);
  ASSERT_EQ(machine_.flush(), TN_OK);
  auto next = restart(machine_.fs.crash(CrashMode::kLose, 1), machine_.model);
  next->fs.set_before([](const char* operation, const std::string& path) {
    return std::string(operation) == "read_at" && path.ends_with(".log") ? TN_E_IO : TN_OK;
  });
  EXPECT_EQ(next->open(), TN_E_IO);
  next->fs.set_before(nullptr);
  ASSERT_EQ(next->open(), TN_OK);
  next->expect_model();
}

TEST_F(SegmentFault, reports_every_failure_to_open_and_leaves_nothing_open) {
  machine_.fill(60);
  ASSERT_EQ(machine_.flush(), TN_OK);
  const CrashFs disk = machine_.fs.crash(CrashMode::kLose, 1);
  for (int nth = 0;; nth++) {
    auto next = restart(disk.crash(CrashMode::kKeep, 1), machine_.model);
    int seen = 0;
    next->fs.set_before(
        [&](const char*, const std::string&) { return seen++ == nth ? TN_E_IO : TN_OK; });
    const tn_code code = next->open();
    next->fs.set_before(nullptr);
    if (seen <= nth) break;
    EXPECT_TRUE(code == TN_E_IO || code == TN_OK);
    if (code == TN_OK) continue;
    EXPECT_EQ(next->fs.open_files(), 0u) << nth;
    ASSERT_EQ(next->open(), TN_OK) << next->log.error();
    next->expect_model();
  }
}

}  // namespace
}  // namespace tenon::segment
