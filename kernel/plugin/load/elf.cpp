// SPDX-License-Identifier: Apache-2.0
//
// Format: System V ABI, "Object Files" and "Program Loading" (Elf64_Ehdr, Elf64_Shdr, Elf64_Sym,
// Elf64_Phdr, Elf64_Nhdr).
#include "plugin/load/elf.h"

#include <elf.h>
#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <optional>
#include <utility>

#include "tenon/plugin.h"

namespace tenon::plugin {

namespace {

#if defined(__x86_64__)
constexpr uint16_t kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr uint16_t kMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr uint16_t kMachine = EM_RISCV;
#else
#error "plugin/load/elf.cpp does not know this machine"
#endif

constexpr uint64_t kTableBytesMax = 64 << 20;
constexpr uint64_t kNoteBytesMax = 1 << 20;  // of one segment
constexpr size_t kNoteSegmentsMax = 16;

// What every ELF header begins with, of whatever width.
struct Start {
  std::array<unsigned char, EI_NIDENT> ident;
  uint16_t type;
  uint16_t machine;
};

std::string machine_name(const Start& start) {
  const bool is_32_bit = start.ident[EI_CLASS] == ELFCLASS32;
  const bool is_big = start.ident[EI_DATA] == ELFDATA2MSB;
  switch (is_big ? std::byteswap(start.machine) : start.machine) {
    case EM_X86_64:
      return is_32_bit ? "x32" : "x86_64";
    case EM_386:
      return "i386";
    case EM_AARCH64:
      return is_big ? "aarch64_be" : "aarch64";
    case EM_ARM:
      return "arm";
    case EM_RISCV:
      return is_32_bit ? "riscv32" : "riscv64";
    case EM_PPC64:
      return is_big ? "ppc64" : "ppc64le";
    case EM_S390:
      return is_32_bit ? "s390" : "s390x";
    case EM_LOONGARCH:
      return "loongarch";
    default:
      return fmt::format("machine {}", start.machine);
  }
}

bool is_for_this_machine(const Start& start) {
  return start.ident[EI_CLASS] == ELFCLASS64 && start.ident[EI_DATA] == ELFDATA2LSB &&
         start.machine == kMachine;
}

bool is_terminated_name(const std::vector<char>& names, uint64_t at, std::string_view name) {
  return at < names.size() && names.size() - at > name.size() &&
         std::string_view(&names[at], name.size()) == name && names[at + name.size()] == '\0';
}

uint64_t aligned(uint64_t size, uint64_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}

// Goes through the notes of one segment. Sizes are 32 bits wide, so that sums of them do not wrap.
class NoteReader {
 public:
  NoteReader(std::string_view bytes, uint64_t alignment) : bytes_(bytes), alignment_(alignment) {}

  // False at the end, and where a note does not fit.
  bool next() {
    if (at_ >= bytes_.size()) return false;
    const std::string_view left = bytes_.substr(at_);
    Elf64_Nhdr header;
    damaged_ = left.size() < sizeof header;
    if (damaged_) return false;
    std::memcpy(&header, left.data(), sizeof header);
    const uint64_t text_at = aligned(sizeof header + uint64_t{header.n_namesz}, alignment_);
    damaged_ = text_at > left.size() || header.n_descsz > left.size() - text_at;
    if (damaged_) return false;
    owner = left.substr(sizeof header, header.n_namesz);
    if (owner.ends_with('\0')) owner.remove_suffix(1);
    type = header.n_type;
    text = left.substr(text_at, header.n_descsz);
    at_ += aligned(text_at + header.n_descsz, alignment_);
    return true;
  }
  bool damaged() const { return damaged_; }

  std::string_view owner;
  uint32_t type = 0;
  std::string_view text;

 private:
  std::string_view bytes_;
  uint64_t alignment_;
  uint64_t at_ = 0;
  bool damaged_ = false;
};

}  // namespace

class ElfFile::Content {
 public:
  explicit Content(std::unique_ptr<std::istream> stream) : stream_(std::move(stream)) {
    stream_->seekg(0, std::ios::end);
    const auto end = stream_->tellg();
    if (end > 0) size_ = static_cast<uint64_t>(end);
  }

  // `n` records from `offset`, or nothing if they do not all lie in the file.
  template <class T>
  std::optional<std::vector<T>> read(uint64_t offset, uint64_t n) {
    if (n > kTableBytesMax / sizeof(T)) return std::nullopt;
    const uint64_t length = n * sizeof(T);
    if (offset > size_ || length > size_ - offset) return std::nullopt;
    std::vector<T> records(n);
    stream_->seekg(static_cast<std::streamoff>(offset));
    stream_->read(reinterpret_cast<char*>(records.data()), static_cast<std::streamsize>(length));
    if (!*stream_) return std::nullopt;
    return records;
  }

