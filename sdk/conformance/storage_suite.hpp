// SPDX-License-Identifier: Apache-2.0
//
// What every storage plugin must do, as GoogleTest tests. A plugin's test program says once:
//
//   struct Segment { static constexpr const char* kName = "segment"; };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Segment, StorageContract, Segment);
//
// The program must be linked with the plugin's sources, so that its datum is there.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "conformance/storage_kit.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

template <class Plugin>
class StorageContract : public ::testing::Test {
 public:
  void SetUp() override {
    spec_.directory = directory_.file("orders-0");
    ASSERT_EQ(log_.open(spec_), TN_OK) << log_.error();
  }

  void TearDown() override {
    if (log_.handle() != nullptr) (void)log_.close(false);
    host_.run_jobs();
  }

  // Appends `n` batches of one record each, 101 bytes long, with timestamps 1000, 1010, ...
  void fill(int n) {
    for (int i = 0; i < n; i++)
      add({.base_offset = next(), .max_timestamp_ms = 1000 + 10 * next()});
  }
  void add(const BatchSpec& spec) {
    const std::vector<TestBatch> batches{make_batch(spec)};
    ASSERT_EQ(log_.append(batches), TN_OK) << log_.error();
    model_.append(batches);
  }
  int64_t next() const { return model_.end(); }
  // What the plugin reads is what the model has, as far as its slices reach.
  void expect_read(const ReadRange& range) {
    const ReadOutcome outcome = log_.read(range);
    ASSERT_EQ(outcome.code, TN_OK) << outcome.text;
    std::vector<uint8_t> wanted = model_.read(range);
    if (outcome.slices == TN_READ_SLICES_MAX && outcome.bytes.size() < wanted.size())
      wanted.resize(outcome.bytes.size());
    EXPECT_EQ(outcome.bytes, wanted) << "from " << range.from << " to " << range.end;
  }
  void expect_all_readable() {
    for (const TestBatch& batch : model_.batches())
      expect_read({batch.last_offset, INT64_MAX, 300, true});
  }
  void truncate(int64_t offset) {
    ASSERT_EQ(log_.truncate(offset), TN_OK) << log_.error();
    const std::vector<tn_segment> segments = log_.segments();
    model_.truncate(offset, segments.front().base_offset, segments.back().end_offset);
    const auto& left = model_.batches();
    EXPECT_LE(model_.end(), offset);
    EXPECT_GE(model_.end(), left.empty() ? model_.start() : left.back().last_offset + 1);
  }
  void trim(int64_t offset) {
    int64_t start = -1;
    const int64_t end = model_.end();
    ASSERT_EQ(log_.trim(offset, start), TN_OK) << log_.error();
    EXPECT_LE(start, std::max(offset, model_.start()));
    if (offset >= end) EXPECT_EQ(start, end);
    model_.trim(start);
  }
  FlushOutcome flush() {
    FlushOutcome outcome;
    log_.flush(outcome);
    host_.run_jobs();
    return outcome;
  }
  void reopen() {
    ASSERT_EQ(log_.close(false), TN_OK) << log_.error();
    ASSERT_EQ(log_.open(spec_), TN_OK) << log_.error();
    if ((log_.api().flags & TN_STORAGE_DURABLE) == 0) model_ = LogModel(spec_.start_offset);
  }
  bool is_durable() const { return (log_.api().flags & TN_STORAGE_DURABLE) != 0; }

  TestHost host_;
  TestDirectory directory_;
  Instance plugin_{host_, Plugin::kName};
  TestSpec spec_;
  LogModel model_;
  TestLog log_{plugin_, *host_.fs().get()};
};

TYPED_TEST_SUITE_P(StorageContract);

TYPED_TEST_P(StorageContract, begins_empty_at_the_offset_it_is_told) {
  this->log_.close(true);
  this->spec_.start_offset = 42;
  ASSERT_EQ(this->log_.open(this->spec_), TN_OK);
  EXPECT_EQ(this->log_.state().was_clean, 1u);
  EXPECT_EQ(this->log_.state().start_offset, 42);
  EXPECT_EQ(this->log_.state().end_offset, 42);
  EXPECT_EQ(this->log_.read_all(42).bytes.size(), 0u);
  EXPECT_EQ(this->log_.read_all(41).code, TN_E_NOT_FOUND);
}

TYPED_TEST_P(StorageContract, reads_back_what_was_appended) {
  this->fill(20);
  this->expect_all_readable();
  this->expect_read({0, INT64_MAX, UINT64_MAX, true});
}

