// SPDX-License-Identifier: Apache-2.0
//
// What belongs to the process and not to a plugin: what it holds, and how it is set up. Taken
// before and after a plugin ran, and compared. Linux. One thread.
#pragma once

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cfenv>
#include <climits>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "conformance/test_fs.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// What a process holds; a plugin that leaks makes one of these grow.
struct Holdings {
  size_t files = 0;
  size_t threads = 0;
  size_t mapped_bytes = 0;
  size_t heap_bytes = 0;

  static Holdings now() {
    Holdings found;
    found.files = count("/proc/self/fd");
    found.threads = count("/proc/self/task");
    std::ifstream("/proc/self/statm") >> found.mapped_bytes;
    found.mapped_bytes *= static_cast<size_t>(::sysconf(_SC_PAGESIZE));
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

// What is left behind after something was done `times` times, or "". The allocator's books may move
// by a little, and it may map more for itself; a leak moves them by `times` objects or pages.
inline std::string left_behind(const Holdings& before, size_t times) {
  const Holdings after = Holdings::now();
  if (after.files > before.files) return "files open";
  if (after.threads > before.threads) return "threads running";
  if (after.heap_bytes > before.heap_bytes + times) return "memory allocated";
  if (after.mapped_bytes > before.mapped_bytes + times * 2048 + 256 * 1024) return "memory mapped";
  return "";
}

// How the process is set up: what a library has no business to change.
class ProcessState {
 public:
  static ProcessState now() {
    ProcessState state;
    for (int number = 1; number < NSIG; number++) {
      struct sigaction action{};
      ::sigaction(number, nullptr, &action);
      state.handlers_.push_back(reinterpret_cast<uintptr_t>(action.sa_sigaction));
    }
    ::pthread_sigmask(SIG_SETMASK, nullptr, &state.blocked_);
    state.umask_ = ::umask(0);
    ::umask(state.umask_);
    const char* locale = std::setlocale(LC_ALL, nullptr);
    state.locale_ = locale == nullptr ? "" : locale;
    char directory[PATH_MAX] = "";
    if (::getcwd(directory, sizeof(directory)) != nullptr) state.directory_ = directory;
    for (char** entry = ::environ; entry != nullptr && *entry != nullptr; entry++)
      state.environment_.emplace_back(*entry);
    state.rounding_ = std::fegetround();
    return state;
  }

  // What has changed since then, or "".
  std::string changed() const {
    const ProcessState after = now();
    for (size_t i = 0; i < handlers_.size(); i++)
      if (handlers_[i] != after.handlers_[i])
        return "the handler of signal " + std::to_string(i + 1);
    for (int number = 1; number < NSIG; number++)
      if (::sigismember(&blocked_, number) != ::sigismember(&after.blocked_, number))
        return "the signals that are blocked";
    if (umask_ != after.umask_) return "the umask";
    if (locale_ != after.locale_) return "the locale";
    if (directory_ != after.directory_) return "the working directory";
    if (environment_ != after.environment_) return "the environment";
    if (rounding_ != after.rounding_) return "the rounding of numbers";
    return "";
  }

 private:
  std::vector<uintptr_t> handlers_;
  sigset_t blocked_{};
  mode_t umask_ = 0;
  std::string locale_;
  std::string directory_;
  std::vector<std::string> environment_;
  int rounding_ = 0;
};

// Standard output and error go to a file in memory while this lives.
class CapturedOutput {
 public:
  CapturedOutput() : file_(::memfd_create("output", MFD_CLOEXEC)) {
    flush();
    for (int fd : {1, 2}) {
      saved_[fd - 1] = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
      ::dup2(file_, fd);
    }
  }
  ~CapturedOutput() {
    flush();
    for (int fd : {1, 2}) {
      ::dup2(saved_[fd - 1], fd);
      ::close(saved_[fd - 1]);
    }
    ::close(file_);
  }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

  // The beginning of what was written so far.
  std::string text() {
    flush();
    char start[80];
    const ssize_t size = ::pread(file_, start, sizeof(start), 0);
    return size > 0 ? std::string(start, static_cast<size_t>(size)) : "";
  }

 private:
  static void flush() {
    std::fflush(stdout);
    std::fflush(stderr);
  }

  int file_;
  int saved_[2] = {-1, -1};
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
