// SPDX-License-Identifier: Apache-2.0
//
// A library as it is loaded: a private copy in memory that nobody can change any more (memfd_create
// with all its seals), and the SHA-256 of just these bytes. Whoever replaces, overwrites or
// truncates the file afterwards changes nothing in this process, and what was hashed is what runs.
//
// Why in memory, and not as a file under the data directory: it needs no directory that is writable
// and executable, so that a data directory may be mounted noexec; it leaves nothing behind, so that
// the command line can use it; and a seal binds even the broker's own user. It costs the size of
// the library in memory and one descriptor, which stays open: the loader knows an image by the path
// under /proc, and would take a second image under the same number for the first.
//
// Threads: any; a value.
#pragma once

#include <string>

#include "plugin/load/trust.h"

namespace tenon::plugin {

// Larger than any plugin.
inline constexpr size_t kImageBytesMax = size_t{256} << 20;

class Image {
 public:
  // Copies what the file holds now. kPluginRefused: too large, or the system has no sealed memory.
  static Result<Image> copy(const TrustedFile& file);
  // The same, as the image of `file`, which has the same content. Valid as long as this object.
  Image of(const TrustedFile& file) const;

  // Where the loader finds it: valid as long as this object lives, in this process and, for a
  // debugger, in others.
  const std::string& path() const { return path_; }
  // Where it was copied from: for people.
  const std::string& origin() const { return origin_; }
  const std::string& sha256() const { return sha256_; }
  // The file as it was before it was read.
  const FileState& source() const { return source_; }

 private:
  Image(const TrustedFile& file, std::string path);

  Descriptor memory_;  // none: another object keeps it
  std::string path_;
  std::string origin_;
  FileState source_;
  std::string sha256_;
};

}  // namespace tenon::plugin
