// SPDX-License-Identifier: Apache-2.0
#include "bridge/host_extensions.h"

#include <sys/random.h>

#include <array>
#include <ctime>

#include "tenon/host.h"

namespace tenon::bridge {

namespace {

int64_t read_clock(clockid_t clock, int64_t per_second) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * per_second + now.tv_nsec / (1'000'000'000 / per_second);
}

constexpr std::array<uint32_t, 256> make_crc32c_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ ((crc & 1u) != 0 ? 0x82f63b78u : 0u);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kCrc32cTable = make_crc32c_table();

uint32_t crc32c(uint32_t crc, const void* data, size_t len) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  crc = ~crc;
  for (size_t i = 0; i < len; i++) crc = crc >> 8 ^ kCrc32cTable[(crc ^ bytes[i]) & 0xffu];
  return ~crc;
}

uint64_t seed() {
  uint64_t random = 0;
  // Cannot fail for 8 bytes once the system is up; before that, the clock and an address must do.
  if (::getrandom(&random, sizeof random, GRND_NONBLOCK) == sizeof random) return random;
  return static_cast<uint64_t>(read_clock(CLOCK_MONOTONIC, 1'000'000'000)) ^
         reinterpret_cast<uintptr_t>(&random);
}

}  // namespace

const void* find_extension(std::string_view id) {
  static constexpr tn_host_clock kClock = {
      sizeof(tn_host_clock), 0, nullptr, [](void*) { return read_clock(CLOCK_REALTIME, 1000); },
      [](void*) { return read_clock(CLOCK_MONOTONIC, 1'000'000'000); }};
  static constexpr tn_host_random kRandom = {sizeof(tn_host_random), 0, nullptr,
                                             [](void*) { return next_random(); }};
  static constexpr tn_host_checksum kChecksum = {sizeof(tn_host_checksum), 0, &crc32c};
  if (id == TN_HOST_CLOCK_ID) return &kClock;
  if (id == TN_HOST_RANDOM_ID) return &kRandom;
  if (id == TN_HOST_CHECKSUM_ID) return &kChecksum;
  return nullptr;
}

// splitmix64 (Steele, Lea, Flood 2014).
uint64_t next_random() noexcept {
  thread_local uint64_t state = 0;  // 0 = not seeded
  if (state == 0) state = seed() | 1;
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace tenon::bridge
