// SPDX-License-Identifier: Apache-2.0

#include "net/connection/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "base/assert.h"
#include "base/trace.h"
#include "net/asio.h"

namespace tenon::net {
namespace {

using boost::asio::posix::descriptor_base;

// Received or sent in a row before others of the shard get their turn.
constexpr size_t kTurnBytes = 1u << 20;
// What a peer amid a frame must send within the stall timeout, or the rest of the frame.
constexpr size_t kStallBytes = 4096;
constexpr int kDiscardRounds = 64;
// How fast the frame of a peer must come that has memory which others wait for.
constexpr size_t kPaceBytesPerSecond = 256u << 10;

}  // namespace

Connection::Connection(std::shared_ptr<ConnectionContext> context, int fd, ConnectionInfo info,
                       Admission::Ticket ticket)
    : context_(std::move(context)),
      socket_(io_context_of(context_->shard), fd),
      info_(std::move(info)),
      ticket_(std::move(ticket)),
      intake_(context_->pool, context_->frame_bytes_max) {
  context_->metrics->open.add();
}

Connection::~Connection() {
  TN_ASSERT(charged_ == 0 || !closed_);
}

void Connection::start() {
  last_active_ = context_->shard.clock().now();
  read_turn();
}

void Connection::drain() {
  end_reading();
  flush();
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();
  end_reading();
  writer_.clear();
  release(writer_.take_released());
  release(std::exchange(frame_charge_, 0));
  for (Slot& slot : slots_) {
    if (slot.state == SlotState::kPending) continue;  // released when its handler has ended
    release(std::exchange(slot.charge, 0));
    slot.reply = {};
  }
  discard_unread();
  boost::system::error_code ignored;
  (void)socket_.close(ignored);
  context_->metrics->open.sub();
  ticket_ = {};
  context_->on_closed(*this);
}

// Closing a socket with unread bytes resets the connection, which may take replies away from a
// peer that has not read them yet.
void Connection::discard_unread() {
  const int fd = socket_.native_handle();
  shutdown(fd, SHUT_WR);
  Bytes& sink = context_->staging;
  for (int i = 0; i < kDiscardRounds; ++i) {
    if (recv(fd, sink.data(), sink.size(), MSG_DONTWAIT) <= 0) return;
  }
}

// ---- Reading

bool Connection::may_read() const {
  return !closed_ && reading_ != Reading::kEnded && !over_share_ &&
         in_flight() < context_->limits.requests_in_flight_max &&
         writer_.memory() + ready_bytes_ < context_->limits.reply_bytes_max;
}

void Connection::post_read_turn() {
  reading_ = Reading::kPosted;
  context_->shard.post([self = shared_from_this()] { self->read_turn(); });
}

void Connection::read_turn() {
  if (closed_ || reading_ == Reading::kEnded) return;
  // While we did not read, the peer could not get on.
  if (reading_ != Reading::kArmed) stall_since_ = context_->shard.clock().now();
  reading_ = Reading::kRunning;
  turn_left_ = kTurnBytes;
  drained_ = false;
  read_until_paused();
  if (reading_ == Reading::kRunning) reading_ = Reading::kPaused;
  flush();
}

void Connection::read_until_paused() {
  while (may_read()) {
    switch (intake_.step()) {
      case FrameIntake::Step::kFrame:
        begin_request(intake_.take());
        break;
      case FrameIntake::Step::kCharge:
        if (!charge()) return;
        break;
      case FrameIntake::Step::kBad:
        refuse_frame();
        return;
      case FrameIntake::Step::kReceive:
        if (!receive()) return;
        break;
    }
  }
}

// False when reading pauses or ends here.
bool Connection::receive() {
  if (drained_) {
    arm_reading();
    return false;
  }
  if (turn_left_ == 0) {
    post_read_turn();
    return false;
  }
  MutableBytes room = intake_.room();
  if (room.empty()) {
    warn("closed: the system has no memory for a frame");
    close();
    return false;
  }
  room = room.first(std::min(room.size(), turn_left_));
  const ssize_t n = recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
  if (n < 0 && errno == EINTR) return true;
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    arm_reading();
    return false;
  }
  if (n < 0) {
    close();
    return false;
  }
  if (n == 0) {
    end_reading();
    return false;
  }
  const auto bytes = static_cast<size_t>(n);
  intake_.received(bytes);
  drained_ = bytes < room.size();
  turn_left_ -= bytes;
  last_active_ = context_->shard.clock().now();
  stall_bytes_ += bytes;
  context_->metrics->received_bytes.add(bytes);
  return true;
}

