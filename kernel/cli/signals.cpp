// SPDX-License-Identifier: Apache-2.0

#include "cli/signals.h"

#include <csignal>
#include <initializer_list>

namespace tenon::cli {
namespace {

volatile std::sig_atomic_t g_stopped = 0;

void on_stop(int) {
  g_stopped = 1;
}

void set_handler(int number, void (*handler)(int), int flags) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(number, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
  g_stopped = 0;
  // No SA_RESTART, so that a read from a terminal ends; SA_RESETHAND, so that the second one kills.
  for (const int number : {SIGINT, SIGTERM}) set_handler(number, on_stop, SA_RESETHAND);
  set_handler(SIGPIPE, SIG_IGN, 0);
}

StopSignals::~StopSignals() {
  for (const int number : {SIGINT, SIGTERM, SIGPIPE}) set_handler(number, SIG_DFL, 0);
}

bool StopSignals::stopped() const {
  return g_stopped != 0;
}

}  // namespace tenon::cli
