// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin/isolation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <optional>

namespace tenon::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kOutputTailBytes = 400;
constexpr char kReported = '!';  // before the report, so that an empty one is one

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

[[noreturn]] void serve_child(const std::function<std::string()>& work, int report, int output) {
  ::setpgid(0, 0);
  const struct rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  write_all(report, kReported + work());
  std::fflush(nullptr);
  ::_exit(0);
}

// Appends what is in the pipe now; false at its end.
bool drain(int fd, std::string& text) {
  char buffer[4096];
  for (;;) {
    const ssize_t size = ::read(fd, buffer, sizeof buffer);
    if (size == 0) return false;
    if (size < 0) return true;
    text.append(buffer, static_cast<size_t>(size));
  }
}

// Waits until the process has ended, and reads its report meanwhile: a process that the plugin left
// behind may hold the pipe open, and one that closed it may go on. Empty: it took too long.
std::optional<int> wait_for(pid_t child, int report, std::string& text, int seconds_max) {
  const auto deadline = Clock::now() + std::chrono::seconds(seconds_max);
  bool open = true;
  while (Clock::now() < deadline) {
    struct pollfd waiting = {.fd = open ? report : -1, .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, open ? 20 : 1);
    if (open) open = drain(report, text);
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child) {
      if (open) drain(report, text);
      return status;
    }
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return std::nullopt;
}

std::string describe_end(std::optional<int> status, int seconds_max) {
  if (!status) return fmt::format("did not end within {} s and was killed", seconds_max);
  if (WIFSIGNALED(*status)) {
    const int number = WTERMSIG(*status);
    const char* name = ::sigabbrev_np(number);
    const char* words = ::sigdescr_np(number);
    return fmt::format("was killed by SIG{} ({})", name ? name : std::to_string(number),
                       words ? words : "unknown signal");
  }
  return fmt::format("ended with exit code {} instead of returning", WEXITSTATUS(*status));
}

std::string tail_of(int fd) {
  const off_t size = ::lseek(fd, 0, SEEK_END);
  if (size <= 0) return {};
  const auto length = std::min(static_cast<size_t>(size), kOutputTailBytes);
  std::string text(length, '\0');
  const ssize_t got = ::pread(fd, text.data(), length, size - static_cast<off_t>(length));
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

Isolated run_isolated(const std::function<std::string()>& work, int seconds_max) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {.ended = "could not begin: there is no pipe"};
  Descriptor from(ends[0]), to(ends[1]);
  const Descriptor output(::memfd_create("output", MFD_CLOEXEC));
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) return {.ended = "could not begin: there is no process"};
  if (child == 0) serve_child(work, to.get(), output.get());
  ::setpgid(child, child);
  to.close();
  ::fcntl(from.get(), F_SETFL, O_NONBLOCK);
  std::string text;
  const std::optional<int> status = wait_for(child, from.get(), text, seconds_max);
  ::kill(-child, SIGKILL);  // what it has left behind
  Isolated result{.output = tail_of(output.get())};
  result.reported = status == 0 && text.starts_with(kReported);
  if (result.reported) {
    result.report = text.substr(1);
  } else {
    result.ended = describe_end(status, seconds_max);
  }
  return result;
}

}  // namespace tenon::cli
