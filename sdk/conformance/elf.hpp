// SPDX-License-Identifier: Apache-2.0
//
// What an ELF64 library says of itself, read without opening it as one: its dynamic symbols, what
// it needs, its segments and notes. Format: System V ABI, "Object Files", and the GNU extensions.
// Every offset is checked against the size of the file. Values; any thread.
#pragma once

#include <elf.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tenon/result.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// A dynamic symbol that is not local.
struct ElfSymbol {
  std::string name;
  bool defined = false;
  bool weak = false;
  bool unique = false;  // STB_GNU_UNIQUE
};

struct ElfNote {
  std::string name;
  uint32_t type = 0;
  std::string content;
};

class ElfImage {
 public:
  // Throws Error(TN_E_CORRUPT) for a file that is not a whole ELF64 file, TN_E_IO for none.
  explicit ElfImage(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(TN_E_IO, path + " cannot be read");
    image_.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    if (image_.size() < SELFMAG || std::memcmp(image_.data(), ELFMAG, SELFMAG) != 0)
      throw Error(TN_E_CORRUPT, path + " is not an ELF file");
    const auto header = read<Elf64_Ehdr>(0);
    if (header.e_ident[EI_CLASS] != ELFCLASS64) throw Error(TN_E_CORRUPT, path + " is not ELF64");
    sections_ = read_all<Elf64_Shdr>(header.e_shoff, header.e_shnum);
    segments_ = read_all<Elf64_Phdr>(header.e_phoff, header.e_phnum);
    names_at_ = header.e_shstrndx < sections_.size() ? sections_[header.e_shstrndx].sh_offset : 0;
    read_dynamic();
  }

  std::vector<ElfSymbol> symbols() const {
    std::vector<ElfSymbol> found;
    for (const Elf64_Shdr& section : sections_) {
      if (section.sh_type != SHT_DYNSYM || section.sh_link >= sections_.size()) continue;
      const size_t names = sections_[section.sh_link].sh_offset;
      const size_t count = section.sh_size / sizeof(Elf64_Sym);
      for (const Elf64_Sym& symbol : read_all<Elf64_Sym>(section.sh_offset, count)) {
        const unsigned binding = ELF64_ST_BIND(symbol.st_info);
        if (binding == STB_LOCAL) continue;
        found.push_back({text(names + symbol.st_name), symbol.st_shndx != SHN_UNDEF,
                         binding == STB_WEAK, binding == STB_GNU_UNIQUE});
      }
    }
    return found;
  }
  const std::vector<std::string>& needed() const { return needed_; }  // DT_NEEDED
  const std::string& run_path() const { return run_path_; }           // DT_RPATH or DT_RUNPATH
  const std::string& soname() const { return soname_; }
  // Functions that the loader calls when the process ends (DT_FINI_ARRAY). The compiler's own
  // start-up file brings one.
  size_t end_functions() const { return end_functions_; }
  bool has_text_relocations() const { return text_relocations_; }
  bool has_debug_info() const { return has_section(".debug_info"); }
  bool has_executable_stack() const {
    for (const Elf64_Phdr& segment : segments_)
      if (segment.p_type == PT_GNU_STACK) return (segment.p_flags & PF_X) != 0;
    return true;  // without the header the kernel grants it
  }
  bool has_section(const std::string& name) const {
    for (const Elf64_Shdr& section : sections_)
      if (names_at_ != 0 && text(names_at_ + section.sh_name) == name) return true;
    return false;
  }
  // The notes of every section of that name.
  std::vector<ElfNote> notes(const std::string& name) const {
    std::vector<ElfNote> found;
    for (const Elf64_Shdr& section : sections_) {
      if (section.sh_type == SHT_NOTE && text(names_at_ + section.sh_name) == name)
        append_notes(section, found);
    }
    return found;
  }

 private:
  template <class T>
  T read(size_t at) const {
    if (at > image_.size() || image_.size() - at < sizeof(T))
      throw Error(TN_E_CORRUPT, "the ELF file is cut off");
    T value;
    std::memcpy(&value, image_.data() + at, sizeof(T));
    return value;
  }
  template <class T>
  std::vector<T> read_all(size_t at, size_t count) const {
    if (count > image_.size() / sizeof(T)) throw Error(TN_E_CORRUPT, "the ELF file is cut off");
    std::vector<T> all;
    for (size_t i = 0; i < count; i++) all.push_back(read<T>(at + i * sizeof(T)));
    return all;
  }
  // The NUL-terminated text at that place.
  std::string text(size_t at) const {
    if (at >= image_.size()) throw Error(TN_E_CORRUPT, "the ELF file is cut off");
    const void* end = std::memchr(image_.data() + at, '\0', image_.size() - at);
    if (end == nullptr) throw Error(TN_E_CORRUPT, "the ELF file is cut off");
    return &image_[at];
  }
  void read_dynamic() {
    for (const Elf64_Shdr& section : sections_) {
      if (section.sh_type != SHT_DYNAMIC || section.sh_link >= sections_.size()) continue;
      const size_t names = sections_[section.sh_link].sh_offset;
      const size_t count = section.sh_size / sizeof(Elf64_Dyn);
      for (const Elf64_Dyn& entry : read_all<Elf64_Dyn>(section.sh_offset, count))
        add_dynamic(entry, names);
    }
  }
  void add_dynamic(const Elf64_Dyn& entry, size_t names) {
    switch (entry.d_tag) {
      case DT_NEEDED:
        needed_.push_back(text(names + entry.d_un.d_val));
        break;
      case DT_SONAME:
        soname_ = text(names + entry.d_un.d_val);
        break;
      case DT_RPATH:
      case DT_RUNPATH:
        run_path_ = text(names + entry.d_un.d_val);
        break;
      case DT_FINI_ARRAYSZ:
        end_functions_ = entry.d_un.d_val / sizeof(Elf64_Addr);
        break;
      case DT_TEXTREL:
        text_relocations_ = true;
        break;
      case DT_FLAGS:
        text_relocations_ = text_relocations_ || (entry.d_un.d_val & DF_TEXTREL) != 0;
        break;
      default:
        break;
    }
  }
  void append_notes(const Elf64_Shdr& section, std::vector<ElfNote>& found) const {
    const auto padded = [](size_t size) { return (size + 3) / 4 * 4; };
    size_t at = section.sh_offset;
    const size_t end = at + section.sh_size;
    while (at < end && end - at >= sizeof(Elf64_Nhdr)) {
      const auto head = read<Elf64_Nhdr>(at);
      at += sizeof(head);
      const size_t name_at = at, content_at = at + padded(head.n_namesz);
      if (content_at > image_.size() || head.n_descsz > image_.size() - content_at)
        throw Error(TN_E_CORRUPT, "a note of the ELF file is cut off");
      ElfNote note{std::string(&image_[name_at], head.n_namesz), head.n_type,
                   std::string(image_.data() + content_at, head.n_descsz)};
      note.name.resize(std::strlen(note.name.c_str()));
      found.push_back(note);
      at = content_at + padded(head.n_descsz);
    }
  }

  std::vector<char> image_;
  std::vector<Elf64_Shdr> sections_;
  std::vector<Elf64_Phdr> segments_;
  size_t names_at_ = 0;
  std::vector<std::string> needed_;
  std::string run_path_;
  std::string soname_;
  size_t end_functions_ = 0;
  bool text_relocations_ = false;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
