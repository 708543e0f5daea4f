// SPDX-License-Identifier: Apache-2.0

#include "net/connection/frame_buffer.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

namespace tenon::net {
namespace {

// From this size on, blocks are mapped of their own.
constexpr size_t kMappedMin = 256u << 10;
constexpr size_t kSlabsKept = 64;
constexpr size_t kLargeKept = 4;
constexpr size_t kLargeBytesKept = 8u << 20;
// A kept block serves requests down to this part of its size.
constexpr size_t kWasteFactor = 4;

uint8_t* allocate(size_t bytes) {
  if (bytes < kMappedMin) return static_cast<uint8_t*>(std::malloc(bytes));
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? nullptr : static_cast<uint8_t*>(at);
}

}  // namespace

struct BufferRef::Block {
  BufferPool* pool;
  uint8_t* data;
  size_t size;
  uint32_t users;
  uint64_t last_epoch;
};

namespace {

template <class Block>
void destroy(Block* block) {
  if (block->size < kMappedMin) {
    std::free(block->data);
  } else {
    munmap(block->data, block->size);
  }
  delete block;
}

}  // namespace

BufferRef::BufferRef(const BufferRef& other) : block_(other.block_) {
  if (block_) ++block_->users;
}

BufferRef::~BufferRef() {
  if (block_ && --block_->users == 0) block_->pool->give_back(block_);
}

MutableBytes BufferRef::bytes() const {
  return block_ ? MutableBytes(block_->data, block_->size) : MutableBytes();
}

bool BufferRef::sole() const {
  return block_ && block_->users == 1;
}

BufferPool::~BufferPool() {
  for (Block* block : slabs_) destroy(block);
  for (Block* block : large_) destroy(block);
}

BufferRef BufferPool::take(size_t bytes) {
  const size_t size = std::max(bytes, kSlabBytes);
  auto& kept = size == kSlabBytes ? slabs_ : large_;
  // The latest first: it is the likeliest to be in the processor's cache.
  const auto fits = [size](const Block* block) {
    return block->size >= size && block->size / kWasteFactor <= size;
  };
  if (const auto found = std::find_if(kept.rbegin(), kept.rend(), fits); found != kept.rend()) {
    Block* block = *found;
    kept.erase(std::next(found).base());
    kept_bytes_ -= block->size;
    block->users = 1;
    return BufferRef(block);
  }
  uint8_t* data = allocate(size);
  if (!data) return {};
  return BufferRef(new Block{this, data, size, 1, epoch_});
}

void BufferPool::give_back(Block* block) {
  const bool slab = block->size == kSlabBytes;
  auto& kept = slab ? slabs_ : large_;
  const bool room = slab
                        ? kept.size() < kSlabsKept
                        : kept.size() < kLargeKept && kept_bytes_ + block->size <=
                                                          kLargeBytesKept + kSlabsKept * kSlabBytes;
  if (!room) {
    destroy(block);
    return;
  }
  block->last_epoch = epoch_;
  kept_bytes_ += block->size;
  kept.push_back(block);
}

void BufferPool::trim() {
  for (auto* kept : {&slabs_, &large_}) {
    std::erase_if(*kept, [this](Block* block) {
      if (block->last_epoch == epoch_) return false;
      kept_bytes_ -= block->size;
      destroy(block);
      return true;
    });
  }
  ++epoch_;
}

}  // namespace tenon::net