TYPED_TEST_P(StorageContract, appends_many_pieces_at_once) {
  std::vector<TestBatch> batches;
  for (int i = 0; i < 5; i++) batches.push_back(make_batch({.base_offset = i * 10, .count = 10}));
  ASSERT_EQ(this->log_.append(batches), TN_OK);
  EXPECT_EQ(this->log_.read_all(0).bytes, join(batches));
}

TYPED_TEST_P(StorageContract, refuses_what_is_not_whole_batches_at_its_end) {
  this->fill(3);
  EXPECT_EQ(this->log_.append({make_batch({.base_offset = 2})}), TN_E_INVALID);
  TestBatch torn = make_batch({.base_offset = 3});
  torn.bytes.pop_back();
  EXPECT_EQ(this->log_.append({torn}), TN_E_INVALID);
  TestBatch liar = make_batch({.base_offset = 3});
  liar.last_offset = 7;
  EXPECT_EQ(this->log_.append({liar}), TN_E_INVALID);
  EXPECT_EQ(this->log_.read_all(3).bytes.size(), 0u);
  this->fill(1);
}

TYPED_TEST_P(StorageContract, reads_from_the_batch_that_holds_an_offset_or_the_next_one) {
  this->add({.base_offset = 0, .count = 10});
  this->add({.base_offset = 50, .count = 10});
  this->expect_read({7, INT64_MAX, UINT64_MAX, true});
  this->expect_read({30, INT64_MAX, UINT64_MAX, true});
  this->expect_read({59, INT64_MAX, UINT64_MAX, true});
  EXPECT_EQ(this->log_.read_all(60).bytes.size(), 0u);
  EXPECT_EQ(this->log_.read_all(61).code, TN_E_NOT_FOUND);
}

TYPED_TEST_P(StorageContract, stops_before_the_end_offset) {
  this->fill(60);
  for (int64_t end : {0, 1, 30, 59, 60, 1000}) this->expect_read({0, end, UINT64_MAX, true});
  this->expect_read({20, 20, UINT64_MAX, true});
  this->expect_read({20, 21, 1, true});
}

TYPED_TEST_P(StorageContract, cuts_at_max_bytes_but_never_the_first_batch) {
  this->fill(10);
  this->expect_read({0, INT64_MAX, 250, true});
  this->expect_read({0, INT64_MAX, 1, true});
  this->expect_read({0, INT64_MAX, 1, false});
  this->expect_read({0, INT64_MAX, 0, true});
  this->expect_read({0, INT64_MAX, 0, false});
}

TYPED_TEST_P(StorageContract, rolls_by_size_and_reads_across_segments) {
  this->fill(200);
  const std::vector<tn_segment> segments = this->log_.segments();
  ASSERT_GT(segments.size(), 3u);
  for (size_t i = 0; i < segments.size(); i++) {
    EXPECT_LE(segments[i].bytes, this->spec_.segment_bytes);
    EXPECT_EQ(segments[i].end_offset,
              i + 1 < segments.size() ? segments[i + 1].base_offset : this->next());
    EXPECT_EQ(segments[i].max_timestamp_ms, 1000 + 10 * (segments[i].end_offset - 1));
  }
  this->expect_all_readable();
  this->expect_read({0, INT64_MAX, UINT64_MAX, true});
}

TYPED_TEST_P(StorageContract, rolls_by_the_time_of_its_records) {
  this->add({.base_offset = 0, .max_timestamp_ms = 1000});
  this->add({.base_offset = 1, .max_timestamp_ms = 1000 + this->spec_.segment_ms});
  EXPECT_EQ(this->log_.segments().size(), 1u);
  this->add({.base_offset = 2, .max_timestamp_ms = 1001 + this->spec_.segment_ms});
  EXPECT_EQ(this->log_.segments().size(), 2u);
}

TYPED_TEST_P(StorageContract, rolls_by_its_age_when_records_have_no_time) {
  this->add({.base_offset = 0, .max_timestamp_ms = -1});
  this->host_.advance_ms(this->spec_.segment_ms + 1);
  this->add({.base_offset = 1, .max_timestamp_ms = -1});
  EXPECT_EQ(this->log_.segments().size(), 2u);
}

TYPED_TEST_P(StorageContract, rolls_where_relative_offsets_would_overflow) {
  constexpr int64_t kFar = int64_t{1} << 31;
  this->add({.base_offset = 0});
  this->add({.base_offset = kFar - 1});
  EXPECT_EQ(this->log_.segments().size(), 1u);
  this->add({.base_offset = kFar});
  EXPECT_EQ(this->log_.segments().size(), 2u);
  this->expect_all_readable();
}

