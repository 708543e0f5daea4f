// SPDX-License-Identifier: Apache-2.0
//
// One client's connection: reads frames, starts their handlers in the order of arrival, and sends
// the replies in that same order. A small state machine driven by the shard's event loop.
//
//   reading:  paused -> posted -> running -> armed (waits for bytes) -> running ...
//                                       \-> awaits memory -> running
//             ended (end of stream, draining, bad frame): never left
//   a slot for each request: pending -> ready | silent | failed -> to the writer, in order
//
// Threads: the shard's. Kept alive by the table of its shard, by the waits of the event loop and by
// the handlers that still run; the last may outlive close().
//
// Invariants
//   1. Slots and unsent replies together never exceed requests_in_flight_max.
//   2. What is charged to the budget is released exactly once: when the reply is sent, or when the
//      connection is closed and the handler has ended, whichever is later.
//   3. A failed slot ends the stream: replies of later requests are not sent.
//   4. No memory is held for a connection that waits for its next frame.
//   5. Once the peer has ended its stream, requests that wait are told so (peer_gone.h), at the
//      latest when the timeouts are checked next.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "net/accept/admission.h"
#include "net/connection/connection_context.h"
#include "net/connection/frame_intake.h"
#include "net/connection/reply_writer.h"

namespace tenon::net {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Takes over `fd`, a connected non-blocking socket.
  Connection(std::shared_ptr<ConnectionContext> context, int fd, ConnectionInfo info,
             Admission::Ticket ticket);
  ~Connection();

  void start();
  // Reads no more; closes once every request that was read is answered.
  void drain();
  // Closes now. Idempotent.
  void close();
  // Closes it when it has been idle or stuck for too long.
  void check_timeouts(MonoTime now);

 private:
  enum class Reading { kPaused, kPosted, kRunning, kArmed, kAwaitsMemory, kEnded };
  enum class SlotState { kPending, kReady, kSilent, kFailed };
  struct Slot {
    SlotState state = SlotState::kPending;
    uint64_t charge = 0;
    OutputChain reply;
    uint64_t reply_memory = 0;
  };
  using Reply = Result<std::optional<OutputChain>>;

  // Reading.
  bool may_read() const;
  void post_read_turn();
  void read_turn();
  void read_until_paused();
  bool receive();
  void arm_reading();
  void end_reading();
  bool charge();
  void memory_granted(uint64_t bytes);
  void take_charge(uint64_t bytes);
  bool holds_others_up(MonoTime now) const;
  void look_for_peer();
  void refuse_frame();

  // Requests.
  void begin_request(Frame frame);
  static Task<void> serve(std::shared_ptr<Connection> self, uint64_t sequence, Frame frame);
  void finish(uint64_t sequence, Reply reply);

  // Writing.
  void post_flush();
  void flush();
  void queue_replies();
  void write_replies();
  void arm_writing();
  void close_if_finished();

  void release(uint64_t bytes);
  void discard_unread();
  void warn(std::string_view what);
  size_t in_flight() const { return slots_.size() + writer_.replies(); }

  const std::shared_ptr<ConnectionContext> context_;
  boost::asio::posix::stream_descriptor socket_;
  ConnectionInfo info_;
  Admission::Ticket ticket_;
  FrameIntake intake_;
  ReplyWriter writer_;
  std::deque<Slot> slots_;
  uint64_t first_sequence_ = 0;  // of slots_.front()
  uint64_t ready_bytes_ = 0;     // memory of replies in slots_
  MonoTime charged_since_{};     // the frame that is coming in
  uint64_t charged_ = 0;         // of the budget, by this connection
  uint64_t frame_charge_ = 0;    // of it, for the frame that is being received

  Reading reading_ = Reading::kPaused;
  size_t turn_left_ = 0;     // bytes that this turn may still receive
  bool drained_ = false;     // the last recv emptied the socket
  bool over_share_ = false;  // the next frame waits for this connection's own replies
  bool flush_posted_ = false;
  bool write_armed_ = false;
  bool failed_ = false;  // a failed slot has been reached: close when the writer is empty
  bool closed_ = false;

  MonoTime last_active_{};   // a byte came or went
  bool amid_frame_ = false;  // waits for the rest of a frame
  MonoTime stall_since_{};   // amid a frame: since when too little has come
  size_t stall_bytes_ = 0;   // received since then
  MonoTime write_since_{};   // while write_armed_: the last progress
};

}  // namespace tenon::net
