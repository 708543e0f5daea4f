// SPDX-License-Identifier: Apache-2.0
#include "bridge/load/pairs.h"

#include <algorithm>

#include "bridge/load/words.h"

namespace tenon::bridge {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<std::vector<Pair>> read_all() {
    std::vector<Pair> pairs;
    while (skip_to_pair()) {
      auto pair = read_pair();
      if (!pair) return pair.error();
      const auto same = [&](const Pair& other) { return other.key == pair->key; };
      if (std::any_of(pairs.begin(), pairs.end(), same))
        return mistake("\"" + pair->key + "\" is given twice");
      pairs.push_back(*std::move(pair));
    }
    return pairs;
  }

 private:
  // Passes blanks, separators and comments; false at the end of the text.
  bool skip_to_pair() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '\n' || c == ';' || is_blank(c)) {
        next();
      } else {
        return true;
      }
    }
    return false;
  }

  Result<Pair> read_pair() {
    Pair pair;
    pair.line = line_;
    const size_t end = std::min(text_.find_first_of("=;\n", at_), text_.size());
    pair.key = trimmed(text_.substr(at_, end - at_));
    if (end == text_.size() || text_[end] != '=')
      return mistake("\"" + pair.key + "\" is not key=value");
    if (pair.key.empty()) return mistake("a \"=\" has no key before it");
    at_ = end + 1;
    while (at_ < text_.size() && is_blank(text_[at_])) next();
    const char first = at_ < text_.size() ? text_[at_] : '\n';
    pair.quoted = first == '"' || first == '\'';
    auto value = pair.quoted ? read_quoted(pair.key) : read_plain();
    if (!value) return value.error();
    pair.value = *std::move(value);
    return pair;
  }

  Result<std::string> read_plain() {
    const size_t end = std::min(text_.find_first_of(";\n", at_), text_.size());
    std::string value(trimmed(text_.substr(at_, end - at_)));
    at_ = end;
    return value;
  }

  Result<std::string> read_quoted(const std::string& key) {
    const char quote = text_[at_];
    std::string value;
    for (next(); at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; next()) {
      const bool escapes = quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size();
      if (escapes) next();
      value += escapes ? unescaped(text_[at_]) : text_[at_];
    }
    if (at_ >= text_.size() || text_[at_] != quote)
      return mistake("the value of \"" + key + "\" has no closing quote");
    next();
    while (at_ < text_.size() && is_blank(text_[at_])) next();
    if (at_ < text_.size() && text_[at_] != ';' && text_[at_] != '\n' && text_[at_] != '#')
      return mistake("after the quoted value of \"" + key + "\" a \";\" or a new line must follow");
    return value;
  }

  static char unescaped(char c) {
    if (c == 'n') return '\n';
    return c == 't' ? '\t' : c;
  }
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

  void next() {
    if (text_[at_] == '\n') line_++;
    at_++;
  }

  Error mistake(const std::string& what) const {
    const bool one_line = text_.find('\n') == std::string_view::npos;
    const std::string where = one_line ? "" : "line " + std::to_string(line_) + ": ";
    return {TN_E_CONFIG, where + what};
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
};

}  // namespace

Result<std::vector<Pair>> parse_pairs(std::string_view text) {
  return Reader(text).read_all();
}

}  // namespace tenon::bridge
