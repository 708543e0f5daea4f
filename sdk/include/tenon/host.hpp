// SPDX-License-Identifier: Apache-2.0
//
// The host as C++ sees it: log lines, clock, randomness, checksum, executor, and files with RAII.
//
// Host and Fs are views and may be copied; they are valid as long as the instance. Threads: as in
// host.h, every function of the host may be called from any thread; a File or Mapping has one owner
// at a time.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host.h"
#include "result.hpp"

namespace tenon {
inline namespace sdk {

// What this instance may ask of its host. The functions that return a reference throw
// Error(TN_E_UNSUPPORTED) when the host lacks the extension, so that a constructor can rely on
// them.
class Host {
 public:
  explicit Host(const tn_host* host) : host_(host) {}

  // One line in the broker's log; `level` is one of TN_LOG_*.
  void log(int32_t level, std::string_view text) const {
    if (TN_HAS(host_, tn_host, log)) host_->log(host_, level, text.data(), text.size());
  }

  const tn_host_clock& clock() const {
    return need<tn_host_clock>(TN_HOST_CLOCK_ID, TN_HOST_CLOCK_SIZE_1_0);
  }
  const tn_host_random& random() const {
    return need<tn_host_random>(TN_HOST_RANDOM_ID, TN_HOST_RANDOM_SIZE_1_0);
  }
  const tn_host_checksum& checksum() const {
    return need<tn_host_checksum>(TN_HOST_CHECKSUM_ID, TN_HOST_CHECKSUM_SIZE_1_0);
  }
  const tn_host_executor& executor() const {
    return need<tn_host_executor>(TN_HOST_EXECUTOR_ID, TN_HOST_EXECUTOR_SIZE_1_0);
  }
  const tn_host_fs& fs() const { return need<tn_host_fs>(TN_HOST_FS_ID, TN_HOST_FS_SIZE_1_0); }

  // The extension of that id, or null.
  const void* find(const char* id) const {
    return TN_HAS(host_, tn_host, get_extension) ? host_->get_extension(host_, id) : nullptr;
  }
  const tn_host* get() const { return host_; }

 private:
  // `size` is what a table had in ABI 1.0; what came later is read after TN_HAS().
  template <class Extension>
  const Extension& need(const char* id, size_t size) const {
    const auto* extension = static_cast<const Extension*>(find(id));
    if (extension == nullptr || extension->struct_size < size)
      throw Error(TN_E_UNSUPPORTED, std::string("this host does not offer ") + id);
    return *extension;
  }

  const tn_host* host_;
};

// A mapped file; unmapped by the destructor.
class Mapping {
 public:
  Mapping() = default;
  Mapping(const tn_host_fs& fs, void* address, size_t size)
      : fs_(&fs), address_(address), size_(size) {}
  Mapping(Mapping&& other) noexcept { swap(other); }
  Mapping& operator=(Mapping&& other) noexcept {
    Mapping(std::move(other)).swap(*this);
    return *this;
  }
  ~Mapping() {
    if (address_ != nullptr) fs_->unmap(fs_->ctx, address_, size_);
  }

  uint8_t* data() const { return static_cast<uint8_t*>(address_); }
  size_t size() const { return size_; }
  explicit operator bool() const { return address_ != nullptr; }
  void swap(Mapping& other) noexcept {
    std::swap(fs_, other.fs_);
    std::swap(address_, other.address_);
    std::swap(size_, other.size_);
  }

 private:
  const tn_host_fs* fs_ = nullptr;
  void* address_ = nullptr;
  size_t size_ = 0;
};

// An open file; closed by the destructor. Errors of the host come back as they are.
class File {
 public:
  File() = default;
  // Takes over `fd`, which the same fs opened.
  File(const tn_host_fs& fs, int32_t fd) : fs_(&fs), fd_(fd) {}
  File(File&& other) noexcept { swap(other); }
  File& operator=(File&& other) noexcept {
    File(std::move(other)).swap(*this);
    return *this;
  }
  ~File() { close(); }

  // `flags` are TN_FS_*.
  static Result<File> open(const tn_host_fs& fs, const std::string& path, uint32_t flags) {
    tn_error error = new_error();
    int32_t fd = -1;
    const tn_code code = fs.open(fs.ctx, path.c_str(), flags, &fd, &error);
    if (code != TN_OK) return error_from(code, error);
    return File(fs, fd);
  }

  int32_t fd() const { return fd_; }  // -1 = not open
  explicit operator bool() const { return fd_ >= 0; }

  // How many bytes were read; fewer than `len` only at the end of the file.
  Result<size_t> read_at(uint64_t offset, void* dst, size_t len) const {
    tn_error error = new_error();
    size_t n_read = 0;
    const tn_code code = fs_->read_at(fs_->ctx, fd_, offset, dst, len, &n_read, &error);
    if (code != TN_OK) return error_from(code, error);
    return n_read;
  }
  Result<> write_at(uint64_t offset, const tn_iovec* pieces, size_t n) const {
    tn_error error = new_error();
    return result_of(fs_->write_at(fs_->ctx, fd_, offset, pieces, n, &error), error);
  }
  Result<> write_at(uint64_t offset, const void* data, size_t len) const {
    const tn_iovec piece{data, len};
    return write_at(offset, &piece, 1);
  }
  Result<> sync() const {
    tn_error error = new_error();
    return result_of(fs_->sync(fs_->ctx, fd_, &error), error);
  }
  // Nothing where the host cannot: sync does it all.
  void start_writeback() const {
    if (TN_HAS(fs_, tn_host_fs, start_writeback)) fs_->start_writeback(fs_->ctx, fd_);
  }
  Result<> truncate(uint64_t size) const {
    tn_error error = new_error();
    return result_of(fs_->truncate(fs_->ctx, fd_, size, &error), error);
  }
  // Maps [0, size); `flags` are TN_FS_READ, TN_FS_WRITE. The mapping outlives the File.
  Result<Mapping> map(size_t size, uint32_t flags) const {
    tn_error error = new_error();
    void* address = nullptr;
    const tn_code code = fs_->map(fs_->ctx, fd_, size, flags, &address, &error);
    if (code != TN_OK) return error_from(code, error);
    return Mapping(*fs_, address, size);
  }
  void close() noexcept {
    if (fd_ >= 0) fs_->close(fs_->ctx, fd_);
    fd_ = -1;
  }
  void swap(File& other) noexcept {
    std::swap(fs_, other.fs_);
    std::swap(fd_, other.fd_);
  }

 private:
  const tn_host_fs* fs_ = nullptr;
  int32_t fd_ = -1;
};

// Paths of the host's file system.
class Fs {
 public:
  explicit Fs(const tn_host_fs& fs) : fs_(&fs) {}
  explicit Fs(const Host& host) : fs_(&host.fs()) {}

  const tn_host_fs& get() const { return *fs_; }
  Result<File> open(const std::string& path, uint32_t flags) const {
    return File::open(*fs_, path, flags);
  }
  // TN_E_NOT_FOUND if there is nothing of that name.
  Result<tn_file_info> info(const std::string& path) const {
    tn_error error = new_error();
    tn_file_info info{};
    const tn_code code = fs_->info(fs_->ctx, path.c_str(), &info, &error);
    if (code != TN_OK) return error_from(code, error);
    return info;
  }
  Result<> make_directory(const std::string& path) const {
    tn_error error = new_error();
    return result_of(fs_->make_directory(fs_->ctx, path.c_str(), &error), error);
  }
  // The names in a directory, in no order.
  Result<std::vector<std::string>> list(const std::string& path) const {
    tn_error error = new_error();
    Listing listing;
    const tn_code code = fs_->list(fs_->ctx, path.c_str(), &Listing::add, &listing, &error);
    if (code != TN_OK) return error_from(code, error);
    if (listing.out_of_memory) return Error(TN_E_AGAIN, "out of memory listing " + path);
    return std::move(listing.names);
  }
  Result<> rename(const std::string& from, const std::string& to) const {
    tn_error error = new_error();
    return result_of(fs_->rename(fs_->ctx, from.c_str(), to.c_str(), &error), error);
  }
  Result<> remove(const std::string& path) const {
    tn_error error = new_error();
    return result_of(fs_->remove(fs_->ctx, path.c_str(), &error), error);
  }
  Result<> sync_directory(const std::string& path) const {
    tn_error error = new_error();
    return result_of(fs_->sync_directory(fs_->ctx, path.c_str(), &error), error);
  }

 private:
  struct Listing {
    std::vector<std::string> names;
    bool out_of_memory = false;
    // Called by the host, so nothing may be thrown through it.
    static void add(void* arg, const char* name) noexcept {
      auto* listing = static_cast<Listing*>(arg);
      try {
        listing->names.emplace_back(name);
      } catch (...) {
        listing->out_of_memory = true;
      }
    }
  };

  const tn_host_fs* fs_;
};

}  // namespace sdk
}  // namespace tenon
