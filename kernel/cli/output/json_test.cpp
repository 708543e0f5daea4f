// SPDX-License-Identifier: Apache-2.0

#include "cli/output/json.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

std::string text_of(std::string_view value) {
  return JsonWriter().value(value).text();
}

TEST(JsonWriter, puts_commas_between_members_and_elements) {
  JsonWriter json;
  json.begin_object().field("a", 1).field("b", "x").key("c").begin_array();
  json.value(true).null().begin_object().end_object().value(int64_t{-5}).end_array();
  json.field("d", 0.5).end_object();
  EXPECT_EQ(json.text(), R"({"a":1,"b":"x","c":[true,null,{},-5],"d":0.5})");
}

TEST(JsonWriter, writes_empty_containers) {
  EXPECT_EQ(JsonWriter().begin_array().end_array().text(), "[]");
  EXPECT_EQ(JsonWriter().begin_object().end_object().text(), "{}");
}

TEST(JsonWriter, goes_on_after_a_container_has_ended) {
  JsonWriter json;
  json.begin_array().begin_array().end_array().begin_array().value(1).end_array().value(2);
  EXPECT_EQ(json.end_array().text(), "[[],[1],2]");
}

TEST(JsonWriter, escapes_quotes_backslashes_and_control_characters) {
  EXPECT_EQ(text_of("\"\\/\b\f\n\r\t"), R"("\"\\/\b\f\n\r\t")");
  EXPECT_EQ(text_of(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
}

TEST(JsonWriter, escapes_keys_too) {
  EXPECT_EQ(JsonWriter().begin_object().field("a\"b", 1).end_object().text(), R"({"a\"b":1})");
}

TEST(JsonWriter, keeps_utf8_as_it_is) {
  EXPECT_EQ(text_of("grün €😀"), "\"grün €😀\"");
}

TEST(JsonWriter, replaces_what_is_not_utf8) {
  EXPECT_EQ(text_of("a\xff"
                    "b\xe2\x82"),
            "\"a\xef\xbf\xbd"
            "b\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(JsonWriter, writes_the_whole_range_of_integers) {
  EXPECT_EQ(JsonWriter().value(INT64_MIN).text(), "-9223372036854775808");
  EXPECT_EQ(JsonWriter().value(INT64_MAX).text(), "9223372036854775807");
}

}  // namespace
}  // namespace tenon::cli
