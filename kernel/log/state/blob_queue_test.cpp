// SPDX-License-Identifier: Apache-2.0

#include "log/state/blob_queue.h"

#include <deque>
#include <numeric>

#include "log/testing_log.h"

namespace tenon::log {
namespace {

// Runs nothing before it is told to.
class HeldPool final : public BlockingPool {
 public:
  void submit(Work work) override { jobs.push_back(std::move(work)); }
  void run_oldest() {
    Work job = std::move(jobs.front());
    jobs.pop_front();
    job();
  }

  std::deque<Work> jobs;
};

class BlobQueueTest : public testing::Test {
 protected:
  BlobQueueTest() {
    auto opened = storage_.engine().open({.directory = "/logs/t-0", .name = "t-0"});
    log_ = opened->log;
    blobs_ = std::make_shared<BlobQueue>(log_, scheduler_, scheduler_);
  }
  ~BlobQueueTest() override { scheduler_.run(); }

  static Bytes bytes(std::string_view text) {
    const ByteView view = as_bytes(text);
    return {view.begin(), view.end()};
  }
  // The answers come in order into answers_.
  void put(std::string_view name, std::string_view text) {
    blobs_->put(name, bytes(text), [this](const Result<>& done) {
      answers_.push_back(done ? "ok" : std::string(to_string(done.error().code)));
    });
  }
  std::string stored(const std::string& name) {
    const auto blob = log_->get_blob(name);
    return *blob ? std::string(as_text(**blob)) : "none";
  }

  SimScheduler scheduler_;
  TestingStorage storage_;
  std::shared_ptr<plugin::StorageLog> log_;
  std::shared_ptr<BlobQueue> blobs_;
  std::vector<std::string> answers_;
};

TEST_F(BlobQueueTest, puts_nothing_within_the_call) {
  put("a", "1");
  EXPECT_EQ(stored("a"), "none");
  scheduler_.run();
  EXPECT_EQ(stored("a"), "1");
  EXPECT_EQ(answers_, std::vector<std::string>{"ok"});
}

TEST_F(BlobQueueTest, the_last_one_given_is_the_one_that_stays) {
  put("a", "1");
  put("b", "2");
  put("a", "3");
  scheduler_.run();
  EXPECT_EQ(stored("a") + stored("b"), "32");
  EXPECT_EQ(answers_.size(), 3U);
}

TEST_F(BlobQueueTest, a_put_in_the_call_comes_behind_those_that_wait) {
  put("a", "1");
  ASSERT_TRUE(blobs_->put_now("a", bytes("2")));
  EXPECT_EQ(storage_.blobs_put, 2);
  EXPECT_EQ(stored("a"), "2");
  scheduler_.run();
  EXPECT_EQ(stored("a"), "2");
  EXPECT_EQ(answers_, std::vector<std::string>{"ok"});
}

TEST_F(BlobQueueTest, drained_it_has_put_everything) {
  put("a", "1");
  put("b", "2");
  blobs_->drain();
  EXPECT_EQ(stored("a") + stored("b"), "12");
  EXPECT_TRUE(answers_.empty());
  scheduler_.run();
  EXPECT_EQ(answers_.size(), 2U);
}

TEST_F(BlobQueueTest, a_failed_put_leaves_the_old_blob_and_the_others_alone) {
  put("a", "1");
  scheduler_.run();
  storage_.fail_blobs = true;
  put("a", "2");
  scheduler_.run();
  storage_.fail_blobs = false;
  put("b", "3");
  scheduler_.run();
  EXPECT_EQ(stored("a") + stored("b"), "13");
  EXPECT_EQ(answers_.size(), 3U);
  EXPECT_NE(answers_[1], "ok");
}

TEST_F(BlobQueueTest, stopped_it_puts_no_more_and_still_answers) {
  put("a", "1");
  blobs_->stop();
  put("a", "2");
  scheduler_.run();
  EXPECT_EQ(stored("a"), "none");
  EXPECT_EQ(answers_, (std::vector<std::string>{"Shutdown", "Shutdown"}));
}

TEST_F(BlobQueueTest, however_many_wait_they_are_one_job_of_the_pool) {
  HeldPool pool;
  blobs_ = std::make_shared<BlobQueue>(log_, scheduler_, pool);
  std::vector<int> answered;
  const auto put_number = [&](int i) {
    blobs_->put("a", bytes(std::to_string(i)), [&answered, i](const Result<>& done) {
      EXPECT_TRUE(done);
      answered.push_back(i);
    });
  };
  for (int i = 0; i < 50; ++i) put_number(i);
  EXPECT_EQ(pool.jobs.size(), 1U);
  pool.run_oldest();
  EXPECT_TRUE(pool.jobs.empty());
  EXPECT_EQ(storage_.blobs_put, 50);
  EXPECT_EQ(stored("a"), "49");
  // The job has ended, so that the next one calls another.
  put_number(50);
  EXPECT_EQ(pool.jobs.size(), 1U);
  pool.run_oldest();
  EXPECT_EQ(stored("a"), "50");
  scheduler_.run();
  std::vector<int> given(51);
  std::iota(given.begin(), given.end(), 0);
  EXPECT_EQ(answered, given);
}

TEST_F(BlobQueueTest, a_job_that_finds_everything_drained_ends_and_the_next_put_calls_another) {
  HeldPool pool;
  blobs_ = std::make_shared<BlobQueue>(log_, scheduler_, pool);
  put("a", "1");
  blobs_->drain();
  put("a", "2");
  EXPECT_EQ(pool.jobs.size(), 1U);
  pool.run_oldest();
  EXPECT_EQ(stored("a"), "2");
  put("a", "3");
  EXPECT_EQ(pool.jobs.size(), 1U);
  pool.run_oldest();
  scheduler_.run();
  EXPECT_EQ(answers_.size(), 3U);
}

TEST_F(BlobQueueTest, what_waits_outlives_its_owner) {
  put("a", "1");
  blobs_.reset();
  scheduler_.run();
  EXPECT_EQ(stored("a"), "1");
  EXPECT_EQ(answers_, std::vector<std::string>{"ok"});
}

}  // namespace
}  // namespace tenon::log
