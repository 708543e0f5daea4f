// SPDX-License-Identifier: Apache-2.0
//
// The coordinator runtime: puts a state machine on top of a log.
//
//   load()   replays the log; until it is through, is_active() is false
//   write()  appends records as one batch; when they are committed, replays them and then calls
//            back, so the caller answers its client from state that will survive
//
// Happy path: write -> append -> (high watermark) -> replay -> settled(offset).
// Failure: the append fails -> settled(error); the state has not changed, nothing is to be undone.
// Several writes may be on their way; each is decided on the state that is committed.
//
// Threads: everything on the one scheduler given. Lifetime: after stop() has been answered nothing
// of it runs any more. If it is destroyed earlier, callbacks on their way are dropped.
//
// Invariants
//   1. replay() sees the records of the log, each once, in log order.
//   2. settled is called exactly once, never from inside write(), unless the coordinator is gone.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/scheduler.h"
#include "base/task.h"
#include "statemachine/coordinator_log.h"
#include "statemachine/state_machine.h"

namespace tenon::statemachine {

class Coordinator {
 public:
  enum class State { kCreated, kLoading, kActive, kFailed, kStopped };
  using Settled = std::move_only_function<void(Result<Offset>)>;

  struct Parts {
    Scheduler& scheduler;
    CoordinatorLog& log;
    StateMachine& machine;
    std::string name;  // "__consumer_offsets-7", for errors and the broker's log
  };
  explicit Coordinator(Parts parts);
  ~Coordinator();

  // Once. Replays the whole log. kCorruptData if a record cannot be read or understood; the
  // coordinator then stays kFailed. kLoading from the moment the task is started.
  Task<Result<>> load();

  State state() const { return state_; }
  bool is_active() const { return state_ == State::kActive; }

  // Appends `records`, not empty, as one batch. `settled` gets the batch's base offset after the
  // records have been replayed, or the log's error; kNotCoordinator when not active.
  void write(std::vector<Record> records, Settled settled);

  // Parks the response until the outcome's records are committed.
  template <class Response>
  Task<Result<Response>> respond(Outcome<Response> outcome);

  // Refuses new writes and is answered when no write and no load is on its way any more.
  Task<void> stop();

 private:
  struct Inflight {
    std::vector<Record> records;
    Settled settled;
  };
  // The life of the coordinator as a callback sees it.
  struct Alive {
    Coordinator* self;
  };

  Task<Result<>> replay_log();
  Result<> replay_batch(ByteView bytes);
  Result<> replay_batches(ByteView batches);
  Bytes build_batch(const std::vector<Record>& records) const;
  static Task<void> run_append(std::weak_ptr<Alive> alive, Bytes batch, Inflight inflight);
  void settle(Inflight inflight, Result<Offset> result);
  void leave_inflight();

  Parts parts_;
  State state_ = State::kCreated;
  size_t inflight_ = 0;
  std::optional<Promise<void>> drained_;
  std::shared_ptr<Alive> alive_;
};

template <class Response>
Task<Result<Response>> Coordinator::respond(Outcome<Response> outcome) {
  if (outcome.records.empty()) co_return std::move(outcome.response);
  Promise<Result<Offset>> promise;
  Future<Result<Offset>> committed = promise.future();
  write(std::move(outcome.records), [done = std::move(promise)](Result<Offset> result) mutable {
    done.fulfil(std::move(result));
  });
  Result<Offset> result = co_await std::move(committed);
  if (!result) co_return forward(result);
  co_return std::move(outcome.response);
}

}  // namespace tenon::statemachine
