// SPDX-License-Identifier: Apache-2.0
//
// Who could have put code where a plugin lies? A library is loaded only if nobody could but those
// who could replace the program itself, and what was checked is what is loaded: the way is walked
// component by component without following links (openat, O_NOFOLLOW), each component is judged by
// the descriptor that the next one is opened from, and the file by the one that it is read from.
//
//   directory  belongs to a trusted user; only trusted groups may write it. In one that everyone
//              may write nobody can replace what is not his if it is sticky (/tmp), so then it is
//              enough that what lies in it belongs to a trusted user.
//   link       belongs to a trusted user and is followed by the same rules: /lib -> /usr/lib.
//   file       regular, belongs to a trusted user, not writable by others. If it is a link it may
//              not leave the folders that the configuration names.
//
// Trusted users are root, the user that Tenon runs as, and the owners of the program's own path;
// trusted groups are those that may write on that path. On an installed system that is root, and
// the broker's user; in a build directory whoever owns that.
//
// Threads: any; Trust is a value.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"

namespace tenon::plugin {

struct Trust {
  std::set<uid_t> owners;
  std::set<gid_t> groups;

  // What guards this program. Worked out at the first call.
  static const Trust& of_program();
};

// An open descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }

 private:
  int fd_;
};

// Which file it is, in which state: the same under two paths, another once it was written to.
struct FileState {
  dev_t device = 0;
  ino_t inode = 0;
  off_t bytes = 0;
  int64_t changed_ns = 0;  // ctime

  bool operator==(const FileState&) const = default;
};

// A file that may be loaded, open for reading.
struct TrustedFile {
  Descriptor descriptor;
  std::string path;  // absolute, without links
  FileState state;   // when it was opened
};

// Opens `path`, which must be absolute. If it is a link, it must lead into its own folder or into
// one of `folders`, or below. kPluginMissing; kPluginRefused, naming what is wrong where and what
// to do.
Result<TrustedFile> open_trusted(const std::string& path, const std::vector<std::string>& folders,
                                 const Trust& trust);

// Does the file lie in one of these folders, or below?
bool lies_in(const TrustedFile& file, const std::vector<std::string>& folders, const Trust& trust);

}  // namespace tenon::plugin
