// SPDX-License-Identifier: Apache-2.0
//
// The few things the journal asks of a file system, narrow so that a test can stand in for the
// disk: tear a write at any byte, lose what was not synced, fail an fsync.
//
// Blocking; one thread at a time (the journal's jobs run one after another on the BlockingPool).
// Paths are as the caller made them. Errors are kIo or kNoSpace with the path and what errno says.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace tenon::controller {

// A file being written at its end.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  // Writes all of `bytes` at the end, or fails with any part of them written.
  virtual Result<> append(ByteView bytes) = 0;
  // Returns when everything appended would survive a loss of power, and be found under the path
  // that the file was opened by: an error too when the file, or its directory, has vanished. After
  // an error no later sync of this file says anything about what was appended before.
  virtual Result<> sync() = 0;
  virtual Result<> truncate(uint64_t bytes) = 0;
};

class Files {
 public:
  virtual ~Files() = default;
  // Makes the directory and its parents where they are missing.
  virtual Result<> make_directories(const std::string& path) = 0;
  // The names in the directory, sorted.
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Result<Bytes> read(const std::string& path) = 0;
  // Opens for appending; `create` makes the file, emptied if there is one.
  virtual Result<std::unique_ptr<AppendFile>> open(const std::string& path, bool create) = 0;
  // Replaces `to` in one step.
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<> remove(const std::string& path) = 0;
  // Returns when files made, renamed and removed in the directory would stay so after a loss of
  // power.
  virtual Result<> sync_directory(const std::string& directory) = 0;
};

// The machine's file system, by POSIX calls.
class PosixFiles final : public Files {
 public:
  Result<> make_directories(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<bool> exists(const std::string& path) override;
  Result<Bytes> read(const std::string& path) override;
  Result<std::unique_ptr<AppendFile>> open(const std::string& path, bool create) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> sync_directory(const std::string& directory) override;
};

// Writes `bytes` as a new file at the path, durable but for its name.
Result<> write_file(Files& files, const std::string& path, ByteView bytes);

// Writes `bytes` as the file `directory/name` so that after a crash there is the old file or the
// new one, never a part: to name.tmp, fsync, rename, fsync of the directory.
Result<> replace_file(Files& files, const std::string& directory, const std::string& name,
                      ByteView bytes);

}  // namespace tenon::controller
