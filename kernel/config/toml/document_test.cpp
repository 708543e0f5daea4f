// SPDX-License-Identifier: Apache-2.0
#include "config/toml/document.h"

#include <gtest/gtest.h>

namespace tenon::config {
namespace {

TEST(Document, an_entry_is_found_by_its_key) {
  Value table;
  table.entries.push_back({"a", {}, text_value("1", {})});
  table.entries.push_back({"b", {}, text_value("2", {})});
  EXPECT_EQ(find_entry(table, "b")->value.text, "2");
  EXPECT_EQ(find_entry(table, "c"), nullptr);
}

TEST(Document, a_text_value_has_no_type_yet) {
  const Value value = text_value("7", {"--set node.id"});
  EXPECT_EQ(value.kind, ValueKind::kText);
  EXPECT_EQ(value.at.text(), "--set node.id");
}

TEST(Document, every_kind_has_words) {
  EXPECT_EQ(describe(ValueKind::kInt), "an integer");
  EXPECT_EQ(describe(ValueKind::kOther), "a date or time");
}

}  // namespace
}  // namespace tenon::config
