// SPDX-License-Identifier: Apache-2.0
//
// One owner, many readers, blobs and syncs on threads of their own; on real files. What is checked
// does not depend on how they interleave; a thread sanitizer looks for the rest.

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
      end = log_.segments().back().end_offset;
    }
    host_.wait_for_jobs();
    for (const auto& flush : flushes) EXPECT_EQ(flush->calls, 1);
  }

  void put_blobs_until_stopped() {
    for (int i = 0; !stopped_; i++)
      if (log_.put_blob("epochs", std::to_string(i)) != TN_OK) bad_++;
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
  readers.emplace_back([this] { put_blobs_until_stopped(); });
  change();
  stopped_ = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(bad_, 0);
  EXPECT_GT(reads_, 0);
  EXPECT_EQ(log_.close(false), TN_OK) << log_.error();
  EXPECT_EQ(log_.open(spec_), TN_OK) << log_.error();
  EXPECT_EQ(log_.state().was_clean, 1u);
}

// Logs that one thread appends to, and whose rounds run on several.
class SegmentWorkers : public ::testing::Test {
 protected:
  static constexpr size_t kLogs = 24;
  static constexpr int kFlushes = 100;

  struct One {
    One(const Instance& plugin, const tn_host_fs& fs) : log(plugin, fs) {}
    TestSpec spec;
    TestLog log;
    int64_t end = 0;
    std::atomic<int> asked = 0;
    std::atomic<int> answered = 0;
    std::atomic<int> failed = 0;
    static void done(void* arg, tn_code code, const tn_error*) {
      auto* one = static_cast<One*>(arg);
      if (code != TN_OK) one->failed++;
      one->answered++;
    }
  };

  void SetUp() override {
    for (size_t i = 0; i < kLogs; i++) {
      logs_.push_back(std::make_unique<One>(plugin_, *host_.fs().get()));
      One& one = *logs_.back();
      one.spec.directory = directory_.file("orders-" + std::to_string(i));
      ASSERT_EQ(one.log.open(one.spec), TN_OK) << one.log.error();
    }
    for (int i = 0; i < 4; i++)
      workers_.emplace_back([this] {
        while (!stopped_)
          if (host_.run_jobs() == 0) std::this_thread::yield();
      });
  }
  void stop() {
    stopped_ = true;
    for (std::thread& worker : std::exchange(workers_, {})) worker.join();
    host_.run_jobs();
  }
  void TearDown() override { stop(); }
  // True if the log has been asked often enough.
  static bool advance(One& one) {
    if (one.answered < one.asked) return false;
    if (one.asked == kFlushes) return true;
    EXPECT_EQ(one.log.append({make_batch({.base_offset = one.end++})}), TN_OK) << one.log.error();
    one.asked++;
    one.log.api().flush(one.log.handle(), &One::done, &one);
    return false;
  }

  TestHost host_;
  TestDirectory directory_;
  Instance plugin_{host_, "segment", {{"checkpoint_bytes", "8KiB"}}};
  std::vector<std::unique_ptr<One>> logs_;
  std::atomic<bool> stopped_ = false;
  std::vector<std::thread> workers_;
};

TEST_F(SegmentWorkers, answer_every_flush_once_and_close_while_others_go_on) {
  for (size_t left = kLogs; left > 0;) {
    for (auto& one : logs_) {
      if (one->log.handle() == nullptr || !advance(*one)) continue;
      EXPECT_EQ(one->log.close(false), TN_OK) << one->log.error();
      left--;
    }
  }
  stop();
  for (auto& one : logs_) {
    EXPECT_EQ(one->answered, kFlushes);
    EXPECT_EQ(one->failed, 0);
    ASSERT_EQ(one->log.open(one->spec), TN_OK) << one->log.error();
    EXPECT_EQ(one->log.state().end_offset, kFlushes);
  }
}

}  // namespace
}  // namespace tenon::segment
