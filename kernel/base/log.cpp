// SPDX-License-Identifier: Apache-2.0

#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <iterator>
#include <string>

namespace tenon {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

// Never destroyed: libraries that log while the process ends must find it.
spdlog::logger& logger() {
  static spdlog::logger& instance = *[] {
    auto* made =
        new spdlog::logger("tenon", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%-5l%$ %v");
    made->flush_on(spdlog::level::warn);
    return made;
  }();
  return instance;
}

// What clients choose, a group's id for one, gets into lines. It must neither begin a line of its
// own nor steer a terminal, and it must not fill the disk.
constexpr size_t kLineBytesMax = 2048;

std::string printable(std::string_view line) {
  std::string out;
  for (const char c : line.substr(0, kLineBytesMax)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  if (line.size() > kLineBytesMax) {
    fmt::format_to(std::back_inserter(out), "... ({} bytes more)", line.size() - kLineBytesMax);
  }
  return out;
}

}  // namespace

void set_log_level(LogLevel level) {
  logger().set_level(to_spdlog(level));
}
bool log_enabled(LogLevel level) {
  return logger().should_log(to_spdlog(level));
}
void write_log(LogLevel level, std::string_view line) {
  if (log_enabled(level)) logger().log(to_spdlog(level), printable(line));
}
void flush_log() {
  logger().flush();
}

}  // namespace tenon
