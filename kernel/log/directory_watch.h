// SPDX-License-Identifier: Apache-2.0
//
// Whether a log's directory is still the one that it was opened in. A file whose directory was
// removed, moved or mounted over takes bytes and syncs as before, and nobody will find them again:
// so who acknowledges must look.
//
// Threads: any.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/error.h"

namespace tenon::log {

class DirectoryWatch {
 public:
  // Remembers which directory the path names now. One that does not exist is not watched: then the
  // storage keeps its logs elsewhere.
  explicit DirectoryWatch(std::string path);

  // kKafkaStorageError when the path no longer names that directory. One system call.
  Result<> check() const;

 private:
  std::string path_;
  bool exists_ = false;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace tenon::log
