// SPDX-License-Identifier: Apache-2.0

#include "base/log.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

class LogTest : public ::testing::Test {
 protected:
  ~LogTest() override { set_log_level(LogLevel::kInfo); }

  // What `write` puts on stderr.
  template <class F>
  std::string written(F write) {
    ::testing::internal::CaptureStderr();
    write();
    flush_log();
    return ::testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, a_line_has_a_time_a_level_and_the_words) {
  const std::string line = written([] { log_info("{} topics", 3); });
  EXPECT_EQ(line.substr(10, 1), "T") << line;
  EXPECT_NE(line.find("info"), std::string::npos) << line;
  EXPECT_TRUE(line.ends_with(" 3 topics\n")) << line;
}

TEST_F(LogTest, what_is_below_the_level_is_not_written) {
  set_log_level(LogLevel::kWarn);
  EXPECT_FALSE(log_enabled(LogLevel::kInfo));
  EXPECT_TRUE(log_enabled(LogLevel::kWarn));
  EXPECT_EQ(written([] { log_info("quiet"); }), "");
  EXPECT_NE(written([] { log_error("loud"); }), "");
}

TEST_F(LogTest, control_bytes_are_shown_and_begin_no_line) {
  const std::string line = written([] { log_info("group {}", "a\nb\x1b[2J\x7f\t\u00fc"); });
  EXPECT_TRUE(line.ends_with(" group a\\x0ab\\x1b[2J\\x7f\\x09\u00fc\n")) << line;
}

TEST_F(LogTest, long_lines_are_cut) {
  const std::string line = written([] { log_info("{}", std::string(3000, 'x')); });
  EXPECT_LT(line.size(), 2200U);
  EXPECT_TRUE(line.ends_with("x... (952 bytes more)\n")) << line;
}

TEST_F(LogTest, off_is_silent) {
  set_log_level(LogLevel::kOff);
  EXPECT_EQ(written([] { log_error("loud"); }), "");
}

}  // namespace
}  // namespace tenon
