// SPDX-License-Identifier: Apache-2.0
//
// Whatever file lies in a plugin directory: reading its ELF headers, its symbols and its note must
// answer, and what a note says is printable and bounded. The first input byte chooses: bytes as
// they come, bytes as the text of a note, or bytes as the notes of a library that is sound so far.

#include <elf.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "plugin/load/note.h"

namespace {

using namespace tenon;
using namespace tenon::plugin;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Result<Note>& note) {
  if (!note) return;
  require(note->plugins.size() <= 64);
  for (const Note::Plugin& one : note->plugins)
    for (const std::string& text : {one.kind, one.name, one.version})
      require(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }));
}

void read_file(const std::string& content) {
  auto file = ElfFile::open(std::make_unique<std::istringstream>(content), "x.so");
  if (!file) return;
  static_cast<void>(file->check_datum());
  check(read_note(*file));
}

// A library of this machine that holds nothing but these notes.
std::string library_of(const std::string& notes) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
#if defined(__x86_64__)
  header.e_machine = EM_X86_64;
#elif defined(__aarch64__)
  header.e_machine = EM_AARCH64;
#else
  header.e_machine = EM_RISCV;
#endif
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  Elf64_Phdr segment{};
  segment.p_type = PT_NOTE;
  segment.p_offset = sizeof header + sizeof segment;
  segment.p_filesz = notes.size();
  segment.p_align = 4;
  std::string content(reinterpret_cast<const char*>(&header), sizeof header);
  content.append(reinterpret_cast<const char*>(&segment), sizeof segment);
  return content + notes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 3) {
    case 0:
      read_file(bytes);
      break;
    case 1:
      check(parse_note(bytes, "x.so"));
      break;
    default:
      read_file(library_of(bytes));
  }
  return 0;
}
