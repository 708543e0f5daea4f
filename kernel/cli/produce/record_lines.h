// SPDX-License-Identifier: Apache-2.0
//
// Records from lines of text: where a line ends, and what of it is key and value.
//
//   line := [ key delimiter ] value "\n"        the last line break may be missing
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/failure.h"

namespace tenon::cli {

struct LineSyntax {
  std::string key_delimiter{};  // empty: lines have no keys
  bool empty_is_null = false;
};

// Borrowed from the line.
struct LineRecord {
  std::optional<std::string_view> key{};
  std::optional<std::string_view> value{};
};

// The first delimiter counts; a line without one is a value without a key.
LineRecord split_line(std::string_view line, const LineSyntax& syntax);

// Reads a file or stdin line by line. One thread. A signal ends the input.
class LineReader {
 public:
  // "-" is stdin. kNotFound for a file that cannot be opened.
  static Outcome<LineReader> open(const std::string& path);
  LineReader(LineReader&& other) noexcept;
  ~LineReader();
  LineReader& operator=(LineReader&&) = delete;

  // The next line without its break, valid until the next call; nothing at the end.
  std::optional<std::string_view> next();
  bool from_terminal() const;
  // Why the input ended before its end, or 0: errno.
  int error() const { return error_; }

 private:
  explicit LineReader(int fd) : fd_(fd), buffer_(kBufferBytes) {}
  bool fill();

  static constexpr size_t kBufferBytes = 256 * 1024;
  int fd_;
  std::vector<char> buffer_;
  size_t begin_ = 0;  // of what has not been given out
  size_t end_ = 0;
  bool ended_ = false;
  int error_ = 0;
};

}  // namespace tenon::cli
