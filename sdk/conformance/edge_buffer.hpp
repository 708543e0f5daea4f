// SPDX-License-Identifier: Apache-2.0
//
// Bytes whose last one is the last of a page, with a page behind it that nobody may touch: whoever
// reads or writes past the end gets SIGSEGV there and then. One owner at a time.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <new>

#include "tenon/result.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

class EdgeBuffer {
 public:
  // `align` is a power of two: the bytes begin at a multiple of it, and up to align - 1 bytes
  // behind them may be touched unseen.
  explicit EdgeBuffer(size_t size, size_t align = 1) : size_(size) {
    const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    const size_t padded = (size + align - 1) / align * align;
    mapped_ = (padded + page - 1) / page * page + page;
    void* address =
        ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) throw std::bad_alloc();
    base_ = static_cast<uint8_t*>(address);
    ::mprotect(base_ + mapped_ - page, page, PROT_NONE);
    data_ = base_ + mapped_ - page - padded;
  }
  EdgeBuffer(ByteView content, size_t align = 1) : EdgeBuffer(content.size(), align) {
    if (!content.empty()) std::memcpy(data_, content.data(), content.size());
  }
  ~EdgeBuffer() { ::munmap(base_, mapped_); }
  EdgeBuffer(const EdgeBuffer&) = delete;
  EdgeBuffer& operator=(const EdgeBuffer&) = delete;

  uint8_t* data() { return data_; }
  size_t size() const { return size_; }
  ByteView view() const { return {data_, size_}; }
  // Nobody may read it, either, until the end.
  void forbid() { ::mprotect(base_, mapped_, PROT_NONE); }

 private:
  uint8_t* base_ = nullptr;
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t mapped_ = 0;
};

// A copy of one of the ABI's structs at such an edge, as a host of another version would give it:
// `struct_size` says `size`, and what lies beyond sizeof(T) is 0xa5.
template <class T>
class EdgeStruct {
 public:
  explicit EdgeStruct(const T& value, size_t size = sizeof(T)) : buffer_(size, alignof(T)) {
    std::memset(buffer_.data(), 0xa5, size);
    std::memcpy(buffer_.data(), &value, sizeof(T) < size ? sizeof(T) : size);
    const auto said = static_cast<uint32_t>(size);
    std::memcpy(buffer_.data(), &said, sizeof(said));
  }
  T* get() { return reinterpret_cast<T*>(buffer_.data()); }

 private:
  EdgeBuffer buffer_;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