TYPED_TEST_P(StorageContract, rolls_by_the_size_it_was_configured_to) {
  this->fill(10);
  ASSERT_EQ(this->log_.segments().size(), 1u);
  TestSpec changed = this->spec_;
  changed.segment_bytes = 500;
  ASSERT_EQ(this->log_.configure(changed), TN_OK) << this->log_.error();
  EXPECT_EQ(this->log_.segments().size(), 1u);
  this->fill(8);
  EXPECT_EQ(this->log_.segments().size(), 3u);
  ASSERT_EQ(this->log_.configure(this->spec_), TN_OK) << this->log_.error();
  this->fill(20);
  EXPECT_EQ(this->log_.segments().size(), 3u);
  this->expect_all_readable();
}

TYPED_TEST_P(StorageContract, rolls_by_the_time_it_was_configured_to) {
  this->add({.base_offset = 0, .max_timestamp_ms = 1000});
  TestSpec changed = this->spec_;
  changed.segment_ms = 50;
  ASSERT_EQ(this->log_.configure(changed), TN_OK) << this->log_.error();
  this->add({.base_offset = 1, .max_timestamp_ms = 1050});
  EXPECT_EQ(this->log_.segments().size(), 1u);
  this->add({.base_offset = 2, .max_timestamp_ms = 1051});
  EXPECT_EQ(this->log_.segments().size(), 2u);
}

TYPED_TEST_P(StorageContract, looks_at_the_layout_alone_when_it_is_configured) {
  this->fill(3);
  TestSpec changed = this->spec_;
  changed.directory = "/elsewhere";
  changed.name = "payments-9";
  changed.start_offset = 77;
  ASSERT_EQ(this->log_.configure(changed), TN_OK) << this->log_.error();
  this->fill(100);
  this->expect_all_readable();
  this->reopen();
  this->expect_all_readable();
}

TYPED_TEST_P(StorageContract, goes_on_as_before_when_it_cannot_be_configured) {
  for (int64_t bytes : {0, -1}) {
    TestSpec changed = this->spec_;
    changed.segment_bytes = bytes;
    EXPECT_EQ(this->log_.configure(changed), TN_E_INVALID);
    EXPECT_NE(this->log_.error(), "");
  }
  this->fill(30);
  EXPECT_EQ(this->log_.segments().size(), 1u);
  this->expect_all_readable();
}

TYPED_TEST_P(StorageContract, takes_a_batch_that_is_larger_than_a_segment) {
  this->add({.base_offset = 0, .records_bytes = 20000});
  this->add({.base_offset = 1, .records_bytes = 20000});
  EXPECT_EQ(this->log_.segments().size(), 2u);
  this->expect_read({0, INT64_MAX, 100, true});
  this->expect_read({0, INT64_MAX, UINT64_MAX, true});
}

TYPED_TEST_P(StorageContract, begins_far_from_an_empty_start) {
  this->add({.base_offset = int64_t{1} << 40});
  EXPECT_EQ(this->log_.segments().size(), 1u);
  this->expect_all_readable();
}

TYPED_TEST_P(StorageContract, finds_the_first_batch_of_a_timestamp) {
  this->fill(150);
  for (int64_t ms : {-5, 0, 1000, 1001, 1500, 2009, 2010, 2490})
    EXPECT_EQ(this->log_.lookup(ms), this->model_.lookup(ms)) << ms;
  EXPECT_EQ(this->log_.lookup(2491), -1);
}

TYPED_TEST_P(StorageContract, finds_timestamps_that_do_not_rise) {
  for (int64_t i = 0; i < 100; i++)
    this->add({.base_offset = i, .max_timestamp_ms = 1000 + (i * 37) % 50});
  for (int64_t ms = 995; ms <= 1050; ms++)
    EXPECT_EQ(this->log_.lookup(ms), this->model_.lookup(ms)) << ms;
}

TYPED_TEST_P(StorageContract, truncates_at_any_offset) {
  for (int64_t offset = 119; offset >= 0; offset -= 17) {
    this->fill(static_cast<int>(120 - this->next()));
    this->truncate(offset);
    EXPECT_EQ(this->next(), offset);
    this->expect_all_readable();
  }
}

TYPED_TEST_P(StorageContract, truncates_a_batch_that_holds_the_offset_as_a_whole) {
  this->add({.base_offset = 0, .count = 10});
  this->add({.base_offset = 10, .count = 10});
  this->truncate(15);
  EXPECT_EQ(this->next(), 10);
  this->add({.base_offset = 10, .count = 3, .max_timestamp_ms = 5});
  this->expect_read({0, INT64_MAX, UINT64_MAX, true});
}

