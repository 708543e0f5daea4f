// SPDX-License-Identifier: Apache-2.0
//
// The tenon.fs/1 extension for tests: POSIX files, and a place to inject faults. Any thread.
//
// A fault is asked for before each call: fault(operation, path) returns TN_OK to go on, or the code
// that the call shall fail with, having done nothing. `operation` is the member's name in
// tn_host_fs.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "tenon/host.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

class TestFs {
 public:
  using Fault = std::function<tn_code(const char* operation, const std::string& path)>;

  TestFs() {
    table_.struct_size = sizeof(table_);
    table_.ctx = this;
    table_.open = open;
    table_.close = close;
    table_.read_at = read_at;
    table_.write_at = write_at;
    table_.sync = sync;
    table_.truncate = truncate;
    table_.map = map;
    table_.unmap = unmap;
    table_.info = info;
    table_.make_directory = make_directory;
    table_.list = list;
    table_.rename = rename;
    table_.remove = remove;
    table_.sync_directory = sync_directory;
    table_.start_writeback = start_writeback;
  }
  TestFs(const TestFs&) = delete;
  TestFs& operator=(const TestFs&) = delete;

  const tn_host_fs* get() const { return &table_; }
  void set_fault(Fault fault) {
    std::lock_guard<std::mutex> lock(mutex_);
    fault_ = std::move(fault);
  }
  // How many files the plugin holds open.
  size_t open_files() {
    std::lock_guard<std::mutex> lock(mutex_);
    return paths_.size();
  }

 private:
  static TestFs& of(void* ctx) { return *static_cast<TestFs*>(ctx); }

  static tn_code fail(tn_error* error, const char* operation, const std::string& path) {
    const int number = errno;
    const tn_code code = number == ENOENT                       ? TN_E_NOT_FOUND
                         : number == ENOSPC                     ? TN_E_NOSPACE
                         : number == EEXIST || number == EINVAL ? TN_E_INVALID
                                                                : TN_E_IO;
    return report(error, code, std::string(operation) + " " + path + ": " + std::strerror(number));
  }
  static tn_code answer(bool done, tn_error* error, const char* operation,
                        const std::string& path) {
    return done ? TN_OK : fail(error, operation, path);
  }

