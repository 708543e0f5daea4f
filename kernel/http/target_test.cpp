// SPDX-License-Identifier: Apache-2.0

#include "http/target.h"

#include <gtest/gtest.h>

namespace tenon::http {
namespace {

using Query = std::map<std::string, std::string>;

TEST(ParseTarget, splits_path_and_query) {
  const auto target = parse_target("/a/b?x=1&verbose&y=");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a/b");
  EXPECT_EQ(target->query, (Query{{"x", "1"}, {"verbose", ""}, {"y", ""}}));
}

TEST(ParseTarget, decodes_escapes) {
  const auto target = parse_target("/a%20b+c?n%3d=%C3%A9+x");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a b+c");
  EXPECT_EQ(target->query, (Query{{"n=", "\xC3\xA9 x"}}));
}

TEST(ParseTarget, keeps_the_first_of_two_values_and_skips_empty_pairs) {
  EXPECT_EQ(parse_target("/?&x=1&&x=2&")->query, (Query{{"x", "1"}}));
}

TEST(ParseTarget, refuses_what_is_no_path_or_no_escape) {
  for (const auto* text : {"", "*", "http://host/", "/%", "/%1", "/%zz", "/?a=%g0"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
}

}  // namespace
}  // namespace tenon::http
