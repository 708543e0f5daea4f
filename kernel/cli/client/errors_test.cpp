// SPDX-License-Identifier: Apache-2.0

#include "cli/client/errors.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

TEST(ExitCodeFor, tells_the_kinds_of_failure_apart) {
  EXPECT_EQ(exit_code_for(RD_KAFKA_RESP_ERR_NO_ERROR), kDone);
  EXPECT_EQ(exit_code_for(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART), kNotFound);
  EXPECT_EQ(exit_code_for(RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED), kNotAllowed);
  EXPECT_EQ(exit_code_for(RD_KAFKA_RESP_ERR__TIMED_OUT), kUnreachable);
  EXPECT_EQ(exit_code_for(RD_KAFKA_RESP_ERR_INVALID_CONFIG), kFailed);
}

TEST(PlainReason, drops_the_connection_and_its_state) {
  EXPECT_EQ(plain_reason("127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection "
                         "refused (after 0ms in state CONNECT)"),
            "Connect to ipv4#127.0.0.1:1 failed: Connection refused");
  EXPECT_EQ(plain_reason("sasl_plaintext://h:1/3: SASL failed"), "SASL failed");
}

TEST(PlainReason, keeps_what_it_does_not_know) {
  EXPECT_EQ(plain_reason("something went wrong: a/b: c"), "something went wrong: a/b: c");
  EXPECT_EQ(plain_reason(""), "");
}

TEST(CombinedExitCode, is_what_all_have_in_common) {
  EXPECT_EQ(combined_exit_code({}), kDone);
  EXPECT_EQ(combined_exit_code({kDone, kDone}), kDone);
  EXPECT_EQ(combined_exit_code({kNotFound, kNotFound}), kNotFound);
}

TEST(CombinedExitCode, is_failed_when_they_differ) {
  EXPECT_EQ(combined_exit_code({kDone, kNotFound}), kFailed);
  EXPECT_EQ(combined_exit_code({kNotFound, kNotAllowed}), kFailed);
}

}  // namespace
}  // namespace tenon::cli