void Connection::arm_reading() {
  reading_ = Reading::kArmed;
  intake_.rest();
  const bool was_amid = std::exchange(amid_frame_, intake_.amid_frame());
  if (amid_frame_ && (!was_amid || stall_bytes_ >= kStallBytes)) {
    stall_since_ = context_->shard.clock().now();
    stall_bytes_ = 0;
  }
  socket_.async_wait(descriptor_base::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (!error) self->read_turn();
                     });
}

void Connection::end_reading() {
  reading_ = Reading::kEnded;
  info_.peer_gone.happen();
}

// False when there is no memory for the announced frame yet.
bool Connection::charge() {
  const auto bytes = static_cast<uint64_t>(intake_.length());
  if (charged_ > 0 && charged_ + bytes > context_->limits.connection_bytes_max) {
    context_->metrics->memory_waits.add();
    over_share_ = true;
    return false;
  }
  if (context_->budget->try_take(bytes)) {
    take_charge(bytes);
    return true;
  }
  context_->metrics->memory_waits.add();
  reading_ = Reading::kAwaitsMemory;
  context_->budget->take_later(bytes, context_->shard,
                               [self = shared_from_this(), bytes] { self->memory_granted(bytes); });
  return false;
}

void Connection::memory_granted(uint64_t bytes) {
  if (reading_ != Reading::kAwaitsMemory) {
    context_->budget->release(bytes);
    return;
  }
  take_charge(bytes);
  read_turn();
}

void Connection::take_charge(uint64_t bytes) {
  charged_ += bytes;
  frame_charge_ = bytes;
  charged_since_ = context_->shard.clock().now();
  intake_.charged();
}

void Connection::refuse_frame() {
  warn("closed: " + intake_.refusal());
  context_->metrics->closed_bad_frame.add();
  end_reading();
  slots_.emplace_back().state = SlotState::kFailed;
}

// ---- Requests

void Connection::begin_request(Frame frame) {
  amid_frame_ = false;
  stall_bytes_ = 0;
  const uint64_t sequence = first_sequence_ + slots_.size();
  slots_.emplace_back().charge = std::exchange(frame_charge_, 0);
  spawn(serve(shared_from_this(), sequence, std::move(frame)));
}

Task<void> Connection::serve(std::shared_ptr<Connection> self, uint64_t sequence, Frame frame) {
  trace(TraceWay::kIn, "net/connection");
  ConnectionContext& context = *self->context_;
  Reply reply = co_await context.handler(context.shard, self->info_, frame.body);
  // The memory may serve the next frame while the reply waits for its turn.
  frame = {};
  self->finish(sequence, std::move(reply));
}

void Connection::finish(uint64_t sequence, Reply reply) {
  trace(TraceWay::kOut, "net/connection");
  Slot& slot = slots_[sequence - first_sequence_];
  if (closed_) {
    slot.state = SlotState::kSilent;
    release(std::exchange(slot.charge, 0));
    return;
  }
  if (!reply) {
    slot.state = SlotState::kFailed;
    context_->metrics->closed_by_handler.add();
    warn("closed: " + reply.error().text());
  } else if (!*reply) {
    slot.state = SlotState::kSilent;
  } else {
    slot.state = SlotState::kReady;
    slot.reply = std::move(**reply);
    slot.reply_memory = reply_memory(slot.reply);
    ready_bytes_ += slot.reply_memory;
  }
  // A reading turn flushes at its end; otherwise, all that becomes ready in one go of the event
  // loop leaves together.
  if (sequence == first_sequence_ && reading_ != Reading::kRunning) post_flush();
}

// ---- Writing

void Connection::post_flush() {
  if (std::exchange(flush_posted_, true)) return;
  context_->shard.post([self = shared_from_this()] {
    self->flush_posted_ = false;
    self->flush();
  });
}

