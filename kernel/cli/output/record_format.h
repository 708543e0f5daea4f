// SPDX-License-Identifier: Apache-2.0
//
// How `tenon consume` prints a record: by a format with kcat's tokens, or as kcat's JSON envelope.
//
//   %t topic   %p partition   %o offset   %T timestamp in ms (-1 = none)
//   %k key     %K its length  %s value    %S its length (-1 = null)    %R the value's length as
//   four bytes, big-endian    %h headers as name=value,name=value (NULL for null)   %% a percent
//   \n \r \t \\ \xNN
//
// Values; a format is parsed once and printed from one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/failure.h"

namespace tenon::cli {

// A record as it came, borrowed from the client library.
struct ConsumedRecord {
  std::string_view topic{};
  int32_t partition = 0;
  int64_t offset = 0;
  int64_t timestamp_ms = -1;
  std::string_view timestamp_type{};  // "create", "logappend" or "unknown"
  int32_t broker = -1;
  std::optional<std::string_view> key{};
  std::optional<std::string_view> value{};
  std::vector<std::pair<std::string_view, std::optional<std::string_view>>> headers{};
};

class RecordFormat {
 public:
  // kUsage for a token that does not exist.
  static Outcome<RecordFormat> parse(std::string_view format);
  // Null keys and values print as `null_text`.
  void append(std::string& out, const ConsumedRecord& record,
              std::string_view null_text = {}) const;

 private:
  struct Part {
    char token = 0;  // 0: text
    std::string text;
  };
  std::vector<Part> parts_;
};

// {"topic","partition","offset","tstype","ts","broker","headers":[name,value,...],"key","payload"}
// without a line break; null for what is null. Bytes that are not UTF-8 are Base64, and
// "key_encoding", "payload_encoding" or "headers_encoding" (all values) says so: "base64".
std::string record_json(const ConsumedRecord& record);

}  // namespace tenon::cli
