// SPDX-License-Identifier: Apache-2.0
#include "bridge/log.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace tenon::bridge {

void Log::write(Severity severity, std::string_view text, const char* speaker) const noexcept {
  if (static_cast<int>(severity) > level_) return;
  constexpr size_t kTextBytesMax = 1536;
  char line[2048];
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const int head = std::snprintf(line, sizeof line, "%%%d|%lld.%03ld|TENON|%.200s| %.100s",
                                 static_cast<int>(severity), static_cast<long long>(now.tv_sec),
                                 now.tv_nsec / 1'000'000, client_.c_str(), speaker);
  if (head <= 0) return;
  const size_t end = static_cast<size_t>(head) + text.copy(line + head, kTextBytesMax);
  // A plugin's text cannot forge a line of its own.
  std::replace_if(
      line, line + end, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  line[end] = '\n';
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line, end + 1);
}

}  // namespace tenon::bridge