void Connection::flush() {
  if (closed_ || write_armed_) return;
  queue_replies();
  if (!writer_.empty()) write_replies();
  close_if_finished();
  if (closed_) return;
  if (in_flight() == 0 && reading_ == Reading::kArmed) intake_.rest();
  if (reading_ == Reading::kPaused && may_read()) post_read_turn();
}

void Connection::queue_replies() {
  while (!failed_ && !slots_.empty() && slots_.front().state != SlotState::kPending) {
    Slot slot = std::move(slots_.front());
    slots_.pop_front();
    ++first_sequence_;
    ready_bytes_ -= slot.reply_memory;
    if (slot.state == SlotState::kReady) {
      writer_.push(std::move(slot.reply), slot.charge);
      continue;
    }
    release(slot.charge);
    failed_ = slot.state == SlotState::kFailed;
  }
  if (failed_) end_reading();
}

void Connection::write_replies() {
  const auto status =
      writer_.write(socket_.native_handle(),
                    {context_->limits.sendfile_min, MutableBytes(context_->staging), kTurnBytes});
  release(writer_.take_released());
  if (const uint64_t sent = writer_.take_sent(); sent > 0) {
    context_->metrics->sent_bytes.add(sent);
    last_active_ = write_since_ = context_->shard.clock().now();
  }
  switch (status) {
    case ReplyWriter::Status::kDone:
      return;
    case ReplyWriter::Status::kBlocked:
      arm_writing();
      return;
    case ReplyWriter::Status::kTurnOver:
      post_flush();
      return;
    case ReplyWriter::Status::kFailed:
      if (writer_.error().code != Errc::kIo) warn("closed: " + writer_.error().text());
      close();
      return;
  }
}

void Connection::arm_writing() {
  write_armed_ = true;
  if (write_since_ == MonoTime{}) write_since_ = context_->shard.clock().now();
  socket_.async_wait(descriptor_base::wait_write,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       self->write_armed_ = false;
                       if (!error) self->flush();
                     });
}

void Connection::close_if_finished() {
  if (closed_ || !writer_.empty()) return;
  if (failed_ || (reading_ == Reading::kEnded && slots_.empty())) close();
}

void Connection::release(uint64_t bytes) {
  if (bytes == 0) return;
  charged_ -= bytes;
  over_share_ = false;
  context_->budget->release(bytes);
}

// ---- Timeouts

void Connection::check_timeouts(MonoTime now) {
  const Limits& limits = context_->limits;
  if (write_armed_ && now - write_since_ > limits.stall_timeout) {
    context_->metrics->closed_stalled.add();
    warn("closed: it does not read its replies");
    close();
    return;
  }
  if (reading_ != Reading::kArmed) {
    look_for_peer();
    return;
  }
  if (amid_frame_) {
    const bool stopped = now - stall_since_ > limits.stall_timeout;
    if (!stopped && !holds_others_up(now)) return;
    context_->metrics->closed_stalled.add();
    warn(stopped ? "closed: it stopped in the middle of a frame"
                 : "closed: others wait for the memory of a frame that it hardly sends");
    close();
  } else if (in_flight() == 0 && now - last_active_ > limits.idle_timeout) {
    context_->metrics->closed_idle.add();
    log_debug("{}: connection {} from {}:{} closed: idle", context_->name, info_.id,
              info_.peer_host, info_.peer_port);
    close();
  }
}

// While we do not read, the end of the stream does not show.
void Connection::look_for_peer() {
  if (closed_ || info_.peer_gone.happened()) return;
  pollfd asked{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  if (poll(&asked, 1, 0) > 0) info_.peer_gone.happen();
}

// An announced frame has its memory before it comes; who does not send it must not keep it.
bool Connection::holds_others_up(MonoTime now) const {
  if (frame_charge_ == 0 || context_->budget->waiting() == 0) return false;
  const Duration had = now - charged_since_;
  const auto seconds = std::chrono::duration<double>(had).count();
  return had > context_->limits.frame_pace_grace &&
         static_cast<double>(intake_.received_of_frame()) <
             seconds * static_cast<double>(kPaceBytesPerSecond);
}

void Connection::warn(std::string_view what) {
  context_->log.warn(context_->shard.clock().now(),
                     fmt::format("{}: connection {} from {}:{} {}", context_->name, info_.id,
                                 info_.peer_host, info_.peer_port, what));
}

}  // namespace tenon::net