  std::string path_of(int32_t fd) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto it = paths_.find(fd);
    return it == paths_.end() ? std::string() : it->second;
  }
  tn_code fault(const char* operation, const std::string& path, tn_error* error) {
    Fault ask;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ask = fault_;
    }
    const tn_code code = ask ? ask(operation, path) : TN_OK;
    if (code == TN_OK) return TN_OK;
    return report(error, code, std::string("injected fault in ") + operation + " " + path);
  }

  static tn_code open(void* ctx, const char* path, uint32_t flags, int32_t* fd, tn_error* error) {
    if (const tn_code code = of(ctx).fault("open", path, error)) return code;
    int mode = (flags & TN_FS_WRITE) == 0  ? O_RDONLY
               : (flags & TN_FS_READ) != 0 ? O_RDWR
                                           : O_WRONLY;
    if ((flags & TN_FS_CREATE) != 0) mode |= O_CREAT;
    if ((flags & TN_FS_EXCLUSIVE) != 0) mode |= O_EXCL;
    if ((flags & TN_FS_TRUNCATE) != 0) mode |= O_TRUNC;
    *fd = ::open(path, mode | O_CLOEXEC, 0644);
    if (*fd < 0) return fail(error, "open", path);
    std::lock_guard<std::mutex> lock(of(ctx).mutex_);
    of(ctx).paths_[*fd] = path;
    return TN_OK;
  }
  static void close(void* ctx, int32_t fd) {
    std::lock_guard<std::mutex> lock(of(ctx).mutex_);
    of(ctx).paths_.erase(fd);
    ::close(fd);
  }
  static tn_code read_at(void* ctx, int32_t fd, uint64_t offset, void* dst, size_t len,
                         size_t* n_read, tn_error* error) {
    const std::string path = of(ctx).path_of(fd);
    if (const tn_code code = of(ctx).fault("read_at", path, error)) return code;
    *n_read = 0;
    while (*n_read < len) {
      const ssize_t n = ::pread(fd, static_cast<char*>(dst) + *n_read, len - *n_read,
                                static_cast<off_t>(offset + *n_read));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return fail(error, "read", path);
      if (n == 0) break;
      *n_read += static_cast<size_t>(n);
    }
    return TN_OK;
  }
  static tn_code write_at(void* ctx, int32_t fd, uint64_t offset, const tn_iovec* pieces, size_t n,
                          tn_error* error) {
    const std::string path = of(ctx).path_of(fd);
    if (const tn_code code = of(ctx).fault("write_at", path, error)) return code;
    for (size_t i = 0; i < n; i++) {
      const auto* data = static_cast<const char*>(pieces[i].data);
      for (size_t done = 0; done < pieces[i].len;) {
        const ssize_t put =
            ::pwrite(fd, data + done, pieces[i].len - done, static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return fail(error, "write", path);
        done += static_cast<size_t>(put);
        offset += static_cast<uint64_t>(put);
      }
    }
    return TN_OK;
  }
  static tn_code sync(void* ctx, int32_t fd, tn_error* error) {
    const std::string path = of(ctx).path_of(fd);
    if (const tn_code code = of(ctx).fault("sync", path, error)) return code;
    return answer(::fdatasync(fd) == 0, error, "sync", path);
  }
  static void start_writeback(void* ctx, int32_t fd) {
    (void)of(ctx).fault("start_writeback", of(ctx).path_of(fd), nullptr);
    (void)::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
  }
  static tn_code truncate(void* ctx, int32_t fd, uint64_t size, tn_error* error) {
    const std::string path = of(ctx).path_of(fd);
    if (const tn_code code = of(ctx).fault("truncate", path, error)) return code;
    return answer(::ftruncate(fd, static_cast<off_t>(size)) == 0, error, "truncate", path);
  }
  static tn_code map(void* ctx, int32_t fd, size_t size, uint32_t flags, void** address,
                     tn_error* error) {
    const std::string path = of(ctx).path_of(fd);
    if (const tn_code code = of(ctx).fault("map", path, error)) return code;
    int protection = 0;
    if ((flags & TN_FS_READ) != 0) protection |= PROT_READ;
    if ((flags & TN_FS_WRITE) != 0) protection |= PROT_WRITE;
    void* mapped = ::mmap(nullptr, size, protection, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) return fail(error, "map", path);
    *address = mapped;
    return TN_OK;
  }
  static void unmap(void*, void* address, size_t size) { ::munmap(address, size); }
  static tn_code info(void* ctx, const char* path, tn_file_info* found, tn_error* error) {
    if (const tn_code code = of(ctx).fault("info", path, error)) return code;
    struct stat status = {};
    if (::stat(path, &status) != 0) return fail(error, "stat", path);
    found->size = static_cast<uint64_t>(status.st_size);
    found->is_directory = S_ISDIR(status.st_mode) ? 1 : 0;
    found->modified_ms =
        static_cast<int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1000000;
    return TN_OK;
  }
  static tn_code make_directory(void* ctx, const char* path, tn_error* error) {
    if (const tn_code code = of(ctx).fault("make_directory", path, error)) return code;
    return answer(::mkdir(path, 0755) == 0 || errno == EEXIST, error, "mkdir", path);
  }
  static tn_code list(void* ctx, const char* path, void (*on_entry)(void* arg, const char* name),
                      void* arg, tn_error* error) {
    if (const tn_code code = of(ctx).fault("list", path, error)) return code;
    DIR* directory = ::opendir(path);
    if (directory == nullptr) return fail(error, "list", path);
    while (const dirent* entry = ::readdir(directory)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") on_entry(arg, name.c_str());
    }
    ::closedir(directory);
    return TN_OK;
  }
  static tn_code rename(void* ctx, const char* from, const char* to, tn_error* error) {
    if (const tn_code code = of(ctx).fault("rename", from, error)) return code;
    return answer(::rename(from, to) == 0, error, "rename", from);
  }
  static tn_code remove(void* ctx, const char* path, tn_error* error) {
    if (const tn_code code = of(ctx).fault("remove", path, error)) return code;
    return answer(::remove(path) == 0, error, "remove", path);
  }
  static tn_code sync_directory(void* ctx, const char* path, tn_error* error) {
    if (const tn_code code = of(ctx).fault("sync_directory", path, error)) return code;
    const int fd = ::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fail(error, "open", path);
    const bool done = ::fsync(fd) == 0;
    const tn_code code = answer(done, error, "sync", path);
    ::close(fd);
    return code;
  }

  tn_host_fs table_{};
  std::mutex mutex_;
  std::map<int32_t, std::string> paths_;  // guarded by mutex_
  Fault fault_;                           // guarded by mutex_
};

// A directory of its own under $TMPDIR, removed with everything in it by the destructor.
class TestDirectory {
 public:
  TestDirectory() {
    const char* parent = std::getenv("TMPDIR");
    path_ = std::string(parent == nullptr ? "/tmp" : parent) + "/tenon-test-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) throw Error(TN_E_IO, "mkdtemp " + path_);
  }
  ~TestDirectory() { remove_tree(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  static void remove_tree(const std::string& path) {
    if (DIR* directory = ::opendir(path.c_str())) {
      while (const dirent* entry = ::readdir(directory)) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..") remove_tree(path + "/" + name);
      }
      ::closedir(directory);
    }
    std::remove(path.c_str());
  }

  std::string path_;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
