// SPDX-License-Identifier: Apache-2.0
//
// Reads just enough of an ELF file to tell whether it is a plugin, without opening it as a library:
// opening runs the constructors of whatever it is. Copes with damaged and hostile files: every
// offset and length is checked against the size of the file before it is used, and what is read is
// bounded. Errors are kPluginRefused with the reason. One thread.
#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tenon::plugin {

class ElfFile {
 public:
  // A shared library for this machine. `path` is for messages.
  static Result<ElfFile> open(const std::string& path);
  static Result<ElfFile> open(std::unique_ptr<std::istream> content, const std::string& path);

  ElfFile(ElfFile&&) noexcept;
  ElfFile& operator=(ElfFile&&) noexcept;
  ~ElfFile();

  // Does it export the datum `tenon_module`, long enough to be one?
  Result<> check_datum();
  // The descriptions of its notes of that owner and type, which are in the segments that a loader
  // maps and no tool strips.
  Result<std::vector<std::string>> notes(std::string_view owner, uint32_t type);

  const std::string& path() const { return path_; }

 private:
  class Content;
  ElfFile(std::unique_ptr<Content> content, std::string path);
  std::unexpected<Error> refuse(std::string_view reason) const;

  std::unique_ptr<Content> content_;
  std::string path_;
};

}  // namespace tenon::plugin
