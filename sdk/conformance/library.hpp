// SPDX-License-Identifier: Apache-2.0
//
// What every plugin library must be: one exported symbol, a sound datum, and instances that leave
// nothing behind. Each check returns "" or a sentence that says what is wrong. Linux, 64-bit ELF.
// One thread.
#pragma once

#include <dlfcn.h>
#include <elf.h>
#include <malloc.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "conformance/instance.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// The names that a shared library defines for others: its dynamic symbols that are defined and not
// local. Throws Error(TN_E_CORRUPT) for a file that is not an ELF64 library.
class ExportedSymbols {
 public:
  explicit ExportedSymbols(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    image_.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    const auto header = read<Elf64_Ehdr>(0);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
      throw Error(TN_E_CORRUPT, path + " is not an ELF file");
    for (size_t i = 0; i < header.e_shnum; i++) {
      const auto section = read<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr));
      if (section.sh_type != SHT_DYNSYM) continue;
      const auto names =
          read<Elf64_Shdr>(header.e_shoff + section.sh_link * sizeof(Elf64_Shdr)).sh_offset;
      for (size_t at = 0; at < section.sh_size; at += sizeof(Elf64_Sym))
        add(read<Elf64_Sym>(section.sh_offset + at), names);
    }
  }
  const std::vector<std::string>& names() const { return names_; }
  // Those of STB_GNU_UNIQUE, exported or not: of such a variable the whole process has one, so that
  // two versions of a plugin would share it, and a library that has one is never unloaded.
  const std::vector<std::string>& unique_names() const { return unique_names_; }

 private:
  template <class T>
  T read(size_t at) const {
    if (at > image_.size() || image_.size() - at < sizeof(T))
      throw Error(TN_E_CORRUPT, "the ELF file is cut off");
    T value;
    std::memcpy(&value, image_.data() + at, sizeof(T));
    return value;
  }
  void add(const Elf64_Sym& symbol, size_t names) {
    const auto binding = ELF64_ST_BIND(symbol.st_info);
    if (binding == STB_LOCAL || symbol.st_shndx == SHN_UNDEF) return;
    names_.push_back(&image_.at(names + symbol.st_name));
    if (binding == STB_GNU_UNIQUE) unique_names_.push_back(names_.back());
  }

  std::vector<char> image_;
  std::vector<std::string> names_;
  std::vector<std::string> unique_names_;
};

inline std::string check_exports(const std::string& path) {
  const ExportedSymbols symbols(path);
  std::string wrong;
  bool found = false;
  for (const std::string& name : symbols.names()) {
    if (name == TN_MODULE_SYMBOL) {
      found = true;
    } else {
      wrong += " " + name;
    }
  }
  if (!found) return path + " does not export " TN_MODULE_SYMBOL;
  if (!symbols.unique_names().empty()) {
    return path + " has the unique symbol " + symbols.unique_names().front() +
           ": compile with -fno-gnu-unique, or hide it";
  }
  return wrong.empty() ? "" : path + " exports more than the datum:" + wrong;
}

inline std::string check_descriptor(const tn_descriptor& descriptor) {
  const auto empty = [](const char* text) { return text == nullptr || text[0] == '\0'; };
  if (descriptor.struct_size < TN_DESCRIPTOR_SIZE_1_0) return "a descriptor is too small";
  if (empty(descriptor.name)) return "a descriptor has no name";
  const std::string name = descriptor.name;
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos)
    return name + ": a name is lower case, digits, '-' and '_'";
  if (empty(descriptor.version) || empty(descriptor.about)) return name + ": no version or about";
  if (descriptor.create == nullptr || descriptor.destroy == nullptr ||
      descriptor.get_interface == nullptr)
    return name + ": create, destroy or get_interface is missing";
  if (descriptor.get_interface("tenon.unknown/1") != nullptr)
    return name + ": answers an id that it cannot know";
  for (uint32_t i = 0; i < descriptor.n_options; i++) {
    const tn_option& option = option_at(descriptor, i);
    if (empty(option.name) || empty(option.about))
      return name + ": an option without name or about";
    const bool must = (option.flags & TN_OPT_REQUIRED) != 0;
    if (must && option.default_text != nullptr) return name + ": a required option has a default";
    if (option.type == TN_OPT_ENUM && option.choices == nullptr)
      return name + ": an enum without choices";
  }
  return "";
}

inline std::string check_module(const tn_module& module) {
  if (module.struct_size < TN_MODULE_SIZE_1_0 || module.magic != TN_MAGIC)
    return "the datum is not a tn_module";
  if (module.abi_major != TN_ABI_MAJOR || module.abi_min_minor > TN_ABI_MINOR)
    return "the datum asks for another ABI";
  if (module.n_descriptors == 0) return "the datum has no descriptor";
  for (uint32_t i = 0; i < module.n_descriptors; i++) {
    const std::string wrong = check_descriptor(*module.descriptors[i]);
    if (!wrong.empty()) return wrong;
  }
  return "";
}

// Loads the library as the broker does, never to be unloaded, and checks the datum.
inline std::string check_library(const std::string& path) {
  const std::string wrong = check_exports(path);
  if (!wrong.empty()) return wrong;
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return ::dlerror();
  const auto* module = static_cast<const tn_module*>(::dlsym(library, TN_MODULE_SYMBOL));
  return module == nullptr ? path + ": no datum" : check_module(*module);
}

// What a process holds; a plugin that leaks makes one of these grow.
struct Holdings {
  size_t files = 0;
  size_t threads = 0;
  size_t heap_bytes = 0;

  static Holdings now() {
    Holdings found;
    found.files = count("/proc/self/fd");
    found.threads = count("/proc/self/task");
    const struct mallinfo2 heap = ::mallinfo2();
    found.heap_bytes = heap.uordblks + heap.hblkhd;
    return found;
  }

 private:
  static size_t count(const char* path) {
    const Result<std::vector<std::string>> names = Fs(*TestFs().get()).list(path);
    return names ? names->size() : 0;
  }
};

// Makes and destroys an instance `times` times; `use` is called with each.
template <class Use>
std::string check_lifecycle(const tn_descriptor& descriptor, const TestConfig::Texts& texts,
                            size_t times, Use&& use) {
  const TestHost host;
  const auto once = [&] {
    const Instance instance(host, descriptor, texts);
    use(instance);
  };
  once();  // what is allocated once for the process does not count
  const Holdings before = Holdings::now();
  for (size_t i = 0; i < times; i++) once();
  const Holdings after = Holdings::now();
  if (after.files > before.files) return "instances leave files open";
  if (after.threads > before.threads) return "instances leave threads running";
  // The allocator's own books may move by a little; a leak would move them by `times` objects.
  if (after.heap_bytes > before.heap_bytes + times) return "instances leave memory allocated";
  return "";
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