TYPED_TEST_P(StorageContract, truncating_at_the_end_or_behind_it_changes_nothing) {
  this->fill(5);
  this->truncate(5);
  ASSERT_EQ(this->log_.truncate(100), TN_OK);
  EXPECT_EQ(this->log_.truncate(-1), TN_E_INVALID);
  EXPECT_EQ(this->log_.segments().back().end_offset, 5);
  this->expect_all_readable();
}

TYPED_TEST_P(StorageContract, truncating_below_its_start_begins_anew_there) {
  this->fill(100);
  this->trim(60);
  ASSERT_GT(this->model_.start(), 10);
  this->truncate(10);
  EXPECT_EQ(this->model_.start(), 10);
  EXPECT_EQ(this->next(), 10);
  this->fill(3);
  this->expect_all_readable();
}

TYPED_TEST_P(StorageContract, forgets_the_timestamps_it_truncated) {
  this->fill(10);
  this->truncate(5);
  EXPECT_EQ(this->log_.segments().back().max_timestamp_ms, 1040);
  EXPECT_EQ(this->log_.lookup(1041), -1);
  EXPECT_EQ(this->log_.lookup(1040), 4);
}

TYPED_TEST_P(StorageContract, trims_whole_segments_only) {
  this->fill(200);
  const int64_t second = this->log_.segments()[1].base_offset;
  this->trim(second - 1);
  EXPECT_EQ(this->model_.start(), 0);
  this->trim(second);
  EXPECT_EQ(this->model_.start(), second);
  EXPECT_EQ(this->log_.read_all(second - 1).code, TN_E_NOT_FOUND);
  this->expect_all_readable();
}

TYPED_TEST_P(StorageContract, trims_everything_and_keeps_its_end) {
  this->fill(200);
  this->trim(200);
  EXPECT_EQ(this->model_.start(), 200);
  EXPECT_EQ(this->log_.segments().size(), 1u);
  EXPECT_EQ(this->log_.segments()[0].bytes, 0);
  EXPECT_EQ(this->log_.segments()[0].max_timestamp_ms, -1);
  this->fill(3);
  this->expect_all_readable();
  this->trim(203);
  this->trim(203);
}

TYPED_TEST_P(StorageContract, keeps_what_a_lease_holds_through_trim_truncate_and_close) {
  this->fill(100);
  std::vector<std::pair<tn_read, std::vector<uint8_t>>> held;
  for (int64_t from : {0, 50, 95}) {
    tn_read found;
    ASSERT_EQ(this->log_.read_slices({from, INT64_MAX, 500, true}, found), TN_OK);
    held.emplace_back(found, this->model_.read({from, INT64_MAX, 500, true}));
  }
  this->truncate(97);
  this->add({.base_offset = 97, .count = 9, .records_bytes = 500});
  this->trim(60);
  this->host_.run_jobs();
  void* const handle = this->log_.handle();
  EXPECT_EQ(this->log_.close(true), TN_OK);
  for (const auto& [found, wanted] : held) {
    EXPECT_EQ(this->log_.bytes_of(found), wanted);
    this->log_.release(handle, found);
  }
  EXPECT_EQ(this->host_.fs().open_files(), 0u);
}

TYPED_TEST_P(StorageContract, completes_every_flush_once) {
  EXPECT_EQ(this->flush().calls, 1);
  this->fill(100);
  FlushOutcome first, second;
  this->log_.flush(first);
  this->fill(1);
  this->log_.flush(second);
  this->host_.run_jobs();
  EXPECT_EQ(first.calls, 1);
  EXPECT_EQ(second.calls, 1);
  EXPECT_EQ(first.code, TN_OK);
  EXPECT_EQ(second.code, TN_OK);
}

TYPED_TEST_P(StorageContract, completes_flushes_that_are_under_way_when_it_closes) {
  this->fill(10);
  FlushOutcome outcome;
  this->log_.flush(outcome);
  EXPECT_EQ(this->log_.close(false), TN_OK);
  this->host_.run_jobs();
  EXPECT_EQ(outcome.calls, 1);
  EXPECT_EQ(outcome.code, TN_OK);
}

TYPED_TEST_P(StorageContract, keeps_blobs) {
  EXPECT_EQ(this->log_.get_blob("producers"), std::nullopt);
  EXPECT_EQ(this->log_.put_blob("producers", "one"), TN_OK);
  EXPECT_EQ(this->log_.put_blob("epochs", std::string(1000, 'x')), TN_OK);
  EXPECT_EQ(this->log_.put_blob("producers", ""), TN_OK);
  EXPECT_EQ(this->log_.get_blob("producers"), "");
  EXPECT_EQ(this->log_.get_blob("epochs"), std::string(1000, 'x'));
}

