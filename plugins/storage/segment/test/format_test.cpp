// SPDX-License-Identifier: Apache-2.0
//
// The bytes on disk, and what it costs to write and read them.

#include "fixture.h"

namespace tenon::segment {
namespace {

std::vector<uint8_t> from_hex(std::string_view hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

class SegmentFormat : public ::testing::Test {
 protected:
  // Counts calls of the file system from now on, all of them or of one name.
  void count_calls() {
    calls_.clear();
    machine_.fs.set_before([this](const char* operation, const std::string&) {
      calls_[operation]++;
      return TN_OK;
    });
  }
  using Calls = std::map<std::string, int>;

  Calls calls_;
  Machine machine_;
};

TEST_F(SegmentFormat, writes_batches_as_they_are) {
  machine_.spec.start_offset = 7;
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.model = LogModel(7);
  machine_.fill(3);
  EXPECT_EQ(machine_.fs.content(path_of(7, ".log")), join(machine_.model.batches()));
}

// index_interval_bytes = 256 and batches of 101 bytes: 303 bytes have gone by before the fourth,
// and again before the seventh.
TEST_F(SegmentFormat, writes_indexes_as_kafka_does) {
  machine_.spec.start_offset = 1000;
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.model = LogModel(1000);
  for (int64_t i = 0; i < 8; i++) ASSERT_EQ(machine_.add({1000 + 2 * i, 2, 5000 + i, 40}), TN_OK);
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  EXPECT_EQ(machine_.fs.content(path_of(1000, ".index")),
            from_hex("00000007"
                     "0000012f"  // last offset 1007, position 303
                     "0000000d"
                     "0000025e"));  // last offset 1013, position 606
  EXPECT_EQ(machine_.fs.content(path_of(1000, ".timeindex")),
            from_hex("000000000000138b"
                     "00000007"  // 5003 at 1007
                     "000000000000138e"
                     "0000000d"  // 5006 at 1013
                     "000000000000138f"
                     "0000000f"));  // 5007 at 1015, when it was closed
}

// Kafka takes as little as 4 bytes, less than an entry.
TEST_F(SegmentFormat, an_index_has_room_for_some_entries_however_small_it_is_to_be) {
  machine_.spec.index_bytes_max = 4;
  ASSERT_EQ(machine_.open(), TN_OK) << machine_.log.error();
  machine_.fill(10);
  EXPECT_EQ(machine_.log.segments().size(), 1u);
  EXPECT_EQ(machine_.contents(), join(machine_.model.batches()));
  machine_.spec.index_bytes_max = 0;
  EXPECT_EQ(machine_.log.configure(machine_.spec), TN_E_INVALID);
}

TEST_F(SegmentFormat, writes_indexes_as_configured_from_the_next_segment_on) {
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(4);
  TestSpec changed = machine_.spec;
  changed.index_interval_bytes = 0;
  changed.segment_bytes = 808;
  ASSERT_EQ(machine_.log.configure(changed), TN_OK) << machine_.log.error();
  machine_.fill(12);
  ASSERT_EQ(machine_.log.segments().size(), 2u);
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  EXPECT_EQ(machine_.fs.content(path_of(0, ".index")).size(), 8u * 2);
  EXPECT_EQ(machine_.fs.content(path_of(8, ".index")).size(), 8u * 7);
}

TEST_F(SegmentFormat, trims_and_rolls_without_a_wait_for_the_disk) {
  ASSERT_EQ(machine_.open(), TN_OK);
  count_calls();
  machine_.fill(200);
  int64_t start = 0;
  ASSERT_EQ(machine_.log.trim(100, start), TN_OK);
  ASSERT_GT(start, 0);
  ASSERT_EQ(machine_.log.trim(200, start), TN_OK);
  EXPECT_EQ(start, 200);
  EXPECT_EQ(calls_["sync"] + calls_["sync_directory"] + calls_["rename"], 0);
  EXPECT_TRUE(machine_.fs.exists(path_of(0, ".log")));
  machine_.host.run_jobs();
  EXPECT_FALSE(machine_.fs.exists(path_of(0, ".log")));
  // Before the files went, the name of the segment that goes on, and then that they are gone.
  EXPECT_EQ(calls_["sync_directory"], 3);
}

TEST_F(SegmentFormat, removes_at_close_what_was_trimmed_before) {
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(200);
  ASSERT_EQ(machine_.flush(), TN_OK);
  int64_t start = 0;
  ASSERT_EQ(machine_.log.trim(100, start), TN_OK);
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  EXPECT_FALSE(machine_.fs.exists(path_of(0, ".log")));
  ASSERT_EQ(machine_.open(), TN_OK);
  EXPECT_EQ(machine_.log.state().start_offset, start);
}

TEST_F(SegmentFormat, truncates_to_an_offset_whose_segment_has_just_been_trimmed) {
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(100);
  int64_t start = 0;
  ASSERT_EQ(machine_.log.trim(80, start), TN_OK);
  ASSERT_EQ(machine_.log.truncate(0), TN_OK) << machine_.log.error();
  machine_.model = LogModel();
  machine_.fill(3);
  machine_.host.run_jobs();
  EXPECT_EQ(machine_.contents(), join(machine_.model.batches()));
  auto next = restart(machine_.fs.crash(CrashMode::kKeep, 1), machine_.model);
  ASSERT_EQ(next->open(), TN_OK) << next->log.error();
  next->expect_model();
}

TEST_F(SegmentFormat, gives_a_rolled_segment_its_last_time_entry) {
  ASSERT_EQ(machine_.open(), TN_OK);
  ASSERT_EQ(machine_.add({0, 1, 70, 40}), TN_OK);
  ASSERT_EQ(machine_.add({1, 1, 50, 4090}), TN_OK);
  machine_.host.run_jobs();
  EXPECT_EQ(machine_.fs.content(path_of(0, ".timeindex")), from_hex("0000000000000046"
                                                                    "00000000"));
  EXPECT_EQ(machine_.fs.content(path_of(0, ".index")), from_hex(""));
}

TEST_F(SegmentFormat, writes_entries_that_rise_only) {
  ASSERT_EQ(machine_.open(), TN_OK);
  for (int64_t i = 0; i < 12; i++) ASSERT_EQ(machine_.add({i, 1, 100 - i, 40}), TN_OK);
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  EXPECT_EQ(machine_.fs.content(path_of(0, ".timeindex")), from_hex("0000000000000064"
                                                                    "00000000"));
  EXPECT_EQ(machine_.fs.content(path_of(0, ".index")).size(), 8u * 3);
}

TEST_F(SegmentFormat, rolls_when_an_index_is_full) {
  machine_.spec.segment_bytes = 1 << 20;
  machine_.spec.index_bytes_max = 64;
  machine_.spec.index_interval_bytes = 0;
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(20);
  // 64 bytes hold five time entries, of which the last place is kept; the first batch has none.
  EXPECT_EQ(machine_.log.segments()[1].base_offset, 5);
  machine_.log.close(false);
  EXPECT_EQ(machine_.fs.content(path_of(0, ".timeindex")).size(), 12u * 4);
}

TEST_F(SegmentFormat, names_files_by_base_offset_and_keeps_no_other) {
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(50);
  machine_.log.put_blob("leader-epoch-checkpoint", "0");
  machine_.host.run_jobs();
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  std::vector<std::string> wanted;
  for (const char* name :
       {"00000000000000000000.index", "00000000000000000000.log", "00000000000000000000.timeindex",
        "00000000000000000040.index", "00000000000000000040.log", "00000000000000000040.timeindex",
        "clean-shutdown", "leader-epoch-checkpoint", "recovery-point"})
    wanted.push_back(std::string(kDirectory) + "/" + name);
  EXPECT_EQ(machine_.fs.paths(), wanted);
  EXPECT_EQ(machine_.fs.open_files(), 0u);
}

TEST_F(SegmentFormat, refuses_blobs_with_names_of_its_own) {
  ASSERT_EQ(machine_.open(), TN_OK);
  for (const char* name : {"", "../x", "a/b", ".hidden", "x.log", "x.tmp", "x.index",
                           "clean-shutdown", "recovery-point", "x.quarantined", "x.deleted"}) {
    EXPECT_EQ(machine_.log.put_blob(name, "x"), TN_E_INVALID) << name;
    EXPECT_EQ(machine_.log.get_blob(name), std::nullopt) << name;
  }
}

TEST_F(SegmentFormat, appends_with_one_call) {
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(1);
  count_calls();
  machine_.fill(30);
  EXPECT_EQ(calls_, (Calls{{"write_at", 30}}));
}

TEST_F(SegmentFormat, flushes_with_one_sync_and_an_unchanged_log_with_none) {
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(1);
  ASSERT_EQ(machine_.flush(), TN_OK);
  machine_.fill(1);
  count_calls();
  ASSERT_EQ(machine_.flush(), TN_OK);
  EXPECT_EQ(calls_, (Calls{{"sync", 1}}));
  ASSERT_EQ(machine_.flush(), TN_OK);
  EXPECT_EQ(calls_, (Calls{{"sync", 1}}));
}

TEST_F(SegmentFormat, reads_at_the_end_without_a_call) {
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(30);
  count_calls();
  for (int64_t from = 25; from <= 30; from++) {
    tn_read found;
    machine_.log.read_slices({from, 29, 500, true}, found);
    machine_.log.release(found);
  }
  EXPECT_EQ(calls_, Calls{});
}

TEST_F(SegmentFormat, reads_in_the_middle_with_one_call_besides_the_mapping) {
  machine_.spec.segment_bytes = 1 << 20;
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(3000);
  count_calls();
  for (int64_t from : {100, 1200, 1500, 2500}) {
    tn_read found;
    machine_.log.read_slices({from, INT64_MAX, 500, true}, found);
    machine_.log.release(found);
  }
  EXPECT_EQ(calls_, (Calls{{"read_at", 4}, {"open", 1}, {"map", 1}}));
}

TEST_F(SegmentFormat, holds_one_file_open_for_a_segment) {
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(200);
  machine_.host.run_jobs();
  EXPECT_EQ(machine_.fs.open_files(), machine_.log.segments().size());
}

TEST_F(SegmentFormat, opens_and_closes_an_idle_log_without_writing) {
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.fill(100);
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  count_calls();
  ASSERT_EQ(machine_.open(), TN_OK);
  machine_.expect_model();
  ASSERT_EQ(machine_.log.close(false), TN_OK);
  for (const char* operation :
       {"write_at", "sync", "sync_directory", "truncate", "rename", "remove"})
    EXPECT_EQ(calls_.count(operation), 0u) << operation;
}

TEST_F(SegmentFormat, refuses_a_specification_that_is_not_one) {
  TestSpec spec = machine_.spec;
  spec.segment_bytes = 0;
  EXPECT_EQ(machine_.log.open(spec), TN_E_INVALID);
  spec = machine_.spec;
  spec.directory = "relative";
  EXPECT_EQ(machine_.log.open(spec), TN_E_INVALID);
}

}  // namespace
}  // namespace tenon::segment
