// SPDX-License-Identifier: Apache-2.0
//
// What the bridge says to people: lines on stderr in the form of librdkafka's own, held back where
// the client's `log_level` is lower. One event, one line, one write. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace tenon::bridge {

// The severities of syslog, as librdkafka counts them.
enum class Severity : int { kError = 3, kWarning = 4, kInfo = 6, kDebug = 7 };

class Log {
 public:
  // `client` is the client.id of the lines; those above `level` are not written.
  Log(std::string client, int level) : client_(std::move(client)), level_(level) {}

  // `speaker` stands before the text.
  void write(Severity severity, std::string_view text, const char* speaker = "") const noexcept;

 private:
  std::string client_;
  int level_;
};

}  // namespace tenon::bridge
