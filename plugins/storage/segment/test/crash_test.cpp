// SPDX-License-Identifier: Apache-2.0
//
// The power goes at every single operation of the file system, and the log has to come back with
// what it promised: everything that a flush had confirmed, nothing that was never written, in
// order, and no offset twice.

#include <functional>

#include "fixture.h"

namespace tenon::segment {
namespace {

// What may be found after a crash.
struct Promise {
  std::vector<TestBatch> now;      // everything appended and not truncated
  std::vector<TestBatch> earlier;  // the same before a truncate that is under way
  int64_t durable_end = 0;         // confirmed by a flush
  int64_t start = 0;               // at most this
  std::string blob;                // confirmed
  std::string blob_under_way;
};

// A log at work, its promise, and the disk as it was at one moment.
class Workload {
 public:
  explicit Workload(uint64_t seed) : random_(seed) {
    machine_.spec.segment_bytes = 1500;
    machine_.fs.set_before([this](const char*, const std::string&) {
      if (operations_++ == crash_at_) snapshot();
      return TN_OK;
    });
  }

  // Runs to its end; the power goes before operation `crash_at`. How many operations there were.
  size_t run(size_t crash_at, CrashMode mode, uint64_t seed) {
    crash_at_ = crash_at;
    mode_ = mode;
    seed_ = seed;
    EXPECT_EQ(machine_.open(), TN_OK);
    for (int i = 0; i < 60; i++) step();
    machine_.log.close(false);
    machine_.host.run_jobs();
    return operations_;
  }

  // Starts again from what the disk had, and looks at it.
  void expect_recovers() {
    ASSERT_TRUE(disk_);
    auto next = restart(std::move(*disk_), LogModel());
    next->spec = machine_.spec;
    ASSERT_EQ(next->open(), TN_OK) << next->log.error();
    expect_kept(*next);
    // A second crash at once finds no less than was promised.
    auto again = restart(next->fs.crash(mode_, seed_ + 1), LogModel());
    again->spec = machine_.spec;
    ASSERT_EQ(again->open(), TN_OK) << again->log.error();
    expect_kept(*again);
    // One after a flush finds all that was recovered.
    ASSERT_EQ(next->flush(), TN_OK);
    auto last = restart(next->fs.crash(CrashMode::kLose, seed_), LogModel());
    last->spec = machine_.spec;
    ASSERT_EQ(last->open(), TN_OK) << last->log.error();
    EXPECT_EQ(last->contents(), next->contents());
    // And the log goes on.
    const int64_t end = again->log.state().end_offset;
    const TestBatch more = make_batch({.base_offset = end, .count = 2});
    ASSERT_EQ(again->log.append({more}), TN_OK) << again->log.error();
    EXPECT_EQ(again->log.read_all(end).bytes, more.bytes);
    ASSERT_EQ(again->log.close(false), TN_OK) << again->log.error();
    ASSERT_EQ(again->open(), TN_OK) << again->log.error();
    EXPECT_EQ(again->log.state().was_clean, 1u);
    EXPECT_EQ(again->log.read_all(end).bytes, more.bytes);
  }

 private:
  void snapshot() {
    disk_.emplace(machine_.fs.crash(mode_, seed_));
    promised_ = promise_;
  }

  void expect_kept(const Machine& next) const {
    const tn_log_state& state = next.log.state();
    EXPECT_LE(state.start_offset, promised_.start);
    EXPECT_GE(state.end_offset, promised_.durable_end);
    const std::vector<uint8_t> found = next.contents();
    const bool fits =
        matches(found, state, promised_.now) || matches(found, state, promised_.earlier);
    EXPECT_TRUE(fits) << "found [" << state.start_offset << ", " << state.end_offset
                      << "), durable to " << promised_.durable_end;
    const std::optional<std::string> blob = next.log.get_blob("epochs");
    EXPECT_TRUE(blob.value_or("") == promised_.blob ||
                blob.value_or("") == promised_.blob_under_way);
  }
  // True if what was found is exactly the batches of `history` between its start and its end.
  static bool matches(const std::vector<uint8_t>& found, const tn_log_state& state,
                      const std::vector<TestBatch>& history) {
    std::vector<TestBatch> wanted;
    for (const TestBatch& batch : history)
      if (batch.base_offset >= state.start_offset && batch.last_offset < state.end_offset)
        wanted.push_back(batch);
    return join(wanted) == found;
  }

