// SPDX-License-Identifier: Apache-2.0
//
// Writes one JSON document (RFC 8259) into a string, without blanks. Texts must be UTF-8; what is
// not becomes U+FFFD, so that the document is always valid. Bytes that may be anything are for the
// caller to check (text.h) and to encode.
//
// One thread per writer. Nesting and the order of key and value are the caller's to get right.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::cli {

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(std::signed_integral auto number) {
    return integer(static_cast<int64_t>(number));
  }
  JsonWriter& value(std::same_as<bool> auto flag) { return raw(flag ? "true" : "false"); }
  JsonWriter& value(double number);  // finite
  JsonWriter& null() { return raw("null"); }
  JsonWriter& field(std::string_view name, const auto& content) { return key(name).value(content); }

  const std::string& text() const { return text_; }

 private:
  JsonWriter& integer(int64_t number);
  JsonWriter& raw(std::string_view token);
  void separate();

  std::string text_;
  bool first_ = true;  // of the innermost object or array
  bool after_key_ = false;
};

}  // namespace tenon::cli
