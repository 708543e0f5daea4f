// SPDX-License-Identifier: Apache-2.0
//
// What of a library runs when the process ends. A broker ends while threads may still be in a
// plugin, and in no order that a plugin knows, so nothing may: no atexit, no on_exit, no static
// object with a destructor, no destructor function. (An object that lives to the end is made with
// new and never deleted; what ends with an instance belongs into destroy.)
//
// How it is seen: a process of its own lets the library do what it does, makes all of its memory
// inaccessible and calls exit(). What the library has registered dies there; what was registered
// before it never runs. Destructors of thread_local objects run when their thread ends and are left
// alone. Linux. One thread.
#pragma once

#include <link.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "tenon/module.h"

namespace tenon {
inline namespace sdk {
namespace conformance {

// A piece of memory that a library was loaded to.
struct LoadedSegment {
  uintptr_t begin = 0;
  size_t size = 0;
};

namespace detail {

struct SegmentSearch {
  uintptr_t address;
  std::vector<LoadedSegment> found;
};

inline int search_segments(struct dl_phdr_info* info, size_t, void* arg) {
  auto& search = *static_cast<SegmentSearch*>(arg);
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  std::vector<LoadedSegment> segments;
  bool holds = false;
  for (size_t i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const uintptr_t begin = info->dlpi_addr + header.p_vaddr, end = begin + header.p_memsz;
    holds = holds || (search.address >= begin && search.address < end);
    const uintptr_t first = begin / page * page, last = (end + page - 1) / page * page;
    segments.push_back({first, last - first});
  }
  if (holds) search.found = segments;
  return holds ? 1 : 0;
}

// Of the library or program that `address` lies in.
inline std::vector<LoadedSegment> segments_around(const void* address) {
  SegmentSearch search{reinterpret_cast<uintptr_t>(address), {}};
  ::dl_iterate_phdr(search_segments, &search);
  return search.found;
}

inline void end_now() {
  ::_exit(0);
}

// In a process of its own: use(), which returns an address in the library or null, and the end.
template <class Use>
[[noreturn]] void run_to_exit(Use& use, int report) {
  std::atexit(end_now);  // what was registered before this does not run
  const void* address = nullptr;
  std::thread([&] { address = use(); }).join();
  (void)!::write(report, "e", 1);
  ::signal(SIGSEGV, SIG_DFL);  // of a sanitizer
  if (address == nullptr) ::_exit(0);
  for (const LoadedSegment& segment : segments_around(address))
    ::mprotect(reinterpret_cast<void*>(segment.begin), segment.size, PROT_NONE);
  std::exit(0);
}

}  // namespace detail

// Is what lies at that address part of this program?
inline bool is_in_this_program(const void* address) {
  const auto own = detail::segments_around(reinterpret_cast<const void*>(&detail::end_now));
  const auto of = detail::segments_around(address);
  return !own.empty() && !of.empty() && own.front().begin == of.front().begin;
}

// "" or what is wrong with the end of a process in which use() ran.
template <class Use>
std::string check_exit(Use&& use) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe could be made";
  const pid_t child = ::fork();
  if (child == 0) detail::run_to_exit(use, ends[1]);
  ::close(ends[1]);
  char reached = 0;
  (void)!::read(ends[0], &reached, 1);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (reached == 0) return "the process did not come to its end";
  if (status == 0) return "";
  return "code of it runs when the process ends: it called atexit or on_exit, or has a static "
         "object with a destructor";
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
