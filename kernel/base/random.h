// SPDX-License-Identifier: Apache-2.0
//
// Randomness as the kernel sees it: given, never taken. SeededRandom repeats itself for a seed.
#pragma once

#include <cstdint>

namespace tenon {

class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t next() = 0;  // uniform 64 bits
  // In [0, bound), bound > 0; the bias of the remainder is below bound / 2^64.
  uint64_t below(uint64_t bound) { return next() % bound; }
};

// From the operating system (getrandom). Any thread.
class SystemRandom final : public Random {
 public:
  uint64_t next() override;
};

// splitmix64 (Steele, Lea, Flood 2014). One thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t next() override;

 private:
  uint64_t state_;
};

}  // namespace tenon
