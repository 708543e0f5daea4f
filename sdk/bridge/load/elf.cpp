// SPDX-License-Identifier: Apache-2.0
//
// Format: System V ABI, "Object Files" (Elf64_Ehdr, Elf64_Shdr, Elf64_Sym). Every offset and length
// is checked against the size of the file before it is used.
#include "bridge/load/elf.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <vector>

#include "tenon/plugin.h"

namespace tenon::bridge {

namespace {

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr uint16_t kMachine = EM_RISCV;
#else
#error "bridge/load/elf.cpp does not know this machine"
#endif

constexpr uint64_t kTableBytesMax = 64 << 20;

std::string machine_name(const Elf64_Ehdr& header) {
  if (header.e_ident[EI_DATA] != ELFDATA2LSB) return "a big-endian machine";
  const bool is_32_bit = header.e_ident[EI_CLASS] == ELFCLASS32;
  switch (header.e_machine) {
    case EM_X86_64:
      return is_32_bit ? "x32" : "x86_64";
    case EM_386:
      return "i386";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "arm";
    case EM_RISCV:
      return is_32_bit ? "riscv32" : "riscv64";
    default:
      return "machine " + std::to_string(header.e_machine);
  }
}

class File {
 public:
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat info{};
    if (fd_ >= 0 && ::fstat(fd_, &info) == 0) size_ = static_cast<uint64_t>(info.st_size);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool is_open() const { return fd_ >= 0; }

  // `n` records from `offset`, or nothing if they do not all lie in the file.
  template <class T>
  std::optional<std::vector<T>> read(uint64_t offset, uint64_t n) const {
    if (n > kTableBytesMax / sizeof(T)) return std::nullopt;
    const uint64_t length = n * sizeof(T);
    if (offset > size_ || length > size_ - offset) return std::nullopt;
    std::vector<T> records(n);
    uint64_t done = 0;
    while (done < length) {
      const ssize_t got = ::pread(fd_, reinterpret_cast<char*>(records.data()) + done,
                                  length - done, static_cast<off_t>(offset + done));
      if (got <= 0) return std::nullopt;
      done += static_cast<uint64_t>(got);
    }
    return records;
  }

 private:
  int fd_;
  uint64_t size_ = 0;
};

bool is_name_at(const std::vector<char>& names, uint64_t at, std::string_view name) {
  return at < names.size() && names.size() - at > name.size() &&
         std::string_view(&names[at], name.size()) == name && names[at + name.size()] == '\0';
}

// The size of the exported object of that name.
std::optional<uint64_t> exported_size(const File& file, const std::vector<Elf64_Shdr>& sections,
                                      std::string_view name) {
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_DYNSYM || section.sh_link >= sections.size()) continue;
    const Elf64_Shdr& strings = sections[section.sh_link];
    const auto names = file.read<char>(strings.sh_offset, strings.sh_size);
    const auto symbols =
        file.read<Elf64_Sym>(section.sh_offset, section.sh_size / sizeof(Elf64_Sym));
    if (!names || !symbols) return std::nullopt;
    for (const Elf64_Sym& symbol : *symbols) {
      const bool defined =
          symbol.st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT;
      if (defined && is_name_at(*names, symbol.st_name, name)) return symbol.st_size;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<> check_shared_library(const std::string& path) {
  const auto refuse = [](const std::string& reason) { return Error(TN_E_UNSUPPORTED, reason); };
  const File file(path);
  if (!file.is_open()) return refuse("it cannot be read");
  const auto headers = file.read<Elf64_Ehdr>(0, 1);
  if (!headers || std::memcmp(headers->front().e_ident, ELFMAG, SELFMAG) != 0)
    return refuse("it is not a shared library (ELF)");
  const Elf64_Ehdr& header = headers->front();
  const bool readable =
      header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB;
  if (!readable || header.e_machine != kMachine) {
    Elf64_Ehdr ours{};
    ours.e_ident[EI_CLASS] = ELFCLASS64;
    ours.e_ident[EI_DATA] = ELFDATA2LSB;
    ours.e_machine = kMachine;
    return refuse("it is built for " + machine_name(header) + ", this machine is " +
                  machine_name(ours));
  }
  if (header.e_type != ET_DYN) return refuse("it is an ELF file, but not a shared library");
  const auto sections = header.e_shentsize == sizeof(Elf64_Shdr)
                            ? file.read<Elf64_Shdr>(header.e_shoff, header.e_shnum)
                            : std::nullopt;
  if (!sections) return refuse("its section table is damaged");
  const auto size = exported_size(file, *sections, TN_MODULE_SYMBOL);
  if (!size) return refuse("it exports no tenon_module, so it is not a Tenon plugin");
  if (*size < sizeof(tn_module)) return refuse("its tenon_module is too short");
  return {};
}

}  // namespace tenon::bridge
