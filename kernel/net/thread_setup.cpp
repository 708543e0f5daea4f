// SPDX-License-Identifier: Apache-2.0

#include "net/thread_setup.h"

#include <pthread.h>
#include <signal.h>

#include <memory>

namespace tenon::net {

namespace {

class SignalStack {
 public:
  SignalStack() {
    stack_t stack{};
    stack.ss_sp = memory_.get();
    stack.ss_size = kBytes;
    ::sigaltstack(&stack, nullptr);
  }
  ~SignalStack() {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    ::sigaltstack(&none, nullptr);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  static constexpr size_t kBytes = 64 << 10;
  std::unique_ptr<char[]> memory_ = std::make_unique_for_overwrite<char[]>(kBytes);
};

}  // namespace

void set_up_signal_stack() {
  thread_local const SignalStack stack;
}

void set_up_thread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  sigset_t blocked;
  sigfillset(&blocked);
  // The signals of a fault are the thread's own; blocking them would hide where it happened.
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGPROF}) {
    sigdelset(&blocked, fault);
  }
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  set_up_signal_stack();
}

}  // namespace tenon::net
