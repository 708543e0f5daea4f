// SPDX-License-Identifier: Apache-2.0
//
// A few threads for work that blocks: fsync, recovery, cold reads. Work is started in the order of
// submission and must not throw. Its threads block signals, as those of shards do.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/scheduler.h"

namespace tenon::net {

class ThreadPool final : public BlockingPool {
 public:
  explicit ThreadPool(size_t threads);
  ~ThreadPool() override { stop(); }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Any thread. After stop() began, only from work that the pool itself runs.
  void submit(Work work) override;
  // Runs everything that was submitted, then joins the threads. Idempotent; not on a pool thread.
  void stop();

 private:
  void run(size_t index);

  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Work> queue_;  // guarded by mutex_
  bool stopping_ = false;   // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace tenon::net
