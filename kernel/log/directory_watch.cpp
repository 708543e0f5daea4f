// SPDX-License-Identifier: Apache-2.0

#include "log/directory_watch.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace tenon::log {

DirectoryWatch::DirectoryWatch(std::string path) : path_(std::move(path)) {
  struct stat found{};
  if (::stat(path_.c_str(), &found) != 0) return;
  exists_ = true;
  device_ = found.st_dev;
  inode_ = found.st_ino;
}

Result<> DirectoryWatch::check() const {
  if (!exists_) return {};
  struct stat found{};
  if (::stat(path_.c_str(), &found) != 0)
    return fail_errno(Errc::kKafkaStorageError, path_, "has vanished while the broker used it",
                      errno);
  if (found.st_dev == device_ && found.st_ino == inode_) return {};
  return fail(Errc::kKafkaStorageError, path_,
              "was replaced by another directory while the broker used it");
}

}  // namespace tenon::log
