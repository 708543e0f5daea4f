// SPDX-License-Identifier: Apache-2.0

#include "engine.h"

namespace tenon::segment {

Engine::Engine(const Options& options, const Host& host) : services_(host), syncs_(services_) {
  services_.checkpoint_bytes = options.bytes("checkpoint_bytes");
}

Result<std::shared_ptr<Log>> Engine::open(const tn_log_spec& spec, tn_log_state& state) {
  const bool sound = Log::is_layout(spec) && spec.directory != nullptr &&
                     spec.directory[0] == '/' && spec.name != nullptr && spec.start_offset >= 0;
  if (!sound) return Error(TN_E_INVALID, "the log's specification is not one");
  return Log::open(services_, syncs_, spec, state);
}

}  // namespace tenon::segment

TENON_STORAGE(tenon::segment::Engine, "segment", "1.0.0",
              "Keeps logs as segment files in Kafka's on-disk format.")
