// SPDX-License-Identifier: Apache-2.0

#include "base/random.h"

#include <sys/random.h>

#include "base/assert.h"

namespace tenon {

uint64_t SystemRandom::next() {
  uint64_t value = 0;
  TN_ASSERT(getrandom(&value, sizeof value, 0) == sizeof value);
  return value;
}

uint64_t SeededRandom::next() {
  uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace tenon
