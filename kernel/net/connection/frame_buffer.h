// SPDX-License-Identifier: Apache-2.0
//
// The memory into which frames are received, and which frames are views of: blocks with a count of
// their users, from a pool that keeps a few for the next one.
//
// Threads: a pool, its blocks and their references belong to one shard. The pool outlives them.
//
// Invariant: a large block takes no memory before bytes are written to it. The system maps it page
// by page on first touch, so that a peer who announces 100 MiB and sends nothing costs nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace tenon::net {

class BufferPool;

// A counted reference to a block. Empty when default-made or moved from.
class BufferRef {
 public:
  BufferRef() = default;
  BufferRef(const BufferRef& other);
  BufferRef(BufferRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BufferRef& operator=(BufferRef other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~BufferRef();

  explicit operator bool() const { return block_ != nullptr; }
  MutableBytes bytes() const;
  // Is this the only reference?
  bool sole() const;

 private:
  friend class BufferPool;
  struct Block;
  explicit BufferRef(Block* block) : block_(block) {}
  Block* block_ = nullptr;
};

class BufferPool {
 public:
  // What small frames share; one block serves a connection for many of them.
  static constexpr size_t kSlabBytes = 16u << 10;

  BufferPool() = default;
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // A block of at least `bytes`; empty when the system has no memory.
  BufferRef take(size_t bytes);
  // Gives back to the system what has not been used since the last call.
  void trim();
  size_t kept_bytes() const { return kept_bytes_; }

 private:
  friend class BufferRef;
  using Block = BufferRef::Block;
  void give_back(Block* block);

  std::vector<Block*> slabs_;
  std::vector<Block*> large_;
  size_t kept_bytes_ = 0;
  uint64_t epoch_ = 0;  // counts the trims
};

// One frame's body and what keeps it alive.
struct Frame {
  MutableBytes body;
  BufferRef buffer;
};

}  // namespace tenon::net
