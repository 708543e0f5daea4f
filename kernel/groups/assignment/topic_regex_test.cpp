// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/topic_regex.h"

#include <gtest/gtest.h>

namespace tenon::groups {
namespace {

TEST(TopicRegex, matches_whole_names) {
  const auto regex = TopicRegex::compile("orders-[0-9]+").value();
  EXPECT_TRUE(regex.matches("orders-17"));
  EXPECT_FALSE(regex.matches("orders-17-dlq"));
  EXPECT_FALSE(regex.matches("old-orders-17"));
}

TEST(TopicRegex, says_what_is_wrong_with_an_expression) {
  const auto refused = TopicRegex::compile("orders-[");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text(),
            "SubscribedTopicRegex: orders-[ is no expression of RE2: missing ]: [");
}

TEST(TopicRegex, refuses_what_java_knows_and_re2_does_not) {
  EXPECT_FALSE(TopicRegex::compile("(?=orders).*"));
  EXPECT_FALSE(TopicRegex::compile("(a)\\1"));
}

TEST(TopicRegex, refuses_what_would_take_too_much_memory) {
  EXPECT_FALSE(TopicRegex::compile("((a{100}){100}){100}"));
  EXPECT_FALSE(TopicRegex::compile(std::string(5000, 'a')));
}

TEST(TopicRegex, is_linear_where_others_are_exponential) {
  const auto regex = TopicRegex::compile("(a*)*b").value();
  EXPECT_FALSE(regex.matches(std::string(249, 'a')));
}

}  // namespace
}  // namespace tenon::groups
