// SPDX-License-Identifier: Apache-2.0
//
// Time as the kernel sees it. Nothing above base asks the system for the time; it is given a Clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace tenon {

using Duration = std::chrono::nanoseconds;
// A point on a clock that never goes back; the epoch is arbitrary.
using MonoTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

class Clock {
 public:
  virtual ~Clock() = default;
  // Milliseconds since 1970-01-01 UTC. May jump.
  virtual int64_t wall_ms() const = 0;
  virtual MonoTime now() const = 0;
};

// The machine's clocks. Any thread.
class SystemClock final : public Clock {
 public:
  int64_t wall_ms() const override;
  MonoTime now() const override { return std::chrono::steady_clock::now(); }
};

// A clock that stands still until it is told to move. For tests and simulations; one thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t wall_ms = 1'700'000'000'000) : wall_ms_(wall_ms) {}
  int64_t wall_ms() const override { return wall_ms_; }
  MonoTime now() const override { return now_; }
  void advance(Duration by) {
    now_ += by;
    wall_ms_ += std::chrono::duration_cast<std::chrono::milliseconds>(by).count();
  }
  // Moves only the wall clock, as a badly set machine does.
  void jump_wall(std::chrono::milliseconds by) { wall_ms_ += by.count(); }

 private:
  int64_t wall_ms_;
  MonoTime now_{};
};

}  // namespace tenon