  void step() {
    const uint64_t what = random_.below(100);
    if (what < 60) append();
    if (what >= 60 && what < 75) flush();
    if (what >= 75 && what < 82) machine_.host.run_jobs();
    if (what >= 82 && what < 88) truncate();
    if (what >= 88 && what < 94) trim();
    if (what >= 94) put_blob();
    collect_flushes();
  }
  void append() {
    std::vector<TestBatch> batches;
    int64_t next = end();
    for (uint64_t i = 0; i <= random_.below(3); i++) {
      next += random_.below(8) == 0 ? 3 : 0;
      batches.push_back(make_batch({next, static_cast<int32_t>(1 + random_.below(3)),
                                    static_cast<int64_t>(1000 + random_.below(500)),
                                    static_cast<size_t>(random_.below(300))}));
      // Contents differ even where an offset is used again after a truncate.
      batches.back().bytes[12] = static_cast<uint8_t>(++generation_);
      next = batches.back().last_offset + 1;
    }
    promise_.now.insert(promise_.now.end(), batches.begin(), batches.end());
    ASSERT_EQ(machine_.log.append(batches), TN_OK) << machine_.log.error();
  }
  void flush() {
    flushed_.push_back({std::make_unique<FlushOutcome>(), end()});
    machine_.log.flush(*flushed_.back().first);
    if (random_.below(3) > 0) machine_.host.run_jobs();
  }
  void collect_flushes() {
    std::erase_if(flushed_, [this](const auto& flush) {
      if (flush.first->calls == 0) return false;
      EXPECT_EQ(flush.first->code, TN_OK);
      promise_.durable_end = std::max(promise_.durable_end, std::min(flush.second, end()));
      return true;
    });
  }
  void truncate() {
    const int64_t offset = end() - static_cast<int64_t>(random_.below(8));
    if (offset < promise_.start) return;
    promise_.earlier = promise_.now;
    std::erase_if(promise_.now, [&](const TestBatch& b) { return b.last_offset >= offset; });
    const int64_t kept = promise_.now.empty() ? 0 : promise_.now.back().last_offset + 1;
    promise_.durable_end = std::min(promise_.durable_end, kept);
    for (auto& flush : flushed_) flush.second = std::min(flush.second, kept);
    tn_read held;
    const bool shared = random_.below(2) == 0;
    if (shared) machine_.log.read_slices({promise_.start, INT64_MAX, UINT64_MAX, true}, held);
    ASSERT_EQ(machine_.log.truncate(offset), TN_OK) << machine_.log.error();
    if (shared) machine_.log.release(held);
    promise_.earlier.clear();
  }
  void trim() {
    int64_t start = 0;
    const int64_t offset = random_.below(4) == 0 ? end() : end() - 10;
    // The start may move as far as that while it is under way.
    promise_.start = std::max(promise_.start, std::max<int64_t>(offset, 0));
    ASSERT_EQ(machine_.log.trim(offset, start), TN_OK) << machine_.log.error();
    promise_.start = start;
  }
  void put_blob() {
    promise_.blob_under_way = "epoch " + std::to_string(++generation_);
    ASSERT_EQ(machine_.log.put_blob("epochs", promise_.blob_under_way), TN_OK);
    promise_.blob = promise_.blob_under_way;
  }
  int64_t end() const { return machine_.log.segments().back().end_offset; }

  TestRandom random_;
  Promise promise_, promised_;
  size_t operations_ = 0;
  size_t crash_at_ = SIZE_MAX;
  CrashMode mode_ = CrashMode::kKeep;
  uint64_t seed_ = 0;
  int generation_ = 0;
  std::optional<CrashFs> disk_;
  std::vector<std::pair<std::unique_ptr<FlushOutcome>, int64_t>> flushed_;
  Machine machine_{CrashFs(), {{"checkpoint_bytes", "4096"}}};
};

class SegmentCrash : public ::testing::TestWithParam<CrashMode> {};

TEST_P(SegmentCrash, keeps_its_promise_wherever_the_power_goes) {
  for (uint64_t seed = 1; seed <= 4; seed++) {
    const size_t operations = Workload(seed).run(SIZE_MAX, GetParam(), 0);
    for (size_t at = 0; at < operations; at++) {
      Workload workload(seed);
      workload.run(at, GetParam(), seed * 1000 + at);
      workload.expect_recovers();
      ASSERT_FALSE(HasFailure()) << "seed " << seed << ", operation " << at;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Power, SegmentCrash,
                         ::testing::Values(CrashMode::kLose, CrashMode::kKeep, CrashMode::kMix));

}  // namespace
}  // namespace tenon::segment
