// SPDX-License-Identifier: Apache-2.0
//
// A partitioner at work: the instance that a plugin's create made, what it is given as its host,
// and its end. Shared by the client and by every thread that holds state of it; destroyed when the
// last of them lets go, so that no call can come after. Any thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "bridge/load/library.h"
#include "bridge/load/options.h"
#include "bridge/log.h"

namespace tenon::bridge {

class Instance {
 public:
  static Result<std::shared_ptr<const Instance>> create(const Found& found,
                                                        const CheckedOptions& options);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  const tn_partitioner& functions() const { return *found_.functions; }
  void* self() const { return self_; }
  bool wants_keyless() const;
  // `hash 1.0.0 (/path/partitioner-hash.so)`, and the options that were given.
  std::string description() const;

  // Writes a line of the plugin's own.
  void log_of_plugin(Severity severity, std::string_view text) const noexcept;
  // Counts an answer that is no partition, and writes the first to the client's log.
  void count_out_of_range(const Log& log, int32_t answer, int32_t n_partitions) const noexcept;
  uint64_t out_of_range() const { return out_of_range_.load(std::memory_order_relaxed); }

 private:
  Instance(Found found, std::string options);

  Found found_;
  std::string options_;
  Log log_;
  tn_host host_;
  void* self_ = nullptr;
  mutable std::atomic<uint64_t> out_of_range_{0};
};

}  // namespace tenon::bridge
