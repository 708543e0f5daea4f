// SPDX-License-Identifier: Apache-2.0
//
// The storage plugin "segment": logs as files in Kafka's own format. An instance holds the host's
// services and makes logs, whose syncs it gathers; it must outlive them, their leases and their
// jobs.
#pragma once

#include <memory>

#include "log.h"
#include "services.h"
#include "sync_queue.h"
#include "tenon/storage.hpp"

namespace tenon::segment {

class Engine {
 public:
  using Log = segment::Log;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";
  static constexpr uint32_t kFlags = TN_STORAGE_DURABLE | TN_STORAGE_FD_SLICES;
  static constexpr tn_option kOptions[] = {
      bytes_option("checkpoint_bytes",
                   "How much flushed data of a log may have to be checked again after a crash.",
                   "64MiB", 4096, int64_t{1} << 40)};

  Engine(const Options& options, const Host& host);

  // [any thread]
  Result<std::shared_ptr<Log>> open(const tn_log_spec& spec, tn_log_state& state);

 private:
  Services services_;
  SyncQueue syncs_;
};

}  // namespace tenon::segment
