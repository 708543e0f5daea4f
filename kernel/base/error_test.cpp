// SPDX-License-Identifier: Apache-2.0

#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace tenon {
namespace {

TEST(Error, its_text_is_the_place_and_the_sentence_or_the_one_there_is) {
  EXPECT_EQ((Error{Errc::kIo, "f", "is full"}.text()), "f: is full");
  EXPECT_EQ((Error{Errc::kIo, "", "is full"}.text()), "is full");
  EXPECT_EQ((Error{Errc::kIo, "f", ""}.text()), "f");
}

TEST(Error, fail_makes_the_failed_side_of_any_result) {
  const auto failing = []() -> Result<int> { return fail(Errc::kNoSpace, "f", "is full"); };
  ASSERT_FALSE(failing());
  EXPECT_EQ(failing().error().code, Errc::kNoSpace);
}

TEST(Error, fail_errno_adds_what_the_system_says) {
  const Result<> failed = fail_errno(Errc::kIo, "f", "cannot be opened", ENOENT);
  EXPECT_EQ(failed.error().text(), "f: cannot be opened: No such file or directory");
}

TEST(Error, forward_passes_an_error_on_as_another_result) {
  Result<int> number = fail(Errc::kIo, "f", "is full");
  const Result<std::string> text = forward(number);
  EXPECT_EQ(text.error().text(), "f: is full");
}

TEST(Error, every_code_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  const auto last = static_cast<int>(Errc::kFenced);
  for (int code = 0; code <= last; ++code) names.insert(to_string(static_cast<Errc>(code)));
  EXPECT_EQ(names.size(), static_cast<size_t>(last) + 1);
  EXPECT_EQ(to_string(Errc::kUnknown), "Unknown");
  EXPECT_EQ(to_string(Errc::kOffsetOutOfRange), "OffsetOutOfRange");
  EXPECT_EQ(to_string(Errc::kFenced), "Fenced");
}

}  // namespace
}  // namespace tenon
