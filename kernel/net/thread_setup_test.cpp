// SPDX-License-Identifier: Apache-2.0

#include "net/thread_setup.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <string>
#include <thread>

namespace tenon::net {
namespace {

struct Seen {
  std::string name;
  sigset_t blocked;
  stack_t stack;
};

Seen in_thread(const std::string& name) {
  Seen seen;
  std::thread([&] {
    set_up_thread(name);
    char text[16] = "";
    pthread_getname_np(pthread_self(), text, sizeof text);
    seen.name = text;
    pthread_sigmask(SIG_SETMASK, nullptr, &seen.blocked);
    sigaltstack(nullptr, &seen.stack);
  }).join();
  return seen;
}

TEST(SetUpThread, names_the_thread_as_far_as_the_system_can) {
  EXPECT_EQ(in_thread("tenon-shard-3").name, "tenon-shard-3");
  EXPECT_EQ(in_thread("tenon-shard-with-a-long-name").name, "tenon-shard-wit");
}

TEST(SetUpThread, leaves_signals_to_the_main_thread_but_not_its_own_faults) {
  const Seen seen = in_thread("x");
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGUSR1}) {
    EXPECT_TRUE(sigismember(&seen.blocked, signal));
  }
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT}) {
    EXPECT_FALSE(sigismember(&seen.blocked, signal));
  }
}

TEST(SetUpThread, gives_handlers_a_stack_of_their_own) {
  const Seen seen = in_thread("x");
  EXPECT_EQ(seen.stack.ss_flags & SS_DISABLE, 0);
  EXPECT_GE(seen.stack.ss_size, 64u << 10);
}

}  // namespace
}  // namespace tenon::net
