// SPDX-License-Identifier: Apache-2.0
//
// One owner, many readers, and syncs on a thread of their own; on real files. What is checked does
// not depend on how they interleave; a thread sanitizer looks for the rest.

#include <atomic>
#include <thread>

#include "fixture.h"

namespace tenon::segment {
namespace {

class SegmentThreads : public ::testing::Test {
 protected:
  void SetUp() override {
    spec_.directory = directory_.file("orders-0");
    ASSERT_EQ(log_.open(spec_), TN_OK) << log_.error();
  }
  // True if the bytes are batches with good CRCs and rising offsets, the last one perhaps cut.
  static bool are_batches(const std::vector<uint8_t>& bytes) {
    int64_t next = -1;
    for (size_t at = 0; at + kTestBatchHeader <= bytes.size();) {
      const uint8_t* batch = bytes.data() + at;
      const size_t size = static_cast<size_t>(get_be<int32_t>(batch + 8)) + 12;
      if (batch[16] != 2 || get_be<int64_t>(batch) <= next) return false;
      if (at + size <= bytes.size() &&
          crc32c(0, batch + 21, size - 21) != get_be<uint32_t>(batch + 17))
        return false;
      next = get_be<int64_t>(batch) + get_be<int32_t>(batch + 23);
      at += size;
    }
    return true;
  }
  void read_until_stopped(uint64_t seed) {
    TestRandom random(seed);
    while (!stopped_) {
      const std::vector<tn_segment> segments = log_.segments();
      const int64_t low = segments.front().base_offset;
      const int64_t high = segments.back().end_offset;
      const int64_t from =
          low + static_cast<int64_t>(random.below(static_cast<uint64_t>(high - low) + 1));
      const int64_t end = random.below(2) == 0 ? INT64_MAX : high;
      const ReadOutcome outcome = log_.read({from, end, 1 + random.below(5000), true});
      // The log may have become shorter since.
      if (outcome.code != TN_OK && outcome.code != TN_E_NOT_FOUND) bad_++;
      if (!are_batches(outcome.bytes)) bad_++;
      if (log_.lookup(static_cast<int64_t>(random.below(20000))) == -2) bad_++;
      (void)log_.get_blob("epochs");
      reads_++;
    }
  }
  // A few hundred of each change.
  void change() {
    TestRandom random(5);
    std::vector<std::unique_ptr<FlushOutcome>> flushes;
    int64_t end = 0;
    for (int i = 0; i < 1500; i++) {
      const std::vector<TestBatch> batches{
          make_batch({end, 1, 1000 + end, static_cast<size_t>(random.below(300))})};
      ASSERT_EQ(log_.append(batches), TN_OK) << log_.error();
      end++;
      if (i % 9 == 0) flushes.push_back(std::make_unique<FlushOutcome>());
      if (i % 9 == 0) log_.flush(*flushes.back());
      if (i % 25 == 0)
        ASSERT_EQ(log_.truncate(std::max<int64_t>(0, end - static_cast<int64_t>(random.below(30)))),
                  TN_OK);
      int64_t start = 0;
      if (i % 40 == 0) ASSERT_EQ(log_.trim(end - 60, start), TN_OK);
      if (i % 100 == 0) ASSERT_EQ(log_.put_blob("epochs", std::to_string(i)), TN_OK);
      end = log_.segments().back().end_offset;
    }
    host_.wait_for_jobs();
    for (const auto& flush : flushes) EXPECT_EQ(flush->calls, 1);
  }

  TestHost host_{JobMode::kThread};
  TestDirectory directory_;
  Instance plugin_{host_, "segment", {{"checkpoint_bytes", "8KiB"}}};
  TestSpec spec_;
  TestLog log_{plugin_, *host_.fs().get()};
  std::atomic<bool> stopped_ = false;
  std::atomic<int> bad_ = 0;
  std::atomic<int> reads_ = 0;
};

TEST_F(SegmentThreads, serves_readers_while_its_owner_changes_it) {
  std::vector<std::thread> readers;
  for (uint64_t seed = 1; seed <= 3; seed++)
    readers.emplace_back([this, seed] { read_until_stopped(seed); });
  change();
  stopped_ = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(bad_, 0);
  EXPECT_GT(reads_, 0);
  EXPECT_EQ(log_.close(false), TN_OK) << log_.error();
  EXPECT_EQ(log_.open(spec_), TN_OK) << log_.error();
  EXPECT_EQ(log_.state().was_clean, 1u);
}

}  // namespace
}  // namespace tenon::segment
