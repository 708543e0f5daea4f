// SPDX-License-Identifier: Apache-2.0
//
// The replies of one connection on their way to its socket, in order.
//
// Encoded bytes and slices of memory of as many replies as there are go out in one sendmsg. A small
// slice of a file is read into the shard's staging buffer and goes with them; a large one goes by
// sendfile, without entering user space. What a full socket leaves unsent is not kept in staging
// but read again, so a slow reader holds no memory there.
//
// Lives on one shard. Invariant: a reply is dropped, and its lease with it, as soon as its last
// byte is in the socket.
#pragma once

#include <array>
#include <cstdint>
#include <deque>

#include "base/bytes.h"
#include "base/error.h"
#include "base/payload.h"
#include "net/connection/reply_cursor.h"

struct iovec;

namespace tenon::net {

// The memory that a reply holds: slices of files do not count.
uint64_t reply_memory(const OutputChain& reply);

class ReplyWriter {
 public:
  enum class Status {
    kDone,      // nothing left
    kBlocked,   // the socket takes no more now
    kTurnOver,  // the turn's bytes are sent; others first
    kFailed,    // error() says why; the stream is beyond repair
  };
  struct Options {
    uint64_t sendfile_min = 64u << 10;
    MutableBytes staging;  // in use during write() only; slices that do not fit go by sendfile
    uint64_t turn_bytes = 1u << 20;
  };

  // `charge` is the request memory that is released when this reply is sent.
  void push(OutputChain reply, uint64_t charge);
  // Writes to a non-blocking socket. SIGPIPE must be blocked in the calling thread.
  Status write(int socket, const Options& options);

  // kIo: the connection broke, which peers do at will. kKafkaStorageError: a file failed us.
  const Error& error() const { return error_; }
  bool empty() const { return queue_.empty(); }
  size_t replies() const { return queue_.size(); }
  // Memory of the replies that are not sent; slices of files do not count.
  uint64_t memory() const { return memory_; }
  // Since the last call: bytes sent, and charges of replies that are sent whole.
  uint64_t take_sent() { return std::exchange(sent_, 0); }
  uint64_t take_released() { return std::exchange(released_, 0); }
  // Drops everything unsent; the charges count as released.
  void clear();

 private:
  struct Queued {
    FramedReply reply;
    uint64_t charge;
    uint64_t memory;
  };
  struct Gathered;

  bool by_sendfile(const Slice& piece, const Options& options) const;
  bool gather(const Options& options, uint64_t bytes_max, Gathered& out);
  bool add_piece(const Slice& piece, const Options& options, Gathered& out);
  Status send_gathered(int socket, const Gathered& gathered);
  Status send_file(int socket, const Slice& piece, uint64_t bytes_max);
  Status failed(Errc code, std::string_view what, int error);
  void consume(uint64_t bytes);
  void pop();

  std::deque<Queued> queue_;
  ReplyCursor cursor_;  // in the front reply
  uint64_t memory_ = 0;
  uint64_t sent_ = 0;
  uint64_t released_ = 0;
  Error error_;
};

}  // namespace tenon::net
