// SPDX-License-Identifier: Apache-2.0

#include "load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "process.h"

namespace tenon::bench {
namespace {

constexpr size_t kReceiveBytes = 1u << 20;
// A first reply that comes with more than this is not shown to check_reply.
constexpr size_t kCheckedBytesMax = 4096;

// Finds the frames in a stream, looking at their lengths only.
class FrameCounter {
 public:
  // How many frames ended within `bytes`.
  uint64_t feed(ByteView bytes) {
    uint64_t ended = 0;
    while (!bytes.empty()) {
      if (left_ == 0) {
        length_[length_bytes_++] = bytes[0];
        bytes = bytes.subspan(1);
        if (length_bytes_ < 4) continue;
        left_ = static_cast<size_t>(load_be<int32_t>(length_));
        length_bytes_ = 0;
      }
      const size_t part = std::min(left_, bytes.size());
      left_ -= part;
      bytes = bytes.subspan(part);
      if (left_ == 0) ++ended;
    }
    return ended;
  }

 private:
  uint8_t length_[4];
  size_t length_bytes_ = 0;
  size_t left_ = 0;
};

// One connection with its window.
class Stream {
 public:
  Stream(uint16_t port, const std::vector<Bytes>& frames, const Load& load)
      : connection_(port), frames_(frames), load_(load) {}

  void start(Driven& driven) { send_next(std::min(load_.window, load_.requests), driven); }
  bool done() const { return answered_ == load_.requests; }

  // Waits for bytes, and follows up on each reply that ended with them.
  void turn(MutableBytes buffer, Driven& driven) {
    const size_t n = connection_.receive(buffer);
    driven.bytes_received += n;
    const uint64_t replies = counter_.feed(buffer.first(n));
    if (answered_ == 0 && replies > 0 && load_.check_reply && n <= kCheckedBytesMax) {
      const auto length = static_cast<size_t>(load_be<int32_t>(buffer.data()));
      load_.check_reply(buffer.subspan(4, length));
    }
    answered_ += replies;
    driven.requests += replies;
    send_next(std::min(replies, load_.requests - sent_), driven);
  }

 private:
  // Small frames leave in one call.
  void send_next(uint64_t count, Driven& driven) {
    for (uint64_t i = 0; i < count; ++i) {
      const Bytes& frame = frames_[sent_++ % frames_.size()];
      driven.bytes_sent += frame.size();
      if (count == 1) {
        connection_.send(frame);
        return;
      }
      gathered_.insert(gathered_.end(), frame.begin(), frame.end());
    }
    if (!gathered_.empty()) connection_.send(gathered_);
    gathered_.clear();
  }

  Connection connection_;
  const std::vector<Bytes>& frames_;
  const Load& load_;
  FrameCounter counter_;
  Bytes gathered_;
  uint64_t sent_ = 0;
  uint64_t answered_ = 0;
};

}  // namespace

Seconds now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Connection::Connection(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    die("the port cannot be reached");
  }
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() {
  if (fd_ >= 0) close(fd_);
}

void Connection::send(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) die("the connection broke");
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
}

size_t Connection::receive(MutableBytes into) {
  const ssize_t n = recv(fd_, into.data(), into.size(), 0);
  if (n <= 0) die("the connection was closed");
  return static_cast<size_t>(n);
}

Bytes Connection::receive_frame() {
  const auto fill = [this](Bytes bytes) {
    for (size_t done = 0; done < bytes.size();) {
      done += receive(MutableBytes(bytes).subspan(done));
    }
    return bytes;
  };
  const Bytes length = fill(Bytes(4));
  return fill(Bytes(static_cast<size_t>(load_be<int32_t>(length.data()))));
}

Driven drive(uint16_t port, const Load& load) {
  std::vector<Stream> streams;
  for (const auto& frames : load.frames) streams.emplace_back(port, frames, load);
  Bytes buffer(kReceiveBytes);
  Driven driven;
  const Seconds began = now();
  for (Stream& stream : streams) stream.start(driven);
  for (bool busy = true; busy;) {
    busy = false;
    for (Stream& stream : streams) {
      if (stream.done()) continue;
      stream.turn(buffer, driven);
      busy = true;
    }
  }
  driven.seconds = now() - began;
  return driven;
}

}  // namespace tenon::bench
