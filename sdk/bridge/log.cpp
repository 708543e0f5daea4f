// SPDX-License-Identifier: Apache-2.0
#include "bridge/log.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace tenon::bridge {

void Log::write(Severity severity, std::string_view text) const noexcept {
  if (static_cast<int>(severity) > level_) return;
  constexpr size_t kTextBytesMax = 1536;
  char line[2048];
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const int length = std::snprintf(
      line, sizeof line - 1, "%%%d|%lld.%03ld|TENON|%.200s| %.*s", static_cast<int>(severity),
      static_cast<long long>(now.tv_sec), now.tv_nsec / 1'000'000, client_.c_str(),
      static_cast<int>(std::min(text.size(), kTextBytesMax)), text.data());
  if (length <= 0) return;
  const size_t end = std::min(static_cast<size_t>(length), sizeof line - 2);
  // A plugin's text cannot forge a line of its own.
  std::replace_if(
      line, line + end, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  line[end] = '\n';
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line, end + 1);
}

}  // namespace tenon::bridge
