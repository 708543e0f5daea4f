// SPDX-License-Identifier: Apache-2.0

#include "net/connection/reply_writer.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/assert.h"

namespace tenon::net {
namespace {

constexpr size_t kPiecesMax = 128;

// Of what sendfile reports, the errors of the socket; the rest are those of the file.
bool connection_broke(int error) {
  return error == EPIPE || error == ECONNRESET || error == ENOTCONN || error == ETIMEDOUT;
}

}  // namespace

uint64_t reply_memory(const OutputChain& reply) {
  uint64_t bytes = reply.bytes.size();
  for (const auto& splice : reply.splices) {
    uint64_t payload_bytes = 0;
    for (const Slice& slice : splice.payload.slices) {
      payload_bytes += slice.length;
      if (slice.fd < 0) bytes += slice.length;
    }
    // Otherwise the length that is announced would be a lie.
    TN_ASSERT(payload_bytes == splice.payload.bytes);
  }
  return bytes;
}

// Pieces for one sendmsg.
struct ReplyWriter::Gathered {
  std::array<iovec, kPiecesMax> pieces;
  size_t count = 0;
  uint64_t bytes = 0;
  size_t staged = 0;
  bool more = false;    // a file's slice follows at once
  bool failed = false;  // a file could not be read
};

void ReplyWriter::push(OutputChain reply, uint64_t charge) {
  const uint64_t memory = reply_memory(reply);
  memory_ += memory;
  queue_.push_back({FramedReply(std::move(reply)), charge, memory});
}

ReplyWriter::Status ReplyWriter::write(int socket, const Options& options) {
  uint64_t left = options.turn_bytes;
  while (!queue_.empty()) {
    if (left == 0) return Status::kTurnOver;
    const uint64_t sent_before = sent_;
    const Slice front = cursor_.piece(queue_.front().reply);
    Status status;
    if (by_sendfile(front, options)) {
      status = send_file(socket, front, left);
    } else {
      Gathered gathered;
      if (!gather(options, left, gathered)) return Status::kFailed;
      status = send_gathered(socket, gathered);
    }
    if (status != Status::kDone) return status;
    left -= std::min(left, sent_ - sent_before);
  }
  return Status::kDone;
}

bool ReplyWriter::by_sendfile(const Slice& piece, const Options& options) const {
  return piece.fd >= 0 && piece.length > 0 &&
         (piece.length >= options.sendfile_min || piece.length > options.staging.size());
}

// Looks ahead from the cursor over the queued replies. Stops at a slice for sendfile.
bool ReplyWriter::gather(const Options& options, uint64_t bytes_max, Gathered& out) {
  ReplyCursor ahead = cursor_;
  for (const Queued& queued : queue_) {
    do {
      const Slice piece = ahead.piece(queued.reply);
      if (piece.length == 0) continue;
      if (out.count == kPiecesMax || out.bytes >= bytes_max) return true;
      if (by_sendfile(piece, options)) {
        out.more = true;
        return true;
      }
      if (!add_piece(piece, options, out)) return !out.failed;
    } while (ahead.next(queued.reply));
    ahead = ReplyCursor();
  }
  return true;
}

// False when there is no room for it in staging, or when the file cannot be read.
bool ReplyWriter::add_piece(const Slice& piece, const Options& options, Gathered& out) {
  const uint8_t* data = piece.data;
  if (piece.fd >= 0) {
    if (piece.length > options.staging.size() - out.staged) return false;
    uint8_t* const to = options.staging.data() + out.staged;
    uint64_t done = 0;
    while (done < piece.length) {
      const ssize_t n =
          pread(piece.fd, to + done, piece.length - done, static_cast<off_t>(piece.offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        failed(Errc::kKafkaStorageError,
               n == 0 ? "a file ended before its slice did" : "a file cannot be read",
               n == 0 ? 0 : errno);
        out.failed = true;
        return false;
      }
      done += static_cast<uint64_t>(n);
    }
    out.staged += piece.length;
    data = to;
  }
  out.pieces[out.count++] = {const_cast<uint8_t*>(data), piece.length};
  out.bytes += piece.length;
  return true;
}

ReplyWriter::Status ReplyWriter::send_gathered(int socket, const Gathered& gathered) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(gathered.pieces.data());
  message.msg_iovlen = gathered.count;
  for (;;) {
    const ssize_t n =
        sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT | (gathered.more ? MSG_MORE : 0));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Status::kBlocked;
    if (n < 0) return failed(Errc::kIo, "the connection broke", errno);
    consume(static_cast<uint64_t>(n));
    return static_cast<uint64_t>(n) < gathered.bytes ? Status::kBlocked : Status::kDone;
  }
}

ReplyWriter::Status ReplyWriter::send_file(int socket, const Slice& piece, uint64_t bytes_max) {
  auto offset = static_cast<off_t>(piece.offset);
  const uint64_t wanted = std::min(piece.length, bytes_max);
  for (;;) {
    const ssize_t n = sendfile(socket, piece.fd, &offset, wanted);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Status::kBlocked;
    if (n < 0 && connection_broke(errno)) return failed(Errc::kIo, "the connection broke", errno);
    if (n < 0) return failed(Errc::kKafkaStorageError, "a file cannot be sent", errno);
    if (n == 0) return failed(Errc::kKafkaStorageError, "a file ended before its slice did", 0);
    consume(static_cast<uint64_t>(n));
    return static_cast<uint64_t>(n) < wanted ? Status::kBlocked : Status::kDone;
  }
}

ReplyWriter::Status ReplyWriter::failed(Errc code, std::string_view what, int error) {
  error_ = error == 0 ? fail(code, "", what).error() : fail_errno(code, "", what, error).error();
  return Status::kFailed;
}

void ReplyWriter::consume(uint64_t bytes) {
  sent_ += bytes;
  while (!queue_.empty()) {
    const FramedReply& reply = queue_.front().reply;
    const uint64_t left = cursor_.piece(reply).length;
    if (bytes < left) {
      cursor_.advance(bytes);
      return;
    }
    bytes -= left;
    if (!cursor_.next(reply)) pop();
  }
}

void ReplyWriter::pop() {
  memory_ -= queue_.front().memory;
  released_ += queue_.front().charge;
  queue_.pop_front();
  cursor_ = ReplyCursor();
}

void ReplyWriter::clear() {
  while (!queue_.empty()) pop();
}

}  // namespace tenon::net
