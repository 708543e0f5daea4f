// SPDX-License-Identifier: Apache-2.0
//
// The storage plugin "memory". An instance must outlive its logs.

#include "memory_log.h"

namespace tenon::memory {

class Engine {
 public:
  using Log = MemoryLog;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";
  static constexpr uint32_t kFlags = 0;
  static constexpr tn_option kOptions[] = {
      bytes_option("log_bytes_max", "How much one log may hold; 0 means as much as there is.",
                   "256MiB", 0, int64_t{1} << 50)};

  Engine(const Options& options, const Host& host)
      : clock_(host.clock()), log_bytes_max_(options.bytes("log_bytes_max")) {}

  // [any thread] Always an empty new log.
  Result<std::shared_ptr<Log>> open(const tn_log_spec& spec, tn_log_state& state) {
    const bool sound = Log::is_layout(spec) && spec.name != nullptr && spec.start_offset >= 0;
    if (!sound) return Error(TN_E_INVALID, "the log's specification is not one");
    state.was_clean = 1;
    state.start_offset = spec.start_offset;
    state.end_offset = spec.start_offset;
    state.bytes = 0;
    state.truncated_bytes = 0;
    return std::make_shared<Log>(
        clock_, Log::Settings{spec.name, spec.segment_bytes, spec.segment_ms, spec.start_offset,
                              log_bytes_max_});
  }

 private:
  const tn_host_clock& clock_;
  const int64_t log_bytes_max_;
};

}  // namespace tenon::memory

TENON_STORAGE(tenon::memory::Engine, "memory", "1.0.0",
              "Keeps logs in memory, until they are closed.")
