// SPDX-License-Identifier: Apache-2.0

#include "cli/output/record_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/bytes.h"
#include "cli/output/json.h"
#include "cli/output/text.h"

namespace tenon::cli {
namespace {

constexpr std::string_view kTokens = "tpoTkKsSRh%";

int64_t length_of(const std::optional<std::string_view>& bytes) {
  return bytes ? static_cast<int64_t>(bytes->size()) : -1;
}

void append_big_endian(std::string& out, int64_t length) {
  uint8_t bytes[4];
  store_be(bytes, static_cast<int32_t>(length));
  out += as_text(bytes);
}

void append_headers(std::string& out, const ConsumedRecord& record) {
  for (size_t i = 0; i < record.headers.size(); ++i) {
    const auto& [name, value] = record.headers[i];
    fmt::format_to(std::back_inserter(out), "{}{}={}", i == 0 ? "" : ",", name,
                   value.value_or("NULL"));
  }
}

void append_token(std::string& out, char token, const ConsumedRecord& record,
                  std::string_view null_text) {
  const auto number = [&out](int64_t value) { out += fmt::format_int(value).c_str(); };
  switch (token) {
    case 't':
      out += record.topic;
      break;
    case 'p':
      number(record.partition);
      break;
    case 'o':
      number(record.offset);
      break;
    case 'T':
      number(record.timestamp_ms);
      break;
    case 'k':
      out += record.key.value_or(null_text);
      break;
    case 'K':
      number(length_of(record.key));
      break;
    case 's':
      out += record.value.value_or(null_text);
      break;
    case 'S':
      number(length_of(record.value));
      break;
    case 'R':
      append_big_endian(out, length_of(record.value));
      break;
    case 'h':
      append_headers(out, record);
      break;
    default:
      out += '%';
      break;
  }
}

void bytes_field(JsonWriter& json, std::string_view name,
                 const std::optional<std::string_view>& bytes) {
  json.key(name);
  if (!bytes) {
    json.null();
  } else if (is_utf8(*bytes)) {
    json.value(*bytes);
  } else {
    json.value(base64(*bytes)).field(std::string(name) + "_encoding", "base64");
  }
}

void headers_field(JsonWriter& json, const ConsumedRecord& record) {
  const bool all_text = std::ranges::all_of(
      record.headers, [](const auto& header) { return is_utf8(header.second.value_or("")); });
  json.key("headers").begin_array();
  for (const auto& [name, value] : record.headers) {
    json.value(name);
    if (!value) {
      json.null();
    } else {
      json.value(all_text ? std::string(*value) : base64(*value));
    }
  }
  json.end_array();
  if (!all_text) json.field("headers_encoding", "base64");
}

}  // namespace

Outcome<RecordFormat> RecordFormat::parse(std::string_view format) {
  RecordFormat parsed;
  std::string text;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      text += format[i];
      continue;
    }
    const char token = i + 1 < format.size() ? format[i + 1] : '\0';
    if (!kTokens.contains(token))
      return failed(kUsage,
                    fmt::format("-f \"{}\": there is no token %{}; there are %t %p %o %k %K "
                                "%s %S %T %h %R and %%",
                                format, format.substr(i + 1, 1)));
    parsed.parts_.push_back({0, unescape(text)});
    parsed.parts_.push_back({token, {}});
    text.clear();
    ++i;
  }
  parsed.parts_.push_back({0, unescape(text)});
  return parsed;
}

void RecordFormat::append(std::string& out, const ConsumedRecord& record,
                          std::string_view null_text) const {
  for (const Part& part : parts_) {
    if (part.token == 0) {
      out += part.text;
    } else {
      append_token(out, part.token, record, null_text);
    }
  }
}

std::string record_json(const ConsumedRecord& record) {
  JsonWriter json;
  json.begin_object();
  json.field("topic", record.topic).field("partition", record.partition);
  json.field("offset", record.offset).field("tstype", record.timestamp_type);
  json.field("ts", record.timestamp_ms).field("broker", record.broker);
  if (!record.headers.empty()) headers_field(json, record);
  bytes_field(json, "key", record.key);
  bytes_field(json, "payload", record.value);
  json.end_object();
  return json.text();
}

}  // namespace tenon::cli
