// SPDX-License-Identifier: Apache-2.0
//
// A TestHost that knows when its instance is alive, and notes what the instance asks of it at
// another time: [any & alive] of host.h, held against what really happens. Used by
// thread_properties.hpp; any thread may call the host.
//
// Jobs of the executor begin a while after they were submitted, as on a busy broker, and never
// after destroy: one that was still waiting then is a fault of the plugin, which is to see to it
// that its jobs have ended.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "conformance/process_state.hpp"
#include "conformance/test_host.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

class WatchedHost {
 public:
  explicit WatchedHost(uint64_t seed = 1) : inner_(JobMode::kThread, seed) {
    host_ = *inner_.get();
    host_.ctx = this;
    host_.log = log;
    host_.get_extension = get_extension;
    clock_ = {sizeof(clock_), 0, this, wall_ms, monotonic_ns};
    random_ = {sizeof(random_), 0, this, next_random};
    executor_ = {sizeof(executor_), 0, this, submit};
    watch_fs();
  }
  WatchedHost(const WatchedHost&) = delete;
  WatchedHost& operator=(const WatchedHost&) = delete;

  const tn_host* get() const { return &host_; }
  TestHost& inner() { return inner_; }

  // destroy has returned, or a create that failed: from here on, every call is wrong.
  void end_life() {
    std::lock_guard<std::mutex> lock(mutex_);
    alive_ = false;
    if (waiting_jobs_ > 0) note_locked("a job that it submitted had not begun");
  }
  // What happened after that, or "".
  std::string wrong() {
    std::lock_guard<std::mutex> lock(mutex_);
    return wrong_;
  }

 private:
  struct Job {
    WatchedHost* host;
    void (*fn)(void* arg);
    void* arg;
  };
  static constexpr std::chrono::milliseconds kJobsWait{20};

  static WatchedHost& of(void* ctx) { return *static_cast<WatchedHost*>(ctx); }

  void note_locked(const std::string& what) {
    if (wrong_.empty()) wrong_ = what;
  }
  WatchedHost& called(const char* function) {
    if (alive_) return *this;
    std::lock_guard<std::mutex> lock(mutex_);
    note_locked(std::string("it called ") + function + " of the host");
    return *this;
  }

  static void log(const tn_host* host, int32_t level, const char* text, size_t len) {
    const tn_host* inner = of(host->ctx).called("log").inner_.get();
    inner->log(inner, level, text, len);
  }
  static const void* get_extension(const tn_host* host, const char* id) {
    WatchedHost& self = of(host->ctx).called("get_extension");
    const void* inner = self.inner_.get()->get_extension(self.inner_.get(), id);
    const std::string_view name = id;
    if (inner == nullptr) return nullptr;
    if (name == TN_HOST_CLOCK_ID) return &self.clock_;
    if (name == TN_HOST_RANDOM_ID) return &self.random_;
    if (name == TN_HOST_EXECUTOR_ID) return &self.executor_;
    if (name == TN_HOST_FS_ID) return &self.fs_;
    return inner;
  }
  static int64_t wall_ms(void* ctx) { return of(ctx).called("wall_ms").inner_.now_ms(); }
  static int64_t monotonic_ns(void* ctx) {
    return of(ctx).called("monotonic_ns").inner_.now_ms() * 1000000;
  }
  static uint64_t next_random(void* ctx) { return of(ctx).called("next").inner_.random().next(); }

  static void submit(void* ctx, void (*fn)(void* arg), void* arg) {
    WatchedHost& self = of(ctx).called("submit");
    {
      std::lock_guard<std::mutex> lock(self.mutex_);
      self.waiting_jobs_++;
    }
    const auto* executor = static_cast<const tn_host_executor*>(
        self.inner_.get()->get_extension(self.inner_.get(), TN_HOST_EXECUTOR_ID));
    executor->submit(executor->ctx, run, new Job{&self, fn, arg});
  }
  static void run(void* arg) {
    const std::unique_ptr<Job> job(static_cast<Job*>(arg));
    std::this_thread::sleep_for(kJobsWait);
    {
      std::lock_guard<std::mutex> lock(job->host->mutex_);
      if (!job->host->alive_) return;
      job->host->waiting_jobs_--;
    }
    job->fn(job->arg);
  }

  // A function of the file system that notes the call and passes it on; one for each member.
  template <auto kMember>
  struct FsCall;
  template <class R, class... Args, R (*tn_host_fs::*kMember)(void*, Args...)>
  struct FsCall<kMember> {
    static R call(void* ctx, Args... args) {
      const tn_host_fs& inner = *of(ctx).called("tenon.fs/1").inner_.fs().get();
      return (inner.*kMember)(inner.ctx, args...);
    }
  };
  template <auto... kMembers>
  void watch_fs_members() {
    ((fs_.*kMembers = FsCall<kMembers>::call), ...);
  }
  void watch_fs() {
    fs_.struct_size = sizeof(fs_);
    fs_.ctx = this;
    using Fs = tn_host_fs;
    watch_fs_members<&Fs::open, &Fs::close, &Fs::read_at, &Fs::write_at, &Fs::sync, &Fs::truncate,
                     &Fs::map, &Fs::unmap, &Fs::info, &Fs::make_directory, &Fs::list, &Fs::rename,
                     &Fs::remove, &Fs::sync_directory, &Fs::start_writeback>();
  }

  tn_host host_{};
  tn_host_clock clock_{};
  tn_host_random random_{};
  tn_host_executor executor_{};
  tn_host_fs fs_{};
  std::atomic<bool> alive_{true};
  std::mutex mutex_;
  std::string wrong_;     // guarded by mutex_
  int waiting_jobs_ = 0;  // guarded by mutex_
  TestHost inner_;        // last: its thread uses the others
};

// Waits until no more than `n` threads run, or half a second: what a thread of a plugin's own still
// does when its instance is gone shall be seen.
inline void wait_for_threads_above(size_t n) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  while (Holdings::now().threads > n && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
