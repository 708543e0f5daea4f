// SPDX-License-Identifier: Apache-2.0
//
// A configuration as it was written: values in tables, each with its position, before anything is
// known of what they mean. toml_reader makes it from TOML; overrides are put in as plain text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"

namespace tenon::config {

enum class ValueKind {
  kText,  // from an override or a default: its type is whatever the option wants
  kBool,
  kInt,
  kFloat,
  kString,
  kArray,
  kTable,
  kOther,  // dates and times, which no option takes
};

struct Entry;

struct Value {
  ValueKind kind = ValueKind::kTable;
  Position at;
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;
  std::string text;            // kText, kString
  std::vector<Value> items;    // kArray
  std::vector<Entry> entries;  // kTable, in order of position
};

// A key of a table, and what it is set to.
struct Entry {
  std::string key;
  Position at;  // of the key
  Value value;
};

// A value whose type is not known yet, as overrides and defaults have.
Value text_value(std::string text, Position at);

// The entry of that key, or null.
Entry* find_entry(Value& table, std::string_view key);
const Entry* find_entry(const Value& table, std::string_view key);

// "a string", "a table": for messages.
std::string_view describe(ValueKind kind);

}  // namespace tenon::config
