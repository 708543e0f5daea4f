// SPDX-License-Identifier: Apache-2.0
//
// Keeps events that clients or plugins can cause at will from flooding the log: so many lines in
// each second, and the number of lines left out told by the next line. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"

namespace tenon {

class LogLimiter {
 public:
  LogLimiter() = default;
  explicit LogLimiter(uint32_t lines_per_second) : lines_max_(lines_per_second) {}

  // May a line be written at `now`? Then `left_out` lines were suppressed since the last one.
  bool allow(MonoTime now, uint64_t& left_out) {
    if (now - second_ >= std::chrono::seconds(1)) {
      second_ = now;
      lines_ = 0;
    }
    if (lines_ == lines_max_) {
      ++left_out_;
      return false;
    }
    ++lines_;
    left_out = left_out_;
    left_out_ = 0;
    return true;
  }

  void warn(MonoTime now, std::string_view line) {
    uint64_t left_out = 0;
    if (!allow(now, left_out)) return;
    if (left_out == 0) {
      log_warn("{}", line);
    } else {
      log_warn("{} ({} similar lines left out before it)", line, left_out);
    }
  }

 private:
  const uint32_t lines_max_ = 10;
  MonoTime second_{};
  uint32_t lines_ = 0;
  uint64_t left_out_ = 0;
};

}  // namespace tenon
