// SPDX-License-Identifier: Apache-2.0

#include "broker/serve.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "base/log.h"
#include "broker/broker.h"

namespace tenon::broker {
namespace {

constexpr int kStopped = 0;
constexpr int kFailed = 1;
constexpr int kCannotStart = 2;
constexpr rlim_t kFewDescriptors = 4096;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

// Each partition and each connection holds a descriptor, and the usual soft limit is 1024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= kFewDescriptors) return;
  log_warn("only {} files may be open at a time (ulimit -n), for partitions and connections",
           limit.rlim_cur);
}

void say_ready(const Broker& broker, const config::Settings& settings, Duration took) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  log_info("ready in {} ms: {} in {}", ms, broker.holdings(), settings.storage.data_dirs.front());
  log_info("Kafka clients: {}", broker.kafka().text());
  if (broker.http().port != 0) {
    log_info("HTTP: http://{}/metrics, /livez, /readyz", broker.http().text());
  }
}

}  // namespace

int serve(config::Settings settings) {
  const auto began = std::chrono::steady_clock::now();
  set_log_level(settings.log.level);
  // Blocked here, before any thread is there, so that only sigwait below sees them.
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // A file at the limit of its size (ulimit -f) is an error like that of a full disk.
  signal(SIGXFSZ, SIG_IGN);
  raise_descriptor_limit();

  auto broker = Broker::start(settings);
  if (!broker) {
    fmt::print(stderr, "tenon: {}\n", broker.error().text());
    std::_Exit(kCannotStart);
  }
  say_ready(**broker, settings, std::chrono::steady_clock::now() - began);

  int received = 0;
  sigwait(&signals, &received);
  // A second signal ends the process at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  log_info("stopping on {}", received == SIGTERM ? "SIGTERM" : "SIGINT");
  const auto stopped = (*broker)->stop();
  if (stopped) log_info("stopped cleanly");
  if (!stopped) log_error("stopped, but not cleanly: {}", stopped.error().text());
  flush_log();
  // Libraries of plugins are never unloaded; their destructors have nothing left to do.
  std::_Exit(stopped ? kStopped : kFailed);
}

}  // namespace tenon::broker
