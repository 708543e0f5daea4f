// SPDX-License-Identifier: Apache-2.0
//
// Three ways to one result: tables (slicing by eight), the crc32 instruction of x86-64 (SSE 4.2)
// and that of AArch64. The instruction has a latency of three cycles and a throughput of one, so
// three streams run beside each other over neighbouring blocks and are joined afterwards.
//
// Joining: the CRC of A followed by B is shift(crc(A), |B|) ^ crc(B), where shift() multiplies by
// x^(8|B|) modulo the polynomial. For the two block lengths in use the multiplication is a table
// look-up. (Polynomials over GF(2), bit-reversed: bit 31 is x^0.)

#include "base/crc32c.h"

#include <array>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace tenon {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;

constexpr uint32_t times_x(uint32_t p) {
  return (p >> 1) ^ ((p & 1) != 0 ? kPolynomial : 0);
}

constexpr uint32_t multiply(uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (int bit = 31; bit >= 0; --bit) {
    if (((a >> bit) & 1) != 0) product ^= b;
    b = times_x(b);
  }
  return product;
}

// --- tables
// -----------------------------------------------------------------------------------------

using Table = std::array<uint32_t, 256>;

// kSlices[k][b]: what the byte b does to the checksum when k more bytes follow it.
constexpr std::array<Table, 8> make_slices() {
  std::array<Table, 8> slices{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = times_x(crc);
    slices[0][byte] = crc;
  }
  for (size_t k = 1; k < slices.size(); ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = slices[k - 1][byte];
      slices[k][byte] = (before >> 8) ^ slices[0][before & 0xff];
    }
  }
  return slices;
}
constexpr std::array<Table, 8> kSlices = make_slices();

uint64_t load_le64(const uint8_t* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = std::byteswap(value);
  return value;
}

uint32_t slice_byte(size_t k, uint64_t word, int byte) {
  return kSlices[k][(word >> (8 * byte)) & 0xff];
}

uint32_t update_portable(uint32_t crc, const uint8_t* at, size_t length) {
  for (; length >= 8; at += 8, length -= 8) {
    const uint64_t word = load_le64(at) ^ crc;
    crc = slice_byte(7, word, 0) ^ slice_byte(6, word, 1) ^ slice_byte(5, word, 2) ^
          slice_byte(4, word, 3) ^ slice_byte(3, word, 4) ^ slice_byte(2, word, 5) ^
          slice_byte(1, word, 6) ^ slice_byte(0, word, 7);
  }
  for (; length > 0; ++at, --length) crc = (crc >> 8) ^ kSlices[0][(crc ^ *at) & 0xff];
  return crc;
}

// --- the instruction
// --------------------------------------------------------------------------------

#if defined(__x86_64__)
#define TN_CRC_TARGET __attribute__((target("sse4.2")))
TN_CRC_TARGET inline uint32_t step8(uint32_t crc, const uint8_t* at) {
  return static_cast<uint32_t>(_mm_crc32_u64(crc, load_le64(at)));
}
TN_CRC_TARGET inline uint32_t step1(uint32_t crc, uint8_t byte) {
  return _mm_crc32_u8(crc, byte);
}
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#define TN_CRC_TARGET
inline uint32_t step8(uint32_t crc, const uint8_t* at) {
  return __crc32cd(crc, load_le64(at));
}
inline uint32_t step1(uint32_t crc, uint8_t byte) {
  return __crc32cb(crc, byte);
}
#endif

#if defined(TN_CRC_TARGET)

// Long blocks for the bulk of a batch, short ones for what is left of it.
constexpr size_t kLongBlock = 8192;
constexpr size_t kShortBlock = 256;

// [k][b]: the checksum b << 8k, moved on over `bytes` zero bytes.
using Shift = std::array<Table, 4>;

constexpr Shift make_shift(size_t bytes) {
  uint32_t power = 0x80000000;  // x^0
  for (size_t bit = 0; bit < 8 * bytes; ++bit) power = times_x(power);
  Shift shift{};
  for (size_t k = 0; k < 4; ++k) {
    for (size_t bit = 0; bit < 8; ++bit) {
      const size_t low = size_t{1} << bit;
      const uint32_t moved = multiply(power, static_cast<uint32_t>(low << (8 * k)));
      for (size_t rest = 0; rest < low; ++rest) shift[k][low + rest] = moved ^ shift[k][rest];
    }
  }
  return shift;
}
constexpr Shift kLongShift = make_shift(kLongBlock);
constexpr Shift kShortShift = make_shift(kShortBlock);

uint32_t apply(const Shift& shift, uint32_t crc) {
  return shift[0][crc & 0xff] ^ shift[1][(crc >> 8) & 0xff] ^ shift[2][(crc >> 16) & 0xff] ^
         shift[3][crc >> 24];
}

// Takes three blocks at a time off the front.
template <size_t kBlock>
TN_CRC_TARGET uint32_t update_triples(uint32_t crc, const Shift& shift, const uint8_t*& at,
                                      size_t& length) {
  for (; length >= 3 * kBlock; at += 3 * kBlock, length -= 3 * kBlock) {
    uint32_t second = 0;
    uint32_t third = 0;
    for (size_t i = 0; i < kBlock; i += 8) {
      crc = step8(crc, at + i);
      second = step8(second, at + kBlock + i);
      third = step8(third, at + 2 * kBlock + i);
    }
    crc = apply(shift, apply(shift, crc) ^ second) ^ third;
  }
  return crc;
}

TN_CRC_TARGET uint32_t update_hardware(uint32_t crc, const uint8_t* at, size_t length) {
  crc = update_triples<kLongBlock>(crc, kLongShift, at, length);
  crc = update_triples<kShortBlock>(crc, kShortShift, at, length);
  for (; length >= 8; at += 8, length -= 8) crc = step8(crc, at);
  for (; length > 0; ++at, --length) crc = step1(crc, *at);
  return crc;
}

bool hardware_can() {
#if defined(__x86_64__)
  static const bool can = __builtin_cpu_supports("sse4.2") != 0;
  return can;
#else
  return true;
#endif
}

#endif  // TN_CRC_TARGET

}  // namespace

uint32_t crc32c_portable(uint32_t crc, ByteView bytes) {
  return ~update_portable(~crc, bytes.data(), bytes.size());
}

uint32_t crc32c(uint32_t crc, ByteView bytes) {
#if defined(TN_CRC_TARGET)
  if (hardware_can()) return ~update_hardware(~crc, bytes.data(), bytes.size());
#endif
  return crc32c_portable(crc, bytes);
}

}  // namespace tenon
