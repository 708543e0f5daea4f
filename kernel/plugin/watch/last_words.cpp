// SPDX-License-Identifier: Apache-2.0
#include "plugin/watch/last_words.h"

#include <link.h>
#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

namespace tenon::plugin {

namespace {

constexpr std::array kFaults = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
constexpr size_t kLibrariesMax = 256;

// The addresses of one library. Written once, before `count` says that it is there.
struct Library {
  uintptr_t begin;
  uintptr_t end;
  const Suspect* suspect;
};
constinit std::array<Library, kLibrariesMax> libraries{};
constinit std::atomic<size_t> library_count{0};
constinit std::atomic<int> copy_fd{-1};

// One line, built without memory of the heap.
class Line {
 public:
  Line& text(const char* text) {
    while (text && *text && size_ + 1 < bytes_.size()) bytes_[size_++] = *text++;
    return *this;
  }
  Line& hex(uintptr_t value) {
    std::array<char, 2 + 2 * sizeof value + 1> digits{};
    size_t at = digits.size() - 1;
    do {
      digits[--at] = "0123456789abcdef"[value & 15];
      value >>= 4;
    } while (value != 0);
    return text("0x").text(&digits[at]);
  }
  void write_to(int fd) {
    bytes_[size_] = '\n';
    // There is nobody left to tell that this failed.
    [[maybe_unused]] const ssize_t written = ::write(fd, bytes_.data(), size_ + 1);
  }

 private:
  std::array<char, 1024> bytes_{};
  size_t size_ = 0;
};

const char* name_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGILL:
      return "SIGILL";
    case SIGFPE:
      return "SIGFPE";
    default:
      return "SIGABRT";
  }
}

uintptr_t program_counter(const void* context) {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<uintptr_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return machine.pc;
#else
  (void)machine;
  return 0;
#endif
}

const Library* find_library(uintptr_t address) {
  const size_t count = library_count.load(std::memory_order_acquire);
  for (size_t i = 0; i < count; ++i)
    if (address >= libraries[i].begin && address < libraries[i].end) return &libraries[i];
  return nullptr;
}

void describe_fault(Line& line, int signal, const siginfo_t& info, uintptr_t at) {
  line.text("tenon died of ").text(name_of(signal));
  if (signal == SIGSEGV || signal == SIGBUS)
    line.text(" at address ").hex(reinterpret_cast<uintptr_t>(info.si_addr));
  const PluginCall& call = current_call();
  const Library* library = find_library(at);
  if (!library && !call.suspect) {
    line.text(", in no plugin");
    return;
  }
  // A library may hold several plugins; the call knows which one it is for.
  const bool same =
      library && call.suspect && std::strcmp(library->suspect->path, call.suspect->path) == 0;
  const Suspect& suspect = library && !same ? *library->suspect : *call.suspect;
  line.text(library ? ", in the code of " : ", during a call of ").text(suspect.label);
  if (call.suspect == &suspect) line.text(", function ").text(call.function);
  line.text(" (").text(suspect.path);
  if (library) line.text("+").hex(at - library->begin);
  line.text(")");
}

void on_fault(int signal, siginfo_t* info, void* context) {
  Line line;
  describe_fault(line, signal, *info, program_counter(context));
  line.write_to(STDERR_FILENO);
  if (const int fd = copy_fd.load(std::memory_order_relaxed); fd >= 0) line.write_to(fd);
  // SA_RESETHAND has put the default action back.
  ::raise(signal);
}

struct Search {
  uintptr_t address;
  Library found;
};

// Fills search->found if the object holds the address.
int look_into(dl_phdr_info* object, size_t /*size*/, void* arg) {
  auto* search = static_cast<Search*>(arg);
  uintptr_t begin = UINTPTR_MAX, end = 0;
  for (size_t i = 0; i < object->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = object->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    begin = std::min<uintptr_t>(begin, object->dlpi_addr + header.p_vaddr);
    end = std::max<uintptr_t>(end, object->dlpi_addr + header.p_vaddr + header.p_memsz);
  }
  if (search->address < begin || search->address >= end) return 0;
  search->found.begin = begin;
  search->found.end = end;
  return 1;
}

}  // namespace

void install_last_words() {
  struct sigaction ours{};
  ours.sa_sigaction = on_fault;
  ours.sa_flags = static_cast<int>(SA_SIGINFO | SA_ONSTACK | SA_RESETHAND);
  sigemptyset(&ours.sa_mask);
  for (const int signal : kFaults) {
    struct sigaction there{};
    ::sigaction(signal, nullptr, &there);
    const bool free = (there.sa_flags & SA_SIGINFO) == 0 && there.sa_handler == SIG_DFL;
    if (free) ::sigaction(signal, &ours, nullptr);
  }
}

void copy_last_words_to(int fd) {
  copy_fd.store(fd, std::memory_order_relaxed);
}

void announce_library(const void* address, const Suspect* suspect) {
  const auto at = reinterpret_cast<uintptr_t>(address);
  const size_t count = library_count.load(std::memory_order_relaxed);
  if (count == kLibrariesMax || find_library(at)) return;
  Search search{.address = at, .found = {.begin = 0, .end = 0, .suspect = suspect}};
  if (::dl_iterate_phdr(look_into, &search) == 0) return;
  libraries[count] = search.found;
  library_count.store(count + 1, std::memory_order_release);
}

const Suspect* find_suspect(const void* address) {
  const Library* library = find_library(reinterpret_cast<uintptr_t>(address));
  return library ? library->suspect : nullptr;
}

const Suspect* make_suspect(const std::string& label, const std::string& path) {
  static auto& mutex = *new std::mutex;
  static auto& known = *new std::map<std::pair<std::string, std::string>, const Suspect*>;
  const std::lock_guard lock(mutex);
  const Suspect*& suspect = known[{label, path}];
  if (!suspect) suspect = new Suspect{::strdup(label.c_str()), ::strdup(path.c_str())};
  return suspect;
}

}  // namespace tenon::plugin
