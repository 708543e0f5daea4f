// SPDX-License-Identifier: Apache-2.0

#include "broker/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tenon::broker {
namespace {

std::string pid_in(int fd) {
  char text[32];
  const ssize_t n = ::pread(fd, text, sizeof text, 0);
  std::string pid(text, n > 0 ? static_cast<size_t>(n) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid.empty() ? "unknown" : pid;
}

}  // namespace

Result<DataLock> DataLock::take(const std::string& directory) {
  const std::string path = directory + "/.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return fail_errno(Errc::kIo, path, "the data directory cannot be used", errno);
  // flock belongs to the open file, so it ends with the process, however that ends.
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const std::string holder = pid_in(fd);
    ::close(fd);
    return fail(Errc::kInUse, directory,
                "another broker uses this data directory, process " + holder +
                    "; stop it, or choose another directory with --data-dir");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    const int failed = errno;
    ::close(fd);
    return fail_errno(Errc::kIo, path, "cannot be written", failed);
  }
  return DataLock(fd);
}

DataLock::DataLock(DataLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

DataLock::~DataLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace tenon::broker
