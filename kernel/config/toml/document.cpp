// SPDX-License-Identifier: Apache-2.0
#include "config/toml/document.h"

#include <algorithm>

namespace tenon::config {

Value text_value(std::string text, Position at) {
  Value value;
  value.kind = ValueKind::kText;
  value.text = std::move(text);
  value.at = std::move(at);
  return value;
}

Entry* find_entry(Value& table, std::string_view key) {
  const auto it = std::ranges::find(table.entries, key, &Entry::key);
  return it == table.entries.end() ? nullptr : &*it;
}

const Entry* find_entry(const Value& table, std::string_view key) {
  const auto it = std::ranges::find(table.entries, key, &Entry::key);
  return it == table.entries.end() ? nullptr : &*it;
}

std::string_view describe(ValueKind kind) {
  switch (kind) {
    case ValueKind::kText:
      return "text";
    case ValueKind::kBool:
      return "a boolean";
    case ValueKind::kInt:
      return "an integer";
    case ValueKind::kFloat:
      return "a fraction";
    case ValueKind::kString:
      return "a string";
    case ValueKind::kArray:
      return "a list";
    case ValueKind::kTable:
      return "a table";
    case ValueKind::kOther:
      return "a date or time";
  }
  return "";
}

}  // namespace tenon::config
