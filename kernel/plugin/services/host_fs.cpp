// SPDX-License-Identifier: Apache-2.0
//
// Reads and writes are complete or fail: partial transfers and interruptions are continued here. A
// failed sync is reported and never repeated, because the kernel may have dropped the dirty pages.
#include "plugin/services/host_fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

namespace tenon::plugin {

namespace {

// Pieces handed to one system call; more than any append has, far below IOV_MAX.
constexpr size_t kPiecesPerCall = 256;
constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;

tn_code code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return TN_E_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
      return TN_E_NOSPACE;
    case EEXIST:
    case EINVAL:
      return TN_E_INVALID;
    default:
      return TN_E_IO;
  }
}

// Explains errno. `what` says what was tried: "open /data/orders-0/log".
tn_code failed(tn_error* error, std::string_view what) {
  const int number = errno;
  const tn_code code = code_of(number);
  if (!error) return code;
  error->code = code;
  const std::string text = fmt::format("{}: {}", what, std::generic_category().message(number));
  const size_t length = std::min(text.size(), sizeof error->message - 1);
  std::memcpy(error->message, text.data(), length);
  error->message[length] = '\0';
  return code;
}

// Repeats a call that a signal interrupted.
template <class Call>
auto uninterrupted(Call call) {
  while (true) {
    const auto result = call();
    if (result != -1 || errno != EINTR) return result;
  }
}

constexpr uint32_t kOpenFlags =
    TN_FS_READ | TN_FS_WRITE | TN_FS_CREATE | TN_FS_EXCLUSIVE | TN_FS_TRUNCATE;

tn_code open_file(void*, const char* path, uint32_t flags, int32_t* fd, tn_error* error) {
  if ((flags & ~kOpenFlags) != 0) {
    errno = EINVAL;
    return failed(error, fmt::format("open {} with flags {:#x}", path, flags));
  }
  int mode = (flags & TN_FS_WRITE) != 0 ? O_RDWR : O_RDONLY;
  if ((flags & TN_FS_CREATE) != 0) mode |= O_CREAT;
  if ((flags & TN_FS_EXCLUSIVE) != 0) mode |= O_EXCL;
  if ((flags & TN_FS_TRUNCATE) != 0) mode |= O_TRUNC;
  const int opened = uninterrupted([&] { return ::open(path, mode | O_CLOEXEC, kFileMode); });
  if (opened < 0) return failed(error, fmt::format("open {}", path));
  *fd = opened;
  return TN_OK;
}

void close_file(void*, int32_t fd) {
  ::close(fd);
}

tn_code read_at(void*, int32_t fd, uint64_t offset, void* dst, size_t len, size_t* n_read,
                tn_error* error) {
  size_t done = 0;
  while (done < len) {
    const ssize_t n = uninterrupted([&] {
      return ::pread(fd, static_cast<char*>(dst) + done, len - done,
                     static_cast<off_t>(offset + done));
    });
    if (n < 0) return failed(error, fmt::format("read {} bytes at {}", len, offset));
    if (n == 0) break;  // the end of the file
    done += static_cast<size_t>(n);
  }
  *n_read = done;
  return TN_OK;
}

// The pieces that one call writes, from `skip` bytes into the first of them.
size_t gather(const tn_iovec* pieces, size_t n, size_t skip,
              std::array<iovec, kPiecesPerCall>& call) {
  const size_t count = std::min(n, call.size());
  for (size_t i = 0; i < count; ++i) {
    const size_t from = i == 0 ? skip : 0;
    auto* data = static_cast<char*>(const_cast<void*>(pieces[i].data));
    call[i] = {.iov_base = data + from, .iov_len = pieces[i].len - from};
  }
  return count;
}

tn_code write_at(void*, int32_t fd, uint64_t offset, const tn_iovec* pieces, size_t n,
                 tn_error* error) {
  std::array<iovec, kPiecesPerCall> call;
  size_t skip = 0;  // bytes of pieces[0] that are written
  while (true) {
    while (n > 0 && skip >= pieces->len) {
      skip -= pieces->len;
      ++pieces;
      --n;
    }
    if (n == 0) return TN_OK;
    const size_t count = gather(pieces, n, skip, call);
    const ssize_t written = uninterrupted([&] {
      return ::pwritev(fd, call.data(), static_cast<int>(count), static_cast<off_t>(offset));
    });
    if (written < 0) return failed(error, fmt::format("write at {}", offset));
    offset += static_cast<uint64_t>(written);
    skip += static_cast<size_t>(written);
  }
}

