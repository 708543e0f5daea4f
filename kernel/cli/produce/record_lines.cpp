// SPDX-License-Identifier: Apache-2.0

#include "cli/produce/record_lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tenon::cli {

LineRecord split_line(std::string_view line, const LineSyntax& syntax) {
  LineRecord record{std::nullopt, line};
  if (!syntax.key_delimiter.empty()) {
    const size_t at = line.find(syntax.key_delimiter);
    if (at != std::string_view::npos)
      record = {line.substr(0, at), line.substr(at + syntax.key_delimiter.size())};
  }
  if (syntax.empty_is_null) {
    if (record.key && record.key->empty()) record.key.reset();
    if (record.value->empty()) record.value.reset();
  }
  return record;
}

Outcome<LineReader> LineReader::open(const std::string& path) {
  if (path == "-") return LineReader(STDIN_FILENO);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return failed(errno == ENOENT ? kNotFound : kFailed,
                  fmt::format("{}: cannot be opened: {}", path, std::strerror(errno)));
  return LineReader(fd);
}

LineReader::LineReader(LineReader&& other) noexcept
    : fd_(std::exchange(other.fd_, STDIN_FILENO)),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      end_(other.end_),
      ended_(other.ended_),
      error_(other.error_) {}

LineReader::~LineReader() {
  if (fd_ != STDIN_FILENO) close(fd_);
}

bool LineReader::from_terminal() const {
  return isatty(fd_) == 1;
}

// More bytes behind those that are there; false at the end.
bool LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(2 * buffer_.size());
  const ssize_t got = read(fd_, buffer_.data() + end_, buffer_.size() - end_);
  if (got < 0 && errno != EINTR) error_ = errno;
  if (got > 0) end_ += static_cast<size_t>(got);
  return got > 0;
}

std::optional<std::string_view> LineReader::next() {
  size_t searched = 0;  // of what is there, known to hold no line break
  while (true) {
    const std::string_view rest(buffer_.data() + begin_, end_ - begin_);
    const size_t at = rest.find('\n', searched);
    if (at != std::string_view::npos) {
      begin_ += at + 1;
      return rest.substr(0, at);
    }
    searched = rest.size();
    if (!ended_ && fill()) continue;
    ended_ = true;
    if (searched == 0) return std::nullopt;
    const std::string_view last(buffer_.data() + begin_, end_ - begin_);
    begin_ = end_;
    return last;
  }
}

}  // namespace tenon::cli
