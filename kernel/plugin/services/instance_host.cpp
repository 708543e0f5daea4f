// SPDX-License-Identifier: Apache-2.0
#include "plugin/services/instance_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/crc32c.h"
#include "base/log.h"
#include "plugin/host.h"
#include "plugin/services/host_fs.h"
#include "plugin/watch/call_scope.h"

namespace tenon::plugin {

namespace {

constexpr const char* kVersion = TENON_VERSION;
// A line longer than this says nothing more to a reader.
constexpr size_t kLogLineBytesMax = 4096;

int64_t clock_wall_ms(void* ctx) {
  return static_cast<const Clock*>(ctx)->wall_ms();
}

int64_t clock_monotonic_ns(void* ctx) {
  return static_cast<const Clock*>(ctx)->now().time_since_epoch().count();
}

uint32_t checksum_crc32c(uint32_t crc, const void* data, size_t len) {
  return tenon::crc32c(crc, {static_cast<const uint8_t*>(data), len});
}

// The job is a call of whoever submits it, should the process die in it.
void executor_submit(void* ctx, void (*fn)(void* arg), void* arg) {
  static_cast<BlockingPool*>(ctx)->submit([fn, arg, suspect = current_call().suspect] {
    const CallScope call(suspect, "job");
    fn(arg);
  });
}

LogLevel level_of(int32_t level) {
  if (level <= TN_LOG_DEBUG) return LogLevel::kDebug;
  if (level == TN_LOG_INFO) return LogLevel::kInfo;
  return level == TN_LOG_WARN ? LogLevel::kWarn : LogLevel::kError;
}

}  // namespace

Extensions::Extensions(const HostServices& services)
    : random_source_{.mutex = {}, .random = services.random},
      clock_{.struct_size = sizeof(tn_host_clock),
             .reserved = 0,
             .ctx = const_cast<Clock*>(services.clock),
             .wall_ms = clock_wall_ms,
             .monotonic_ns = clock_monotonic_ns},
      random_{.struct_size = sizeof(tn_host_random),
              .reserved = 0,
              .ctx = &random_source_,
              .next =
                  [](void* ctx) {
                    auto& source = *static_cast<LockedRandom*>(ctx);
                    const std::lock_guard lock(source.mutex);
                    return source.random->next();
                  }},
      checksum_{.struct_size = sizeof(tn_host_checksum), .reserved = 0, .crc32c = checksum_crc32c},
      executor_{.struct_size = sizeof(tn_host_executor),
                .reserved = 0,
                .ctx = services.pool,
                .submit = executor_submit} {}

const void* Extensions::find(std::string_view id) const {
  if (id == TN_HOST_CLOCK_ID) return clock_.ctx ? &clock_ : nullptr;
  if (id == TN_HOST_RANDOM_ID) return random_source_.random ? &random_ : nullptr;
  if (id == TN_HOST_CHECKSUM_ID) return &checksum_;
  if (id == TN_HOST_EXECUTOR_ID) return executor_.ctx ? &executor_ : nullptr;
  if (id == TN_HOST_FS_ID) return &posix_fs();
  return nullptr;
}

InstanceHost::InstanceHost(const Extensions& extensions, std::string label)
    : extensions_(extensions),
      label_(std::move(label)),
      host_{.struct_size = sizeof(tn_host),
            .abi_major = TN_ABI_MAJOR,
            .abi_minor = TN_ABI_MINOR,
            .reserved = 0,
            .version = kVersion,
            .ctx = this,
            .log = log,
            .get_extension = get_extension} {}

bool InstanceHost::may_log(uint64_t& left_out) {
  if (extensions_.clock() == nullptr) return true;
  const MonoTime now = extensions_.clock()->now();
  const std::lock_guard lock(mutex_);
  return limiter_.allow(now, left_out);
}

void InstanceHost::log(const tn_host* host, int32_t level, const char* text, size_t len) {
  auto& self = *static_cast<InstanceHost*>(host->ctx);
  const LogLevel severity = level_of(level);
  uint64_t left_out = 0;
  if (!log_enabled(severity) || !self.may_log(left_out)) return;
  std::string line =
      fmt::format("{}: {}", self.label_, std::string_view(text, std::min(len, kLogLineBytesMax)));
  if (left_out > 0) line += fmt::format(" ({} lines of it left out before)", left_out);
  // One event, one line: a plugin cannot forge another.
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  std::ranges::replace_if(line, is_control, ' ');
  write_log(severity, line);
}

const void* InstanceHost::get_extension(const tn_host* host, const char* id) {
  return static_cast<const InstanceHost*>(host->ctx)->extensions_.find(id ? id : "");
}

std::string_view tenon_version() {
  return kVersion;
}

}  // namespace tenon::plugin
