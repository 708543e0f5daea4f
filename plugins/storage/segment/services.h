// SPDX-License-Identifier: Apache-2.0
//
// What a log needs from the host, looked up once per instance. Shared by all its logs; any thread.
#pragma once

#include <cstdint>

#include "tenon/host.hpp"

namespace tenon::segment {

struct Services {
  // Throws Error(TN_E_UNSUPPORTED) if the host lacks one of them.
  explicit Services(const Host& from)
      : host(from),
        fs(from),
        clock(from.clock()),
        checksum(from.checksum()),
        executor(from.executor()) {}

  int64_t now_ms() const { return clock.wall_ms(clock.ctx); }
  uint32_t crc32c(uint32_t crc, const void* data, size_t len) const {
    return checksum.crc32c(crc, data, len);
  }

  Host host;
  Fs fs;
  const tn_host_clock& clock;
  const tn_host_checksum& checksum;
  const tn_host_executor& executor;
  int64_t checkpoint_bytes = 64 << 20;  // flushed bytes after which the recovery point moves on
};

}  // namespace tenon::segment
