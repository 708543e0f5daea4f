// SPDX-License-Identifier: Apache-2.0

#include "statemachine/coordinator.h"

#include "base/log.h"
#include "record/batch.h"
#include "record/builder.h"
#include "record/reader.h"

namespace tenon::statemachine {

Coordinator::Coordinator(Parts parts)
    : parts_(std::move(parts)), alive_(std::make_shared<Alive>(Alive{this})) {}

Coordinator::~Coordinator() = default;

Task<Result<>> Coordinator::load() {
  TN_ASSERT(state_ == State::kCreated);
  state_ = State::kLoading;
  ++inflight_;
  Result<> result = co_await replay_log();
  // stop() may have come in between; what it said stays.
  if (state_ == State::kLoading)
    state_ = result ? State::kActive : State::kFailed;
  else if (result)
    result = fail(Errc::kShutdown, parts_.name, "stopped while it was loading");
  leave_inflight();
  co_return result;
}

Task<Result<>> Coordinator::replay_log() {
  Result<> replayed;
  Result<> read = co_await parts_.log.read_all([this, &replayed](ByteView batches) {
    if (replayed) replayed = replay_batches(batches);
  });
  if (!read) co_return read;
  co_return replayed;
}

Result<> Coordinator::replay_batches(ByteView batches) {
  while (!batches.empty()) {
    auto batch = record::find_batch(batches);
    if (!batch) return forward(batch);
    if (!*batch) return fail(Errc::kCorruptData, parts_.name, "its log shows a cut batch");
    if (auto done = replay_batch((*batch)->bytes()); !done) return done;
    batches = batches.subspan((*batch)->size_bytes());
  }
  return {};
}

Result<> Coordinator::replay_batch(ByteView bytes) {
  const record::BatchView batch(bytes);
  if (batch.is_control()) return {};
  if (batch.codec_id() != 0) {
    return fail(Errc::kUnsupportedCompressionType, parts_.name,
                "its log holds a compressed batch, which a coordinator does not read");
  }
  record::RecordReader reader(batch.records());
  record::RecordView record;
  while (reader.next(record)) {
    // Compaction needs keys, so a record without one was not written by a coordinator.
    if (!record.key) return fail(Errc::kCorruptData, parts_.name, "its log holds a keyless record");
    const CommittedRecord committed{*record.key, record.value};
    if (auto done = parts_.machine.replay(committed); !done) return done;
  }
  if (reader.damaged()) return fail(Errc::kCorruptData, parts_.name, "a record is damaged");
  return {};
}

Bytes Coordinator::build_batch(const std::vector<Record>& records) const {
  record::BatchBuilder builder;
  const int64_t now_ms = parts_.scheduler.clock().wall_ms();
  for (const Record& record : records) {
    record::NewRecord added{.timestamp_ms = now_ms, .key = record.key};
    if (record.value) added.value = *record.value;
    builder.add(added);
  }
  return builder.build();
}

void Coordinator::write(std::vector<Record> records, Settled settled) {
  TN_ASSERT(!records.empty());
  ++inflight_;
  Inflight inflight{std::move(records), std::move(settled)};
  if (is_active()) {
    Bytes batch = build_batch(inflight.records);
    spawn(run_append(alive_, std::move(batch), std::move(inflight)));
    return;
  }
  parts_.scheduler.post(
      [this, alive = std::weak_ptr(alive_), inflight = std::move(inflight)]() mutable {
        if (alive.expired()) return;
        settle(std::move(inflight), fail(Errc::kNotCoordinator, parts_.name, "it is not active"));
      });
}

// Touches the coordinator only where the pointer still holds: the log may answer after its end.
Task<void> Coordinator::run_append(std::weak_ptr<Alive> alive, Bytes batch, Inflight inflight) {
  Coordinator* self = alive.lock()->self;
  Scheduler& scheduler = self->parts_.scheduler;
  Result<Offset> result = co_await self->parts_.log.append(std::move(batch));
  // Posted even when the log answers at once, so that write() never calls back from inside.
  scheduler.post([alive = std::move(alive), inflight = std::move(inflight),
                  result = std::move(result)]() mutable {
    if (auto living = alive.lock()) living->self->settle(std::move(inflight), std::move(result));
  });
}

void Coordinator::settle(Inflight inflight, Result<Offset> result) {
  if (result) {
    for (const Record& record : inflight.records) {
      CommittedRecord committed{.key = record.key, .value = std::nullopt};
      if (record.value) committed.value = *record.value;
      // What the machine has decided itself it must understand.
      TN_ASSERT(parts_.machine.replay(committed));
    }
  } else {
    log_warn("{}: records could not be written: {}", parts_.name, result.error().text());
  }
  inflight.settled(std::move(result));
  leave_inflight();
}

void Coordinator::leave_inflight() {
  --inflight_;
  if (inflight_ > 0 || !drained_) return;
  auto drained = std::exchange(drained_, std::nullopt);
  drained->fulfil();
}

Task<void> Coordinator::stop() {
  state_ = State::kStopped;
  if (inflight_ == 0) co_return;
  drained_.emplace();
  co_await drained_->future();
}

}  // namespace tenon::statemachine
