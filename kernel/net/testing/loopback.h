// SPDX-License-Identifier: Apache-2.0
//
// For tests: a blocking TCP client of 127.0.0.1, and a wait for a condition. Every call gives up
// after 20 seconds instead of hanging.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/bytes.h"

namespace tenon::net::testing {

inline constexpr int kPatienceSeconds = 20;

// Waits until `holds()`; false when it never does.
template <class F>
bool eventually(F holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(kPatienceSeconds);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

class LoopbackClient {
 public:
  explicit LoopbackClient(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{kPatienceSeconds, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  }
  LoopbackClient(LoopbackClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_) {}
  ~LoopbackClient() { hang_up(); }

  bool connected() const { return connected_; }
  void hang_up() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }
  void end_sending() { shutdown(fd_, SHUT_WR); }

  bool send_bytes(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }
  static std::string frame(std::string_view body) {
    std::string bytes(4, '\0');
    store_be<int32_t>(reinterpret_cast<uint8_t*>(bytes.data()), static_cast<int32_t>(body.size()));
    return bytes.append(body);
  }
  bool send_frame(std::string_view body) { return send_bytes(frame(body)); }

  // Exactly `count` bytes; nothing when the stream ends or breaks first.
  std::optional<std::string> read_bytes(size_t count) {
    std::string bytes(count, '\0');
    size_t done = 0;
    while (done < count) {
      const ssize_t n = recv(fd_, bytes.data() + done, count - done, 0);
      if (n <= 0) return std::nullopt;
      done += static_cast<size_t>(n);
    }
    return bytes;
  }
  // The body of the next frame.
  std::optional<std::string> read_frame() {
    const auto length = read_bytes(4);
    if (!length) return std::nullopt;
    return read_bytes(static_cast<size_t>(load_be<int32_t>(as_bytes(*length).data())));
  }
  // Has the other side closed, and is everything read?
  bool at_end() {
    char byte;
    const ssize_t n = recv(fd_, &byte, 1, 0);
    return n == 0 || (n < 0 && (errno == ECONNRESET || errno == EPIPE));
  }
  // All until the other side closes.
  std::string read_rest() {
    std::string all;
    char bytes[4096];
    for (ssize_t n; (n = recv(fd_, bytes, sizeof bytes, 0)) > 0;) {
      all.append(bytes, static_cast<size_t>(n));
    }
    return all;
  }

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace tenon::net::testing
