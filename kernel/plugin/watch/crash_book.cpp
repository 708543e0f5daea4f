// SPDX-License-Identifier: Apache-2.0
#include "plugin/watch/crash_book.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tenon::plugin {

namespace {

constexpr std::string_view kStart = "start";
constexpr std::string_view kOpening = "opening ";
constexpr std::string_view kCalling = "calling ";
constexpr std::string_view kReturned = "returned";
constexpr std::string_view kDied = "tenon died of ";
constexpr std::string_view kQuarantined = "quarantined ";
constexpr size_t kBookBytesMax = 1 << 20;

// The next line of `text`, which loses it.
std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// "kind name version fingerprint", and what may stand behind it.
std::optional<PluginBuild> take_build(std::string_view& text) {
  size_t end = 0;
  for (int words = 0; words < 3; ++words) {
    end = text.find(' ', end == 0 ? 0 : end + 1);
    if (end == std::string_view::npos) return std::nullopt;
  }
  PluginBuild build{.label = std::string(text.substr(0, end)), .fingerprint = {}};
  text.remove_prefix(end + 1);
  build.fingerprint = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), build.fingerprint.size() + 1));
  return build;
}

// What the book says of one start.
struct Start {
  std::vector<PluginBuild> called;
  bool opened = false;   // the last of them: no create, but the library itself
  bool returned = true;  // the last of them
  std::string last_words;

  // `line` is one of kOpening or kCalling.
  void begin_call(std::string_view line) {
    opened = line.starts_with(kOpening);
    line.remove_prefix(opened ? kOpening.size() : kCalling.size());
    auto build = take_build(line);
    if (build) called.push_back(*std::move(build));
    returned = !build;
  }
  // Whom to blame for its end; nothing if it cannot be told.
  std::optional<PluginBuild> blamed() const {
    for (const PluginBuild& build : called) {
      const size_t at = last_words.find(" of " + build.label);
      if (at == std::string::npos) continue;
      const char next = last_words.c_str()[at + 4 + build.label.size()];
      if (next == ',' || next == ' ') return build;
    }
    if (last_words.empty() && !returned) return called.back();
    return std::nullopt;
  }
  std::string reason() const {
    if (last_words.empty())
      return opened ? "opening it never came to an end" : "its create never returned";
    return last_words.substr(0, last_words.find(','));
  }
};

Result<std::string> read_all(const std::string& path, int fd) {
  std::string text(kBookBytesMax, '\0');
  const ssize_t n = ::pread(fd, text.data(), text.size(), 0);
  if (n < 0) return fail(Errc::kIo, path, std::string("cannot be read: ") + std::strerror(errno));
  text.resize(static_cast<size_t>(n));
  return text;
}

}  // namespace

Result<CrashBook> CrashBook::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(Errc::kIo, path, std::string("cannot be opened: ") + std::strerror(errno));
  CrashBook book(path, fd);
  auto text = read_all(path, fd);
  if (!text) return forward(text);
  book.read(*text);
  return book;
}

CrashBook::CrashBook(CrashBook&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      quarantines_(std::move(other.quarantines_)) {}

CrashBook::~CrashBook() {
  if (fd_ >= 0) ::close(fd_);
}

void CrashBook::read(std::string_view text) {
  std::vector<Start> starts;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.starts_with(kQuarantined)) {
      line.remove_prefix(kQuarantined.size());
      if (auto build = take_build(line))
        quarantines_.push_back({*std::move(build), std::string(line)});
    } else if (line == kStart) {
      starts.emplace_back();
    } else if (starts.empty()) {
      continue;
    } else if (line.starts_with(kOpening) || line.starts_with(kCalling)) {
      starts.back().begin_call(line);
    } else if (line == kReturned) {
      starts.back().returned = true;
    } else if (line.starts_with(kDied)) {
      starts.back().last_words = line;
    }
  }
  uint32_t crashes = 0;
  std::optional<PluginBuild> last;
  for (const Start& start : starts) {
    const auto blamed = start.blamed();
    crashes = blamed && blamed == last ? crashes + 1 : 1;
    last = blamed;
    if (!blamed || crashes != kCrashesMax) continue;
    quarantines_.push_back({*blamed, fmt::format("it ended {} starts in a row, at last: {}",
                                                 crashes, start.reason())});
  }
}

std::optional<std::string> CrashBook::verdict(const PluginBuild& build) const {
  const auto it = std::ranges::find(quarantines_, build, &Quarantine::build);
  if (it == quarantines_.end()) return std::nullopt;
  return fmt::format("it is quarantined: {}; replace the library, or remove {} to try it once more",
                     it->reason, path_);
}

void CrashBook::start() {
  // A broker that never settles, for whatever reason, must not fill the book past reading.
  if (::lseek(fd_, 0, SEEK_END) > static_cast<off_t>(kBookBytesMax / 2)) settle();
  write(kStart);
}

void CrashBook::opening(const PluginBuild& build) {
  write(fmt::format("{}{} {}", kOpening, build.label, build.fingerprint));
}

void CrashBook::calling(const PluginBuild& build) {
  write(fmt::format("{}{} {}", kCalling, build.label, build.fingerprint));
}

void CrashBook::returned() {
  write(kReturned);
}

void CrashBook::settle() {
  // A book that cannot be shortened stays as it is, and counts one start too many.
  if (::ftruncate(fd_, 0) != 0) return;
  for (const Quarantine& one : quarantines_)
    write(fmt::format("{}{} {} {}", kQuarantined, one.build.label, one.build.fingerprint,
                      one.reason));
}

void CrashBook::write(std::string_view line) const {
  const std::string text = fmt::format("{}\n", line);
  // Without it a crash goes uncounted, which is no reason to fail a start.
  [[maybe_unused]] const ssize_t written = ::write(fd_, text.data(), text.size());
}

}  // namespace tenon::plugin