  // The size of the exported object of that name.
  std::optional<uint64_t> exported_size(const std::vector<Elf64_Shdr>& sections,
                                        std::string_view name) {
    for (const Elf64_Shdr& section : sections) {
      if (section.sh_type != SHT_DYNSYM) continue;
      if (section.sh_link >= sections.size()) return std::nullopt;
      const Elf64_Shdr& strings = sections[section.sh_link];
      const auto names = read<char>(strings.sh_offset, strings.sh_size);
      const auto symbols = read<Elf64_Sym>(section.sh_offset, section.sh_size / sizeof(Elf64_Sym));
      if (!names || !symbols) return std::nullopt;
      for (const Elf64_Sym& symbol : *symbols) {
        const bool defined =
            symbol.st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT;
        if (defined && is_terminated_name(*names, symbol.st_name, name)) return symbol.st_size;
      }
      return std::nullopt;  // there is never a second table
    }
    return std::nullopt;
  }

  Elf64_Ehdr header{};

 private:
  std::unique_ptr<std::istream> stream_;
  uint64_t size_ = 0;
};

ElfFile::ElfFile(std::unique_ptr<Content> content, std::string path)
    : content_(std::move(content)), path_(std::move(path)) {}
ElfFile::ElfFile(ElfFile&&) noexcept = default;
ElfFile& ElfFile::operator=(ElfFile&&) noexcept = default;
ElfFile::~ElfFile() = default;

std::unexpected<Error> ElfFile::refuse(std::string_view reason) const {
  return fail(Errc::kPluginRefused, path_, reason);
}

Result<ElfFile> ElfFile::open(const std::string& path) {
  auto stream = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!stream->is_open()) return fail(Errc::kPluginRefused, path, "it cannot be read");
  return open(std::move(stream), path);
}

Result<ElfFile> ElfFile::open(std::unique_ptr<std::istream> content, const std::string& path) {
  ElfFile file(std::make_unique<Content>(std::move(content)), path);
  const auto starts = file.content_->read<Start>(0, 1);
  if (!starts || std::memcmp(starts->front().ident.data(), ELFMAG, SELFMAG) != 0)
    return file.refuse("it is not a shared library (ELF)");
  const Start& start = starts->front();
  if (!is_for_this_machine(start)) {
    Start ours{.ident = {}, .type = ET_DYN, .machine = kMachine};
    ours.ident[EI_CLASS] = ELFCLASS64;
    return file.refuse(fmt::format("it is built for {}, this machine is {}", machine_name(start),
                                   machine_name(ours)));
  }
  if (start.type != ET_DYN) return file.refuse("it is an ELF file, but not a shared library");
  const auto headers = file.content_->read<Elf64_Ehdr>(0, 1);
  if (!headers) return file.refuse("it is cut off");
  file.content_->header = headers->front();
  return file;
}

Result<> ElfFile::check_datum() {
  const Elf64_Ehdr& header = content_->header;
  const auto sections = header.e_shentsize == sizeof(Elf64_Shdr)
                            ? content_->read<Elf64_Shdr>(header.e_shoff, header.e_shnum)
                            : std::nullopt;
  if (!sections) return refuse("its section table is damaged");
  const auto size = content_->exported_size(*sections, TN_MODULE_SYMBOL);
  if (!size) return refuse("it exports no tenon_module, so it is not a Tenon plugin");
  if (*size < TN_MODULE_SIZE_1_0) return refuse("its tenon_module is too short");
  return {};
}

Result<std::vector<std::string>> ElfFile::notes(std::string_view owner, uint32_t type) {
  const Elf64_Ehdr& header = content_->header;
  const auto segments = header.e_phentsize == sizeof(Elf64_Phdr)
                            ? content_->read<Elf64_Phdr>(header.e_phoff, header.e_phnum)
                            : std::nullopt;
  if (!segments) return refuse("its program header table is damaged");
  std::vector<std::string> found;
  size_t n_segments = 0;
  for (const Elf64_Phdr& segment : *segments) {
    if (segment.p_type != PT_NOTE) continue;
    const bool sane = ++n_segments <= kNoteSegmentsMax && segment.p_filesz <= kNoteBytesMax;
    const auto bytes =
        sane ? content_->read<char>(segment.p_offset, segment.p_filesz) : std::nullopt;
    if (!bytes) return refuse("its notes are damaged");
    NoteReader note({bytes->data(), bytes->size()}, segment.p_align == 8 ? 8 : 4);
    while (note.next())
      if (note.owner == owner && note.type == type) found.emplace_back(note.text);
    if (note.damaged()) return refuse("its notes are damaged");
  }
  return found;
}

}  // namespace tenon::plugin