TYPED_TEST_P(StorageContract, finds_everything_again_after_a_clean_close) {
  this->fill(150);
  this->log_.put_blob("epochs", "0 0");
  this->trim(40);
  this->reopen();
  EXPECT_EQ(this->log_.state().was_clean, 1u);
  EXPECT_EQ(this->log_.state().start_offset, this->model_.start());
  EXPECT_EQ(this->log_.state().end_offset, this->next());
  EXPECT_EQ(this->log_.state().truncated_bytes, 0);
  EXPECT_EQ(this->log_.get_blob("epochs").has_value(), this->is_durable());
  this->expect_all_readable();
  this->fill(50);
  this->expect_all_readable();
}

TYPED_TEST_P(StorageContract, is_empty_after_it_was_removed) {
  this->fill(100);
  this->log_.put_blob("epochs", "0 0");
  ASSERT_EQ(this->log_.close(true), TN_OK) << this->log_.error();
  ASSERT_EQ(this->log_.open(this->spec_), TN_OK);
  EXPECT_EQ(this->log_.state().end_offset, 0);
  EXPECT_EQ(this->log_.get_blob("epochs"), std::nullopt);
}

// A walk of random operations, after each of which the log has to answer as the model does.
TYPED_TEST_P(StorageContract, answers_as_the_model_after_random_operations) {
  TestRandom& random = this->host_.random();
  const auto pick = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random.below(static_cast<uint64_t>(high - low) + 1));
  };
  for (int step = 0; step < 3000; step++) {
    const int64_t start = this->model_.start();
    const int64_t end = this->next();
    const uint64_t what = random.below(100);
    if (what < 50) {
      const int64_t gap = random.below(10) == 0 ? pick(1, 20) : 0;
      this->add({end + gap, static_cast<int32_t>(pick(1, 5)), pick(1000, 3000),
                 static_cast<size_t>(pick(0, random.below(20) == 0 ? 9000 : 300))});
    } else if (what < 75) {
      this->expect_read({pick(start, end), pick(start, end + 3),
                         static_cast<uint64_t>(pick(0, 6000)), random.below(2) == 0});
    } else if (what < 85) {
      const int64_t ms = pick(990, 3010);
      EXPECT_EQ(this->log_.lookup(ms), this->model_.lookup(ms));
    } else if (what < 88) {
      this->truncate(pick(std::max<int64_t>(0, end - 60), end));
    } else if (what < 91) {
      this->trim(random.below(10) == 0 ? end : pick(start, end));
    } else if (what < 95) {
      EXPECT_EQ(this->flush().code, TN_OK);
    } else if (what < 97) {
      this->host_.run_jobs();
    } else if (what < 98) {
      this->reopen();
    }
    ASSERT_FALSE(this->HasFailure()) << "step " << step;
  }
}

REGISTER_TYPED_TEST_SUITE_P(
    StorageContract, begins_empty_at_the_offset_it_is_told, reads_back_what_was_appended,
    appends_many_pieces_at_once, refuses_what_is_not_whole_batches_at_its_end,
    reads_from_the_batch_that_holds_an_offset_or_the_next_one, stops_before_the_end_offset,
    cuts_at_max_bytes_but_never_the_first_batch, rolls_by_size_and_reads_across_segments,
    rolls_by_the_time_of_its_records, rolls_by_its_age_when_records_have_no_time,
    rolls_where_relative_offsets_would_overflow, rolls_by_the_size_it_was_configured_to,
    rolls_by_the_time_it_was_configured_to, looks_at_the_layout_alone_when_it_is_configured,
    goes_on_as_before_when_it_cannot_be_configured, takes_a_batch_that_is_larger_than_a_segment,
    begins_far_from_an_empty_start, finds_the_first_batch_of_a_timestamp,
    finds_timestamps_that_do_not_rise, truncates_at_any_offset,
    truncates_a_batch_that_holds_the_offset_as_a_whole,
    truncating_at_the_end_or_behind_it_changes_nothing,
    truncating_below_its_start_begins_anew_there, forgets_the_timestamps_it_truncated,
    trims_whole_segments_only, trims_everything_and_keeps_its_end,
    keeps_what_a_lease_holds_through_trim_truncate_and_close, completes_every_flush_once,
    completes_flushes_that_are_under_way_when_it_closes, keeps_blobs,
    finds_everything_again_after_a_clean_close, is_empty_after_it_was_removed,
    answers_as_the_model_after_random_operations);

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
