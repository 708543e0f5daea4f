// SPDX-License-Identifier: Apache-2.0
//
// What becomes of work that does not behave.

#include "cli/plugin/isolation.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace tenon::cli {
namespace {

TEST(Isolation, brings_back_what_the_work_reports) {
  const Isolated result = run_isolated([] { return std::string("well\0done", 9); }, 10);
  EXPECT_TRUE(result.reported);
  EXPECT_EQ(result.report, std::string("well\0done", 9));
}

TEST(Isolation, an_empty_report_is_one) {
  EXPECT_TRUE(run_isolated([] { return std::string(); }, 10).reported);
}

TEST(Isolation, a_report_may_be_longer_than_a_pipe) {
  const Isolated result = run_isolated([] { return std::string(1 << 20, 'x'); }, 10);
  EXPECT_EQ(result.report.size(), size_t{1} << 20);
}

TEST(Isolation, names_the_signal_that_ended_it) {
  const auto crash = []() -> std::string { std::abort(); };
  const Isolated result = run_isolated(crash, 10);
  EXPECT_FALSE(result.reported);
  EXPECT_EQ(result.ended, "was killed by SIGABRT (Aborted)");
}

TEST(Isolation, an_exit_is_no_report) {
  const auto leave = []() -> std::string { ::_exit(0); };
  EXPECT_EQ(run_isolated(leave, 10).ended, "ended with exit code 0 instead of returning");
}

TEST(Isolation, ends_what_hangs) {
  const auto hang = []() -> std::string {
    for (;;) ::pause();
  };
  EXPECT_EQ(run_isolated(hang, 1).ended, "did not end within 1 s and was killed");
}

TEST(Isolation, keeps_the_end_of_what_was_printed) {
  const auto print = [] {
    std::fprintf(stderr, "terminate called\n");
    return std::string();
  };
  EXPECT_EQ(run_isolated(print, 10).output, "terminate called");
}

TEST(Isolation, does_not_wait_for_a_process_that_was_left_behind) {
  const auto leave_one = [] {
    if (::fork() == 0) {
      for (;;) ::pause();
    }
    return std::string("done");
  };
  EXPECT_EQ(run_isolated(leave_one, 10).report, "done");
}

TEST(Isolation, changes_nothing_here) {
  int touched = 0;
  (void)run_isolated([&] { return std::to_string(++touched); }, 10);
  EXPECT_EQ(touched, 0);
}

}  // namespace
}  // namespace tenon::cli
