// SPDX-License-Identifier: Apache-2.0
//
// What a log knows of its idempotent producers (KIP-98): the epoch of each, and its last five
// batches, so that a batch sent twice is told from a new one and a gap is seen. The log asks
// check() before it appends and calls observe() after; both for one batch, without allocating but
// for a producer seen first.
//
// Kept beyond the records' own life: retention does not make the log forget a producer, only time
// does (producer.id.expiration.ms since it was last seen here).
//
//   content := end:int64  count:int32  producer*
//   producer := id:int64  epoch:int16  last_seen_ms:int64  n:int8  batch[n], oldest first
//   batch := first_sequence:int32  last_sequence:int32  last_offset:int64  offset_delta:int32
//            timestamp_ms:int64
//
// A value; one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "record/batch.h"

namespace tenon::log {

// A batch that was appended.
struct ProducerBatch {
  int32_t first_sequence = record::kNoSequence;
  int32_t last_sequence = record::kNoSequence;
  Offset last_offset{};
  int32_t offset_delta = 0;  // last offset - first offset
  int64_t timestamp_ms = record::kNoTimestamp;

  Offset first_offset() const { return Offset{last_offset.value - offset_delta}; }
  bool operator==(const ProducerBatch&) const = default;
};

class ProducerState {
 public:
  // As many as a producer may have in flight.
  static constexpr size_t kWindow = 5;

  // Judges a client's batch that has a producer id. nullopt = new and in order; a batch = it is a
  // duplicate of that one. kInvalidProducerEpoch from an older incarnation,
  // kOutOfOrderSequenceNumber for a gap. A producer that is not known may begin with any sequence,
  // because what was known of it may have expired.
  Result<std::optional<ProducerBatch>> check(const record::BatchView& batch) const;
  // Takes note of a batch in the log, with its final offset; batches without a producer are
  // ignored.
  void observe(const record::BatchView& batch, int64_t now_ms);
  // Forgets producers that were last seen `expiry_ms` ago or earlier.
  void expire(int64_t now_ms, int64_t expiry_ms);
  // Forgets batches that end at or after `end`, and producers of whom nothing is left: the log was
  // cut there.
  void forget_from(Offset end);
  // Takes over what `older`, an earlier state of the same log, knows of producers and batches from
  // before those known here: records that are deleted, but not forgotten.
  void adopt_older(const ProducerState& older);
  size_t size() const { return producers_.size(); }

  // The state of a log that ends at `end`.
  Bytes encode(Offset end) const;
  struct Snapshot;
  // kCorruptData for anything that encode() cannot have written.
  static Result<Snapshot> decode(ByteView blob, std::string_view name);

 private:
  struct Producer {
    void push(const ProducerBatch& batch);
    const ProducerBatch& newest() const { return batches[n_batches - 1U]; }

    ProducerEpoch epoch = record::kNoProducerEpoch;
    int64_t last_seen_ms = 0;
    uint8_t n_batches = 0;
    std::array<ProducerBatch, kWindow> batches;  // oldest first
  };
  std::unordered_map<ProducerId, Producer> producers_;
};

struct ProducerState::Snapshot {
  ProducerState state;
  Offset end{};
};

}  // namespace tenon::log
