// SPDX-License-Identifier: Apache-2.0

#include "net/thread_setup.h"

#include <pthread.h>
#include <signal.h>

namespace tenon::net {

void set_up_thread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  sigset_t blocked;
  sigfillset(&blocked);
  // The signals of a fault are the thread's own; blocking them would hide where it happened.
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGPROF}) {
    sigdelset(&blocked, fault);
  }
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

}  // namespace tenon::net
