// SPDX-License-Identifier: Apache-2.0

#include "base/clock.h"

namespace tenon {

int64_t SystemClock::wall_ms() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

}  // namespace tenon
