// SPDX-License-Identifier: Apache-2.0
//
// The note that a library carries (tenon/module.h): what it is and what it was built with, known
// before any of its code runs. Everything here is text of a stranger: it is bounded, and it is
// printable. Errors are kPluginRefused with the path and the reason. Main thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "plugin/load/elf.h"
#include "tenon/plugin.h"

namespace tenon::plugin {

// What a note says.
struct Note {
  struct Plugin {
    std::string kind;  // "partitioner", ...
    std::string name;
    std::string version;

    bool operator==(const Plugin&) const = default;
  };

  uint32_t abi_major = 0;
  uint32_t abi_min_minor = 0;
  std::vector<Plugin> plugins;          // one at least, in the order of the datum
  std::vector<std::string> sanitizers;  // "address", ...
  std::string compiler;                 // "gcc 12.2.0", or empty
  std::string sdk;                      // "1.0.0", or empty
};

Result<Note> parse_note(std::string_view text, const std::string& path);
// The one note of the file.
Result<Note> read_note(ElfFile& file);

// All that can be checked before the file is opened as a library: it is one, for this machine, it
// exports the datum, its note is sound, and asks for no ABI and no sanitizer that is not here.
// `location` is where it is read from, `path` what it is called.
Result<Note> identify(const std::string& location, const std::string& path);

// Whether this program can load what the note speaks of. `own_sanitizers` are the program's.
Result<> check_note(const Note& note, const std::vector<std::string>& own_sanitizers,
                    const std::string& path);
// Whether the library says that it holds that plugin.
Result<> check_held(const Note& note, std::string_view kind, std::string_view name,
                    const std::string& path);
// Whether the datum, which has been verified, says the same as the note.
Result<> check_agreement(const Note& note, const tn_module& module, const std::string& path);

}  // namespace tenon::plugin
