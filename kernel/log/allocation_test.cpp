// SPDX-License-Identifier: Apache-2.0
//
// The produce path allocates nothing per record: an append of a thousand records takes as many
// allocations as an append of one.

#include <cstdlib>
#include <new>

#include "log/log.h"
#include "log/testing_log.h"

namespace {
size_t allocations = 0;
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace tenon::log {
namespace {

class Allocation : public LogTest {
 protected:
  Allocation() { open(); }
  size_t allocations_of_append(int records) {
    Bytes bytes = produced(next_, records);
    next_ += records;
    const size_t before = allocations;
    EXPECT_TRUE(log_->append(bytes, {}));
    return allocations - before;
  }
  int32_t next_ = 0;
};

TEST_F(Allocation, an_append_does_not_allocate_for_its_records) {
  allocations_of_append(1);  // the producer is seen first
  const size_t for_one = allocations_of_append(1);
  EXPECT_EQ(allocations_of_append(1000), for_one);
  EXPECT_LE(for_one, 4U);  // of the testing storage, which keeps a copy
}

}  // namespace
}  // namespace tenon::log
