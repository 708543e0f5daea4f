// SPDX-License-Identifier: Apache-2.0
//
// One broker per data directory: a lock on the file `.lock`, held as long as the process lives. The
// file says the holder's pid, for people.
#pragma once

#include <string>

#include "base/error.h"

namespace tenon::broker {

class DataLock {
 public:
  // kInUse naming the holder's pid; kIo if the directory cannot be written.
  static Result<DataLock> take(const std::string& directory);
  DataLock(DataLock&& other) noexcept;
  DataLock& operator=(DataLock&&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace tenon::broker