tn_code sync_file(void*, int32_t fd, tn_error* error) {
  if (uninterrupted([&] { return ::fdatasync(fd); }) < 0) return failed(error, "fdatasync");
  return TN_OK;
}

// Not a sync: no size, no flush of the device, and errors stay with the file for the sync to find.
void start_writeback(void*, int32_t fd) {
  (void)::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

tn_code truncate_file(void*, int32_t fd, uint64_t size, tn_error* error) {
  if (uninterrupted([&] { return ::ftruncate(fd, static_cast<off_t>(size)); }) < 0)
    return failed(error, fmt::format("truncate to {}", size));
  return TN_OK;
}

tn_code map_file(void*, int32_t fd, size_t size, uint32_t flags, void** address, tn_error* error) {
  const int protection = (flags & TN_FS_WRITE) != 0 ? PROT_READ | PROT_WRITE : PROT_READ;
  void* mapped = ::mmap(nullptr, size, protection, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) return failed(error, fmt::format("map {} bytes", size));
  *address = mapped;
  return TN_OK;
}

void unmap_file(void*, void* address, size_t size) {
  ::munmap(address, size);
}

tn_code file_info(void*, const char* path, tn_file_info* info, tn_error* error) {
  struct stat found{};
  if (::stat(path, &found) < 0) return failed(error, fmt::format("stat {}", path));
  info->size = static_cast<uint64_t>(found.st_size);
  info->is_directory = S_ISDIR(found.st_mode) ? 1 : 0;
  info->modified_ms = found.st_mtim.tv_sec * 1000LL + found.st_mtim.tv_nsec / 1'000'000;
  return TN_OK;
}

bool is_directory(const char* path) {
  struct stat found{};
  return ::stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

// Also makes the folders above it that are missing.
tn_code make_directory(void*, const char* path, tn_error* error) {
  std::string text(path);
  for (size_t slash = text.find('/', 1); slash != std::string::npos;
       slash = text.find('/', slash + 1)) {
    text[slash] = '\0';
    ::mkdir(text.c_str(), kDirectoryMode);  // the last one shows whether these succeeded
    text[slash] = '/';
  }
  if (::mkdir(path, kDirectoryMode) == 0) return TN_OK;
  if (errno == EEXIST && is_directory(path)) return TN_OK;
  return failed(error, fmt::format("mkdir {}", path));
}

tn_code list_directory(void*, const char* path, void (*on_entry)(void* arg, const char* name),
                       void* arg, tn_error* error) {
  DIR* directory = ::opendir(path);
  if (!directory) return failed(error, fmt::format("list {}", path));
  errno = 0;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") on_entry(arg, entry->d_name);
    errno = 0;
  }
  const tn_code code = errno == 0 ? TN_OK : failed(error, fmt::format("list {}", path));
  ::closedir(directory);
  return code;
}

tn_code rename_file(void*, const char* from, const char* to, tn_error* error) {
  if (::rename(from, to) < 0) return failed(error, fmt::format("rename {} to {}", from, to));
  return TN_OK;
}

tn_code remove_file(void*, const char* path, tn_error* error) {
  if (std::remove(path) < 0) return failed(error, fmt::format("remove {}", path));
  return TN_OK;
}

tn_code sync_directory(void*, const char* path, tn_error* error) {
  const int fd = uninterrupted([&] { return ::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (fd < 0) return failed(error, fmt::format("open {}", path));
  const bool synced = uninterrupted([&] { return ::fsync(fd); }) == 0;
  const tn_code code = synced ? TN_OK : failed(error, fmt::format("fsync {}", path));
  ::close(fd);
  return code;
}

constexpr tn_host_fs kPosix{.struct_size = sizeof(tn_host_fs),
                            .reserved = 0,
                            .ctx = nullptr,
                            .open = open_file,
                            .close = close_file,
                            .read_at = read_at,
                            .write_at = write_at,
                            .sync = sync_file,
                            .truncate = truncate_file,
                            .map = map_file,
                            .unmap = unmap_file,
                            .info = file_info,
                            .make_directory = make_directory,
                            .list = list_directory,
                            .rename = rename_file,
                            .remove = remove_file,
                            .sync_directory = sync_directory,
                            .start_writeback = start_writeback};

}  // namespace

const tn_host_fs& posix_fs() {
  return kPosix;
}

}  // namespace tenon::plugin
