// SPDX-License-Identifier: Apache-2.0
//
// Bytes on their way to a socket without being copied: slices of files or of memory, under a lease
// that keeps them valid.
//
//   Slice        a range of a file, or of memory
//   Lease        runs a release function once, when dropped
//   Payload      slices in order, and their lease
//   OutputChain  encoded bytes with payloads spliced in: one reply
//
// Move-only values; a chain is built on one thread and may be handed to another.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace tenon {

// [offset, offset + length) of the file `fd`, or, when fd is -1, `length` bytes at `data`.
struct Slice {
  int fd = -1;
  uint64_t offset = 0;
  uint64_t length = 0;
  const uint8_t* data = nullptr;
};

class Lease {
 public:
  Lease() = default;
  explicit Lease(std::move_only_function<void()> release) : release_(std::move(release)) {}
  Lease(Lease&& other) noexcept : release_(std::exchange(other.release_, nullptr)) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this != &other) {
      drop();
      release_ = std::exchange(other.release_, nullptr);
    }
    return *this;
  }
  ~Lease() { drop(); }

 private:
  void drop() {
    if (release_) std::exchange(release_, nullptr)();
  }
  std::move_only_function<void()> release_;
};

struct Payload {
  std::vector<Slice> slices;
  uint64_t bytes = 0;  // sum of the slices' lengths
  Lease lease;

  // A payload of memory that it owns.
  static Payload own(Bytes bytes);
  bool empty() const { return bytes == 0; }
  // Reads everything into `out`, from files too. For what must look at the bytes (tests, CRC
  // checks, transcoding, TLS); false if a file could not be read.
  bool copy_to(Bytes& out) const;
};

struct OutputChain {
  struct Splice {
    size_t at;  // the payload goes before bytes[at]
    Payload payload;
  };
  Bytes bytes;
  std::vector<Splice> splices;  // `at` never falls

  uint64_t size() const;
  // All of it in one piece, files read. False if a file could not be read.
  bool flatten(Bytes& out) const;
};

}  // namespace tenon
