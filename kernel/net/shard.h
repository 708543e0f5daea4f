// SPDX-License-Identifier: Apache-2.0
//
// A shard: one thread that runs one event loop, and the Scheduler of everything that lives on it
// (connections, logs of partitions, coordinators). The loop is Asio's; net/asio.h gives it to the
// few files that must see it.
//
// Threads
//   post, is_current and index may be called from any thread; call_at and cancel only from the
//   shard's own. start and stop belong to the thread that owns the ShardSet.
//
// Invariants
//   1. Work posted by one thread runs in the order of its posts; no work runs inside post().
//   2. One wake serves every post that was made before it; a wake is one write to an eventfd, made
//      without holding a lock that the shard takes.
//   3. The thread blocks every asynchronous signal, so that they reach the main thread, and
//   SIGPIPE.
//   4. Work and timers left over at stop are neither run nor destroyed: destroying them would
//      resume coroutines on the wrong thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/scheduler.h"

namespace boost::asio {
class io_context;
}

namespace tenon::net {

class Shard final : public Scheduler {
 public:
  explicit Shard(size_t index);
  ~Shard() override;
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  size_t index() const { return index_; }
  void post(Work work) override;
  TimerId call_at(MonoTime when, Work work) override;
  void cancel(TimerId timer) override;
  const Clock& clock() const override { return clock_; }
  bool is_current() const override;

  // Runs `work` on the shard and waits for its end. Not on a shard; the shard must be running.
  void run_and_wait(Work work);

  // Starts the thread. Once.
  void start();
  // Runs what was posted before, then ends the thread and waits for it. Not on a shard. Idempotent.
  void stop();

 private:
  friend boost::asio::io_context& io_context_of(Shard& shard);
  struct Loop;

  size_t index_;
  SystemClock clock_;
  std::unique_ptr<Loop> loop_;
};

// The shards of a process, numbered from 0.
class ShardSet {
 public:
  ShardSet() = default;
  ~ShardSet() { stop(); }
  ShardSet(const ShardSet&) = delete;
  ShardSet& operator=(const ShardSet&) = delete;

  // Makes `count` shards (at least one) and starts them. Once.
  void start(size_t count);
  // Stops all threads; the shards stay valid until the set is destroyed. Idempotent.
  void stop();
  Shard& at(size_t index) { return *shards_[index]; }
  size_t size() const { return shards_.size(); }

 private:
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace tenon::net
