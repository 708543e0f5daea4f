// SPDX-License-Identifier: Apache-2.0

#include "ideal.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "process.h"

namespace tenon::bench {
namespace {

constexpr size_t kAnswerBytes = 50;
constexpr size_t kFrameBytesMax = 4u << 20;

bool receive_all(int fd, MutableBytes into) {
  while (!into.empty()) {
    const ssize_t n = recv(fd, into.data(), into.size(), MSG_WAITALL);
    if (n <= 0) return false;
    into = into.subspan(static_cast<size_t>(n));
  }
  return true;
}

void send_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
}

// The next frame, received in place; empty at the end.
ByteView receive_frame(int fd, Bytes& buffer) {
  if (!receive_all(fd, MutableBytes(buffer).first(4))) return {};
  const auto length = static_cast<size_t>(load_be<int32_t>(buffer.data()));
  const MutableBytes body = MutableBytes(buffer).first(length);
  return receive_all(fd, body) ? ByteView(body) : ByteView();
}

Bytes answers(size_t count) {
  Bytes bytes;
  for (size_t i = 0; i < count; ++i) {
    const size_t at = bytes.size();
    bytes.resize(at + kAnswerBytes);
    store_be<int32_t>(bytes.data() + at, static_cast<int32_t>(kAnswerBytes - 4));
  }
  return bytes;
}

void for_each_connection(int listener, const std::function<void(int)>& serve) {
  for (;;) {
    const int fd = accept(listener, nullptr, nullptr);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    serve(fd);
    close(fd);
  }
}

int make_file(const std::string& folder) {
  const int file = open((folder + "/log").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) die("no file can be made");
  return file;
}

// Keeps the compiler from leaving a checksum out that nobody reads.
volatile uint32_t checksum;

void append(int file, ByteView body, off_t& end) {
  checksum = crc32c(0, body);
  if (pwrite(file, body.data(), body.size(), end) < 0) die("the file cannot be written");
  end += static_cast<off_t>(body.size());
}

bool more_is_there(int fd) {
  int waiting = 0;
  return ioctl(fd, FIONREAD, &waiting) == 0 && waiting > 0;
}

}  // namespace

void serve_ideal_produce(int listener, const std::string& folder) {
  Bytes buffer(kFrameBytesMax);
  const Bytes answer = answers(1);
  for_each_connection(listener, [&](int fd) {
    const int file = make_file(folder);
    off_t end = 0;
    for (ByteView body; !(body = receive_frame(fd, buffer)).empty();) {
      append(file, body, end);
      send_all(fd, answer);
    }
    close(file);
  });
}

void serve_ideal_group_commit(int listener, const std::string& folder) {
  Bytes buffer(kFrameBytesMax);
  for_each_connection(listener, [&](int fd) {
    const int file = make_file(folder);
    off_t end = 0;
    size_t unanswered = 0;
    for (ByteView body; !(body = receive_frame(fd, buffer)).empty();) {
      append(file, body, end);
      ++unanswered;
      if (more_is_there(fd)) continue;
      if (fdatasync(file) != 0) die("fdatasync failed");
      send_all(fd, answers(std::exchange(unanswered, 0)));
    }
    close(file);
  });
}

void serve_ideal_fetch(int listener, const std::string& folder, uint64_t file_bytes,
                       uint64_t chunk) {
  Bytes buffer(kFrameBytesMax);
  const int file = make_file(folder);
  for (off_t end = 0; end < static_cast<off_t>(file_bytes);) append(file, buffer, end);
  Bytes header = answers(1);
  store_be<int32_t>(header.data(), static_cast<int32_t>(kAnswerBytes - 4 + chunk));
  for_each_connection(listener, [&](int fd) {
    off_t at = 0;
    while (!receive_frame(fd, buffer).empty()) {
      if (at + static_cast<off_t>(chunk) > static_cast<off_t>(file_bytes)) at = 0;
      send(fd, header.data(), header.size(), MSG_NOSIGNAL | MSG_MORE);
      for (uint64_t left = chunk; left > 0;) {
        const ssize_t n = sendfile(fd, file, &at, left);
        if (n <= 0) break;
        left -= static_cast<uint64_t>(n);
      }
    }
  });
}

void serve_echo(int listener, const std::string&) {
  Bytes buffer(kFrameBytesMax);
  const Bytes answer = answers(1);
  for_each_connection(listener, [&](int fd) {
    while (!receive_frame(fd, buffer).empty()) send_all(fd, answer);
  });
}

}  // namespace tenon::bench
