// SPDX-License-Identifier: Apache-2.0
//
// The expressions by which members subscribe (KIP-848): RE2's syntax, as Kafka reads them, held
// against whole topic names. Linear in the length of a name, and bounded in memory, whatever a
// client sends.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"

namespace re2 {
class RE2;
}

namespace tenon::groups {

class TopicRegex {
 public:
  // kInvalidRequest, with what is wrong with it, for text that is no expression of RE2, or one that
  // needs too much memory.
  static Result<TopicRegex> compile(std::string_view text);

  TopicRegex(TopicRegex&&) noexcept;
  TopicRegex& operator=(TopicRegex&&) noexcept;
  ~TopicRegex();

  bool matches(std::string_view topic) const;

 private:
  explicit TopicRegex(std::unique_ptr<re2::RE2> compiled);
  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace tenon::groups
