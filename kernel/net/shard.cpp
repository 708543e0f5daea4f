// SPDX-License-Identifier: Apache-2.0

#include "net/shard.h"

#include <sys/eventfd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "base/assert.h"
#include "net/asio.h"
#include "net/thread_setup.h"

namespace tenon::net {
namespace {

// After so many rounds of posted work the sockets and timers get their turn.
constexpr int kRoundsMax = 8;

thread_local const Shard* current_shard = nullptr;

using Timers = std::map<std::pair<MonoTime, TimerId>, Work>;

// Keeps what was left over at stop reachable for ever (invariant 4).
void abandon(std::vector<Work> work, Timers timers) {
  struct Leftovers {
    std::vector<Work> work;
    Timers timers;
  };
  static std::mutex mutex;
  static auto* const kept = new std::vector<Leftovers>;
  if (work.empty() && timers.empty()) return;
  const std::lock_guard lock(mutex);
  kept->push_back({std::move(work), std::move(timers)});
}

}  // namespace

struct Shard::Loop {
  // One thread runs it, which spares Asio the locks of its own queue.
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running{
      io.get_executor()};
  std::thread thread;

  std::mutex mutex;
  std::vector<Work> inbox;  // guarded by mutex
  bool drain_due = false;   // guarded by mutex: a drain is queued or running

  // The shard's thread only.
  std::vector<Work> running;
  Timers timers;
  std::unordered_map<TimerId, MonoTime> times;
  TimerId last_timer = 0;
  boost::asio::steady_timer alarm{io};
  MonoTime alarm_at = MonoTime::max();
  // Other threads wake the loop by this descriptor. Asio's own way wakes it with a lock held that
  // it needs at once: it would go back to sleep, to be woken a second time.
  boost::asio::posix::stream_descriptor bell{io, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  uint64_t rings = 0;

  void ring() {
    const uint64_t one = 1;
    [[maybe_unused]] const auto written = write(bell.native_handle(), &one, sizeof one);
  }
  void await_ring();
  void post_drain() {
    boost::asio::post(io, [this] { drain(); });
  }
  void drain();
  void arm_alarm();
  void run_due_timers(MonoTime now);
};

void Shard::Loop::drain() {
  for (int round = 0; round < kRoundsMax; ++round) {
    {
      const std::lock_guard lock(mutex);
      if (inbox.empty()) {
        drain_due = false;
        return;
      }
      running.swap(inbox);
    }
    for (Work& each : running) {
      // Dropped as soon as it has run, with all that it holds.
      Work work = std::move(each);
      work();
    }
    running.clear();
  }
  post_drain();
}

void Shard::Loop::await_ring() {
  bell.async_read_some(boost::asio::buffer(&rings, sizeof rings),
                       [this](const boost::system::error_code& error, size_t) {
                         if (error) return;
                         drain();
                         await_ring();
                       });
}

void Shard::Loop::arm_alarm() {
  if (timers.empty()) return;
  const MonoTime first = timers.begin()->first.first;
  if (first >= alarm_at) return;
  // A timer that was cancelled leaves its alarm, which then rings for nothing and is set anew.
  alarm_at = first;
  alarm.expires_at(first);
  alarm.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    alarm_at = MonoTime::max();
    run_due_timers(std::chrono::steady_clock::now());
    arm_alarm();
  });
}

void Shard::Loop::run_due_timers(MonoTime now) {
  while (!timers.empty() && timers.begin()->first.first <= now) {
    auto due = timers.extract(timers.begin());
    times.erase(due.key().second);
    due.mapped()();
  }
}

Shard::Shard(size_t index) : index_(index), loop_(std::make_unique<Loop>()) {
  loop_->await_ring();
}

Shard::~Shard() {
  stop();
  abandon(std::move(loop_->inbox), std::move(loop_->timers));
}

void Shard::post(Work work) {
  bool first;
  {
    const std::lock_guard lock(loop_->mutex);
    loop_->inbox.push_back(std::move(work));
    first = !std::exchange(loop_->drain_due, true);
  }
  if (!first) return;
  if (is_current()) {
    loop_->post_drain();
  } else {
    loop_->ring();
  }
}

TimerId Shard::call_at(MonoTime when, Work work) {
  TN_ASSERT(is_current() || !loop_->thread.joinable());
  const TimerId timer = ++loop_->last_timer;
  loop_->timers.emplace(std::pair(when, timer), std::move(work));
  loop_->times.emplace(timer, when);
  loop_->arm_alarm();
  return timer;
}

void Shard::cancel(TimerId timer) {
  TN_ASSERT(is_current() || !loop_->thread.joinable());
  const auto found = loop_->times.find(timer);
  if (found == loop_->times.end()) return;
  // Out of the maps before it is destroyed: what it holds may set or cancel timers in turn.
  const auto dropped = loop_->timers.extract(std::pair(found->second, timer));
  loop_->times.erase(found);
}

bool Shard::is_current() const {
  return current_shard == this;
}

void Shard::run_and_wait(Work work) {
  TN_ASSERT(current_shard == nullptr);
  std::promise<void> done;
  post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void Shard::start() {
  TN_ASSERT(!loop_->thread.joinable());
  loop_->thread = std::thread([this] {
    set_up_thread("tenon-shard-" + std::to_string(index_));
    current_shard = this;
    loop_->io.run();
  });
}

void Shard::stop() {
  if (!loop_->thread.joinable()) return;
  TN_ASSERT(!is_current());
  post([this] { loop_->io.stop(); });
  loop_->thread.join();
}

boost::asio::io_context& io_context_of(Shard& shard) {
  return shard.loop_->io;
}

void ShardSet::start(size_t count) {
  TN_ASSERT(shards_.empty());
  for (size_t i = 0; i < std::max<size_t>(count, 1); ++i) {
    shards_.push_back(std::make_unique<Shard>(i));
  }
  for (const auto& shard : shards_) shard->start();
}

void ShardSet::stop() {
  for (const auto& shard : shards_) shard->stop();
}

}  // namespace tenon::net
