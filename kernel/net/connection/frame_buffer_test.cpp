// SPDX-License-Identifier: Apache-2.0

#include "net/connection/frame_buffer.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <vector>

namespace tenon::net {
namespace {

TEST(BufferPool, blocks_are_as_large_as_asked_and_at_least_a_slab) {
  BufferPool pool;
  EXPECT_EQ(pool.take(1).bytes().size(), BufferPool::kSlabBytes);
  EXPECT_EQ(pool.take(1u << 20).bytes().size(), 1u << 20);
}

TEST(BufferPool, serves_a_block_again_once_nobody_uses_it) {
  BufferPool pool;
  BufferRef first = pool.take(100'000);
  const uint8_t* const memory = first.bytes().data();
  BufferRef user = first;
  EXPECT_FALSE(first.sole());
  first = {};
  EXPECT_NE(pool.take(100'000).bytes().data(), memory);
  user = {};
  EXPECT_EQ(pool.take(100'000).bytes().data(), memory);
}

TEST(BufferPool, does_not_waste_a_large_block_on_a_small_need) {
  BufferPool pool;
  pool.take(4u << 20);
  EXPECT_EQ(pool.take(100'000).bytes().size(), 100'000u);
}

TEST(BufferPool, keeps_a_bounded_amount) {
  BufferPool pool;
  std::vector<BufferRef> blocks;
  for (int i = 0; i < 500; ++i) blocks.push_back(pool.take(1));
  for (int i = 0; i < 10; ++i) blocks.push_back(pool.take(3u << 20));
  blocks.clear();
  EXPECT_LE(pool.kept_bytes(), 10u << 20);
}

TEST(BufferPool, gives_back_what_was_not_used_between_two_trims) {
  BufferPool pool;
  pool.take(1u << 20);
  pool.trim();
  EXPECT_GT(pool.kept_bytes(), 0u);
  pool.trim();
  EXPECT_EQ(pool.kept_bytes(), 0u);
}

TEST(BufferPool, a_large_block_holds_no_memory_before_it_is_written) {
  BufferPool pool;
  const BufferRef block = pool.take(100u << 20);
  std::vector<unsigned char> resident((100u << 20) / 4096);
  ASSERT_EQ(mincore(block.bytes().data(), 100u << 20, resident.data()), 0);
  EXPECT_EQ(std::count_if(resident.begin(), resident.end(), [](auto page) { return page & 1; }), 0);
}

}  // namespace
}  // namespace tenon::net
