// SPDX-License-Identifier: Apache-2.0
//
// A tn_host for tests of plugins: nothing of the kernel is needed. With "conformance/instance.hpp":
//
//   TestHost host;                                    // fixed clock, seeded random, POSIX files
//   Instance plugin(host, "gzip", {{"level", "6"}});  // the plugin linked into this test
//   const auto& codec = *plugin.interface<tn_codec>(TN_CODEC_ID);
//
// Clock: stands still until the test moves it. Random: SplitMix64 of the seed. Executor: jobs wait
// for run_jobs() (kDeferred), run at once (kInline, which a real host never does), or run on one
// thread of their own (kThread; wait_for_jobs()). Log lines are kept. Any thread may call the host.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/test_fs.hpp"
#include "tenon/host.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// CRC-32C, one byte at a time (RFC 3720, B.4).
inline uint32_t crc32c(uint32_t crc, const void* data, size_t len) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  crc = ~crc;
  for (size_t i = 0; i < len; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ ((crc & 1u) != 0 ? 0x82f63b78u : 0u);
  }
  return ~crc;
}

// SplitMix64: a small generator whose sequence a seed fixes for good.
class TestRandom {
 public:
  explicit TestRandom(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_.fetch_add(0x9e3779b97f4a7c15u) + 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }
  uint64_t below(uint64_t n) { return next() % n; }

 private:
  std::atomic<uint64_t> state_;
};

enum class JobMode { kDeferred, kInline, kThread };

// Jobs of the executor extension.
class TestJobs {
 public:
  explicit TestJobs(JobMode mode) : mode_(mode) {
    if (mode == JobMode::kThread) worker_ = std::thread([this] { serve(); });
  }
  ~TestJobs() {
    if (!worker_.joinable()) return;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    worker_.join();
  }

  void submit(void (*fn)(void* arg), void* arg) {
    if (mode_ == JobMode::kInline) return fn(arg);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      jobs_.emplace_back(fn, arg);
    }
    changed_.notify_all();
  }
  // Runs what waits, and what that submits in turn. Returns how many ran.
  size_t run() {
    size_t ran = 0;
    while (run_one()) ran++;
    return ran;
  }
  size_t waiting() {
    std::lock_guard<std::mutex> lock(mutex_);
    return jobs_.size();
  }
  void wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return jobs_.empty() && !busy_; });
  }

 private:
  using Job = std::pair<void (*)(void*), void*>;

  bool run_one() {
    Job job;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (jobs_.empty()) return false;
      job = jobs_.front();
      jobs_.pop_front();
      busy_ = true;
    }
    job.first(job.second);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      busy_ = false;
    }
    changed_.notify_all();
    return true;
  }
  void serve() {
    for (;;) {
      run();
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
    }
  }

  JobMode mode_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;   // guarded by mutex_
  bool busy_ = false;      // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread worker_;
};

class TestHost {
 public:
  explicit TestHost(JobMode mode = JobMode::kDeferred, uint64_t seed = 1)
      : random_(seed), jobs_(mode) {
    host_.struct_size = sizeof(host_);
    host_.abi_major = TN_ABI_MAJOR;
    host_.abi_minor = TN_ABI_MINOR;
    host_.version = "test";
    host_.ctx = this;
    host_.log = log;
    host_.get_extension = get_extension;
    clock_ = {sizeof(clock_), 0, this, wall_ms, monotonic_ns};
    random_table_ = {sizeof(random_table_), 0, this, next_random};
    checksum_ = {sizeof(checksum_), 0, crc32c};
    executor_ = {sizeof(executor_), 0, this, submit};
  }
  TestHost(const TestHost&) = delete;
  TestHost& operator=(const TestHost&) = delete;

  const tn_host* get() const { return &host_; }
  // A host that offers no extension at all; plugins must refuse or do without.
  void hide_extensions() { hide_extensions_ = true; }
  // A host that lacks this one.
  void hide_extension(const std::string& id) { hidden_ = id; }

  void advance_ms(int64_t ms) { now_ms_ += ms; }
  int64_t now_ms() const { return now_ms_; }
  TestFs& fs() { return fs_; }
  TestRandom& random() { return random_; }
  size_t run_jobs() { return jobs_.run(); }
  size_t waiting_jobs() { return jobs_.waiting(); }
  void wait_for_jobs() { jobs_.wait(); }
  std::vector<std::string> log_lines() {
    std::lock_guard<std::mutex> lock(mutex_);
    return lines_;
  }

 private:
  static TestHost& of(void* ctx) { return *static_cast<TestHost*>(ctx); }

  static void log(const tn_host* host, int32_t, const char* text, size_t len) {
    std::lock_guard<std::mutex> lock(of(host->ctx).mutex_);
    try {
      of(host->ctx).lines_.emplace_back(text, len);
    } catch (const std::bad_alloc&) {  // a line is lost where there is no memory
    }
  }
  static const void* get_extension(const tn_host* host, const char* id) {
    TestHost& self = of(host->ctx);
    const std::string_view name = id;  // nothing here may need memory
    if (self.hide_extensions_ || name == self.hidden_) return nullptr;
    if (name == TN_HOST_CLOCK_ID) return &self.clock_;
    if (name == TN_HOST_RANDOM_ID) return &self.random_table_;
    if (name == TN_HOST_CHECKSUM_ID) return &self.checksum_;
    if (name == TN_HOST_EXECUTOR_ID) return &self.executor_;
    if (name == TN_HOST_FS_ID) return self.fs_.get();
    return nullptr;
  }
  static int64_t wall_ms(void* ctx) { return of(ctx).now_ms_; }
  static int64_t monotonic_ns(void* ctx) { return of(ctx).now_ms_ * 1000000; }
  static uint64_t next_random(void* ctx) { return of(ctx).random_.next(); }
  static void submit(void* ctx, void (*fn)(void* arg), void* arg) { of(ctx).jobs_.submit(fn, arg); }

  tn_host host_{};
  tn_host_clock clock_{};
  tn_host_random random_table_{};
  tn_host_checksum checksum_{};
  tn_host_executor executor_{};
  std::atomic<int64_t> now_ms_{1700000000000};
  bool hide_extensions_ = false;
  std::string hidden_;  // an extension's id
  TestRandom random_;
  TestFs fs_;
  std::mutex mutex_;
  std::vector<std::string> lines_;  // guarded by mutex_
  TestJobs jobs_;                   // last: its thread uses the others
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
