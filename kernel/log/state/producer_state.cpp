// SPDX-License-Identifier: Apache-2.0

#include "log/state/producer_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "log/state/blob.h"

namespace tenon::log {
namespace {

constexpr int16_t kVersion = 1;
constexpr size_t kProducerBytesMin = 19;

// Sequences wrap from INT32_MAX to 0.
bool follows(int32_t last, int32_t next) {
  return int64_t{next} == int64_t{last} + 1 ||
         (next == 0 && last == std::numeric_limits<int32_t>::max());
}

ProducerBatch take_batch(BlobReader& reader) {
  ProducerBatch batch;
  batch.first_sequence = reader.take<int32_t>();
  batch.last_sequence = reader.take<int32_t>();
  batch.last_offset = Offset{reader.take<int64_t>()};
  batch.offset_delta = reader.take<int32_t>();
  batch.timestamp_ms = reader.take<int64_t>();
  return batch;
}

}  // namespace

Result<std::optional<ProducerBatch>> ProducerState::check(const record::BatchView& batch) const {
  const auto found = producers_.find(batch.producer_id());
  if (found == producers_.end()) return std::nullopt;
  const Producer& producer = found->second;
  const auto id = batch.producer_id().value;
  if (batch.producer_epoch() < producer.epoch) {
    return fail(Errc::kInvalidProducerEpoch, "",
                fmt::format("producer {} has epoch {}, and epoch {} is over", id,
                            producer.epoch.value, batch.producer_epoch().value));
  }
  const int32_t first = batch.base_sequence();
  if (batch.producer_epoch() > producer.epoch) {
    if (first == 0) return std::nullopt;
    return fail(Errc::kOutOfOrderSequenceNumber, "",
                fmt::format("producer {} begins epoch {} with sequence {} instead of 0", id,
                            batch.producer_epoch().value, first));
  }
  for (size_t i = 0; i < producer.n_batches; ++i) {
    const ProducerBatch& known = producer.batches[i];
    if (known.first_sequence == first && known.last_sequence == batch.last_sequence()) return known;
  }
  const int32_t last =
      producer.n_batches > 0 ? producer.newest().last_sequence : record::kNoSequence;
  if (follows(last, first)) return std::nullopt;
  return fail(Errc::kOutOfOrderSequenceNumber, "",
              fmt::format("producer {} sent sequence {} after {}", id, first, last));
}

void ProducerState::observe(const record::BatchView& batch, int64_t now_ms) {
  if (!batch.has_producer()) return;
  Producer& producer = producers_[batch.producer_id()];
  if (batch.producer_epoch() > producer.epoch) {
    producer.epoch = batch.producer_epoch();
    producer.n_batches = 0;
  }
  producer.last_seen_ms = now_ms;
  // A control batch fences by its epoch and has no sequence.
  if (batch.is_control()) return;
  producer.push({.first_sequence = batch.base_sequence(),
                 .last_sequence = batch.last_sequence(),
                 .last_offset = batch.last_offset(),
                 .offset_delta = batch.last_offset_delta(),
                 .timestamp_ms = batch.max_timestamp()});
}

// The oldest batch leaves a full window.
void ProducerState::Producer::push(const ProducerBatch& batch) {
  if (n_batches == kWindow) {
    std::ranges::rotate(batches, batches.begin() + 1);
    --n_batches;
  }
  batches[n_batches++] = batch;
}

void ProducerState::forget_from(Offset end) {
  for (auto at = producers_.begin(); at != producers_.end();) {
    Producer& producer = at->second;
    const bool had_batches = producer.n_batches > 0;
    while (producer.n_batches > 0 && producer.newest().last_offset >= end) --producer.n_batches;
    at = had_batches && producer.n_batches == 0 ? producers_.erase(at) : std::next(at);
  }
}

void ProducerState::adopt_older(const ProducerState& older) {
  for (const auto& [id, known] : older.producers_) {
    const auto [at, is_new] = producers_.try_emplace(id, known);
    Producer& producer = at->second;
    if (is_new || producer.epoch != known.epoch) continue;
    Producer merged = known;
    while (merged.n_batches > 0 && producer.n_batches > 0 &&
           merged.newest().last_offset >= producer.batches[0].last_offset) {
      --merged.n_batches;
    }
    for (size_t i = 0; i < producer.n_batches; ++i) merged.push(producer.batches[i]);
    merged.last_seen_ms = producer.last_seen_ms;
    producer = merged;
  }
}

void ProducerState::expire(int64_t now_ms, int64_t expiry_ms) {
  std::erase_if(producers_, [&](const auto& producer) {
    return now_ms - producer.second.last_seen_ms >= expiry_ms;
  });
}

Bytes ProducerState::encode(Offset end) const {
  BlobWriter writer(kVersion);
  writer.put(end.value).put(static_cast<int32_t>(producers_.size()));
  for (const auto& [id, producer] : producers_) {
    writer.put(id.value).put(producer.epoch.value).put(producer.last_seen_ms);
    writer.put(static_cast<int8_t>(producer.n_batches));
    for (size_t i = 0; i < producer.n_batches; ++i) {
      const ProducerBatch& batch = producer.batches[i];
      writer.put(batch.first_sequence).put(batch.last_sequence).put(batch.last_offset.value);
      writer.put(batch.offset_delta).put(batch.timestamp_ms);
    }
  }
  return writer.finish();
}

Result<ProducerState::Snapshot> ProducerState::decode(ByteView blob, std::string_view name) {
  auto reader = BlobReader::open(blob, kVersion, name);
  if (!reader) return forward(reader);
  Snapshot snapshot{.state = {}, .end = Offset{reader->take<int64_t>()}};
  const auto count = reader->take<int32_t>();
  if (count < 0 || static_cast<size_t>(count) * kProducerBytesMin > reader->left()) {
    return fail(Errc::kCorruptData, name, "the blob does not hold the producers it announces");
  }
  auto& producers = snapshot.state.producers_;
  producers.reserve(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) {
    const ProducerId id{reader->take<int64_t>()};
    Producer& producer = producers[id];
    producer.epoch = ProducerEpoch{reader->take<int16_t>()};
    producer.last_seen_ms = reader->take<int64_t>();
    producer.n_batches = reader->take<uint8_t>();
    if (producer.n_batches > kWindow) {
      return fail(Errc::kCorruptData, name, "a producer of the blob has too many batches");
    }
    for (size_t b = 0; b < producer.n_batches; ++b) producer.batches[b] = take_batch(*reader);
  }
  if (!reader->complete() || snapshot.end.value < 0) {
    return fail(Errc::kCorruptData, name, "the blob does not hold what it announces");
  }
  return snapshot;
}

}  // namespace tenon::log
