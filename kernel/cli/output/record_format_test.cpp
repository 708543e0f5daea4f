// SPDX-License-Identifier: Apache-2.0

#include "cli/output/record_format.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

struct RecordFormats : testing::Test {
  ConsumedRecord record{.topic = "orders",
                        .partition = 3,
                        .offset = 1234567890123,
                        .timestamp_ms = 1700000000000,
                        .timestamp_type = "create",
                        .broker = 1,
                        .key = "k1",
                        .value = "hello",
                        .headers = {{"a", "1"}, {"b", std::nullopt}}};

  std::string print(std::string_view format, std::string_view null_text = {}) {
    std::string out;
    RecordFormat::parse(format)->append(out, record, null_text);
    return out;
  }
  std::string refusal(std::string_view format) {
    const auto parsed = RecordFormat::parse(format);
    return parsed ? "" : parsed.error().text;
  }
};

TEST_F(RecordFormats, has_a_token_for_every_part) {
  EXPECT_EQ(print("%t %p %o %T %k %K %s %S %h %%"),
            "orders 3 1234567890123 1700000000000 k1 2 hello 5 a=1,b=NULL %");
}

TEST_F(RecordFormats, unescapes_the_text_between_tokens) {
  EXPECT_EQ(print("%k\\t%s\\n\\x41"), "k1\thello\nA");
}

TEST_F(RecordFormats, leaves_escapes_in_records_alone) {
  record.value = "a\\nb%s";
  EXPECT_EQ(print("%s"), "a\\nb%s");
}

TEST_F(RecordFormats, prints_nulls_as_asked) {
  record.key.reset();
  record.value.reset();
  EXPECT_EQ(print("[%k|%K|%s|%S]"), "[|-1||-1]");
  EXPECT_EQ(print("[%k|%s]", "NULL"), "[NULL|NULL]");
}

TEST_F(RecordFormats, tells_empty_from_null) {
  record.value = "";
  EXPECT_EQ(print("%s%S", "NULL"), "0");
}

TEST_F(RecordFormats, writes_the_length_in_four_bytes) {
  EXPECT_EQ(print("%R%s"), std::string_view("\0\0\0\5hello", 9));
  record.value.reset();
  EXPECT_EQ(print("%R"), "\xff\xff\xff\xff");
}

TEST_F(RecordFormats, refuses_unknown_tokens_and_a_lonely_percent) {
  EXPECT_NE(refusal("%k %q").find("no token %q"), std::string::npos);
  EXPECT_NE(refusal("100%").find("no token %"), std::string::npos);
}

TEST_F(RecordFormats, prints_the_envelope_of_kcat) {
  EXPECT_EQ(record_json(record),
            R"({"topic":"orders","partition":3,"offset":1234567890123,"tstype":"create",)"
            R"("ts":1700000000000,"broker":1,"headers":["a","1","b",null],)"
            R"("key":"k1","payload":"hello"})");
}

TEST_F(RecordFormats, leaves_headers_out_of_the_envelope_when_there_are_none) {
  record.headers.clear();
  record.key.reset();
  record.value.reset();
  EXPECT_TRUE(record_json(record).ends_with(R"("broker":1,"key":null,"payload":null})"));
}

TEST_F(RecordFormats, encodes_bytes_that_are_no_text) {
  record.key = "\xff";
  record.headers = {{"a", "\xfe"}, {"b", "x"}};
  const std::string json = record_json(record);
  EXPECT_NE(json.find(R"("key":"/w==","key_encoding":"base64")"), std::string::npos);
  EXPECT_NE(json.find(R"("headers":["a","/g==","b","eA=="],"headers_encoding":"base64")"),
            std::string::npos);
}

}  // namespace
}  // namespace tenon::cli
