// SPDX-License-Identifier: Apache-2.0
#include "plugin/abi_error.h"

#include <gtest/gtest.h>

#include <cstring>

namespace tenon::plugin {
namespace {

TEST(AbiError, the_plugins_own_words_are_passed_on) {
  tn_error error = empty_error();
  std::strcpy(error.message, "sector 7 is gone");
  const Result<> failed = plugin_failure(TN_E_IO, "orders-0", error);
  EXPECT_EQ(failed.error().code, Errc::kIo);
  EXPECT_EQ(failed.error().text(), "orders-0: sector 7 is gone");
}

TEST(AbiError, silence_gets_a_sentence) {
  for (tn_code code = TN_E_INVALID; code <= TN_E_LIMIT + 1; ++code)
    EXPECT_FALSE(message_of(code, empty_error()).empty()) << code;
}

TEST(AbiError, a_message_without_an_end_is_cut_at_its_room) {
  tn_error error = empty_error();
  std::memset(error.message, 'x', sizeof error.message);
  EXPECT_EQ(message_of(TN_E_IO, error).size(), sizeof error.message);
}

TEST(AbiError, codes_keep_what_a_caller_must_tell_apart) {
  EXPECT_EQ(errc_of(TN_E_NOSPACE), Errc::kNoSpace);
  EXPECT_EQ(errc_of(TN_E_CORRUPT), Errc::kCorruptData);
  EXPECT_EQ(errc_of(TN_E_FENCED), Errc::kFenced);
  EXPECT_EQ(errc_of(TN_E_LIMIT), Errc::kTooLarge);
  EXPECT_EQ(errc_of(TN_E_CONFIG), Errc::kBadConfig);
  EXPECT_EQ(errc_of(TN_E_PANIC), Errc::kPluginFailed);
  EXPECT_EQ(errc_of(12345), Errc::kPluginFailed);
}

}  // namespace
}  // namespace tenon::plugin
