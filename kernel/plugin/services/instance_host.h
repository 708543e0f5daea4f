// SPDX-License-Identifier: Apache-2.0
//
// What an instance of a plugin gets from the host: its tn_host, with log lines under its own name,
// at most kLogLinesPerSecond of them, and the extensions of host.h. Extensions are shared by all
// instances of one host.
//
//   tenon.clock/1     the broker's clock
//   tenon.random/1    the broker's randomness, one caller at a time
//   tenon.checksum/1  CRC-32C as base/crc32c.h computes it
//   tenon.executor/1  the pool for blocking work; absent when there is none
//   tenon.fs/1        POSIX
//
// Threads: made on one; the functions behind the tables from any.
#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log_limiter.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "tenon/host.h"

namespace tenon::plugin {

struct HostServices;

// The extension tables. Outlives every instance that was given them.
class Extensions {
 public:
  explicit Extensions(const HostServices& services);
  Extensions(const Extensions&) = delete;
  Extensions& operator=(const Extensions&) = delete;

  // Null for an id that this host does not have.
  const void* find(std::string_view id) const;
  // Null if instances are given none.
  const Clock* clock() const { return static_cast<const Clock*>(clock_.ctx); }

 private:
  // One caller at a time, for generators that are made for one thread.
  struct LockedRandom {
    std::mutex mutex;
    Random* random;
  };
  LockedRandom random_source_;
  tn_host_clock clock_;
  tn_host_random random_;
  tn_host_checksum checksum_;
  tn_host_executor executor_;
};

// The tn_host of one instance, at one address for all its life.
class InstanceHost {
 public:
  static constexpr uint32_t kLogLinesPerSecond = 10;

  // `label` stands before every line that the instance logs: "codec gzip".
  InstanceHost(const Extensions& extensions, std::string label);
  InstanceHost(const InstanceHost&) = delete;
  InstanceHost& operator=(const InstanceHost&) = delete;

  const tn_host* view() const { return &host_; }

 private:
  static void log(const tn_host* host, int32_t level, const char* text, size_t len);
  static const void* get_extension(const tn_host* host, const char* id);

  // Whether a line may be written now; then `left_out` were not since the last one.
  bool may_log(uint64_t& left_out);

  const Extensions& extensions_;
  std::string label_;
  std::mutex mutex_;
  LogLimiter limiter_{kLogLinesPerSecond};  // under mutex_
  tn_host host_;
};

// Of Tenon, as plugins see it.
std::string_view tenon_version();

}  // namespace tenon::plugin
