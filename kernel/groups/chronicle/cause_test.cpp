// SPDX-License-Identifier: Apache-2.0

#include "groups/chronicle/cause.h"

#include <gtest/gtest.h>

#include <set>

namespace tenon::groups {
namespace {

TEST(CauseTest, every_cause_has_a_name_of_its_own_and_words) {
  std::set<std::string_view> names;
  std::set<std::string_view> words;
  for (size_t i = 0; i < kCauses; ++i) {
    names.insert(to_string(cause_at(i)));
    words.insert(in_words(cause_at(i)));
  }
  EXPECT_EQ(names.size(), kCauses);
  EXPECT_EQ(words.size(), kCauses);
  EXPECT_FALSE(names.contains(""));
  EXPECT_FALSE(words.contains(""));
}

TEST(CauseTest, a_reason_reads_as_one_sentence) {
  EXPECT_EQ((Reason{Cause::kMemberLeft, "m-1", "done"}.text()), "a member left: m-1: done");
  EXPECT_EQ((Reason{Cause::kTopicsChanged}.text()), "topics or partitions have come or gone");
}

}  // namespace
}  // namespace tenon::groups
