// SPDX-License-Identifier: Apache-2.0
//
// Drives prebuilt frames over N connections from one thread: on each connection a window of them is
// on its way, and each reply that comes is followed by the next frame. Works against anything that
// answers a frame with a frame.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace tenon::bench {

using Seconds = double;
Seconds now();

// A blocking connection to 127.0.0.1. Any failure ends the program.
class Connection {
 public:
  explicit Connection(uint16_t port);
  Connection(Connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Connection();

  void send(ByteView bytes);
  // At least one byte, at most as many as there is room for.
  size_t receive(MutableBytes into);
  // The body of the next frame.
  Bytes receive_frame();

 private:
  int fd_;
};

struct Load {
  // Per connection the frames, with their lengths, that it sends over and over.
  std::vector<std::vector<Bytes>> frames = {};
  uint64_t requests = 0;  // per connection
  uint64_t window = 5;
  std::function<void(ByteView body)> check_reply = {};  // of the first reply on each connection
};

struct Driven {
  Seconds seconds = 0;
  uint64_t requests = 0;
  uint64_t bytes_sent = 0;
  uint64_t bytes_received = 0;

  double per_second() const { return static_cast<double>(requests) / seconds; }
};

Driven drive(uint16_t port, const Load& load);

}  // namespace tenon::bench
