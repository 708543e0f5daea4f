// SPDX-License-Identifier: Apache-2.0

#include "statemachine/sim_log.h"

#include "record/reader.h"

namespace tenon::statemachine {
namespace {

void copy_records(ByteView bytes, std::vector<Record>& out) {
  record::RecordReader reader(record::BatchView(bytes).records());
  record::RecordView record;
  while (reader.next(record)) {
    TN_ASSERT(record.key);
    Record copy{.key = Bytes(record.key->begin(), record.key->end()), .value = std::nullopt};
    if (record.value) copy.value = Bytes(record.value->begin(), record.value->end());
    out.push_back(std::move(copy));
  }
}

}  // namespace

Task<Result<Offset>> SimLog::append(Bytes batch) {
  if (!held_) co_return commit(std::move(batch));
  waiting_.push_back(Held{std::move(batch), {}});
  co_return co_await waiting_.back().done.future();
}

Task<Result<>> SimLog::read_all(std::function<void(ByteView batches)> sink) {
  if (held_) {
    readers_.emplace_back();
    co_await readers_.back().future();
  }
  if (failure_) co_return fail(*failure_, "sim log", "told to fail");
  for (const Bytes& batch : batches_) sink(batch);
  co_return Result<>{};
}

void SimLog::release() {
  held_ = false;
  while (!waiting_.empty()) {
    Held next = std::move(waiting_.front());
    waiting_.pop_front();
    Result<Offset> result = commit(std::move(next.batch));
    next.done.fulfil(std::move(result));
  }
  for (Promise<void>& reader : std::exchange(readers_, {})) reader.fulfil();
}

std::vector<Record> SimLog::records_of(size_t index) const {
  std::vector<Record> records;
  copy_records(batches_.at(index), records);
  return records;
}

std::vector<Record> SimLog::all_records() const {
  std::vector<Record> records;
  for (const Bytes& batch : batches_) copy_records(batch, records);
  return records;
}

Result<Offset> SimLog::commit(Bytes batch) {
  if (failure_) return fail(*failure_, "sim log", "told to fail");
  return store(std::move(batch));
}

Offset SimLog::store(Bytes batch) {
  const Offset base = end_;
  record::patch_base_offset(batch, base);
  end_ = Offset{base.value + record::BatchView(batch).count()};
  batches_.push_back(std::move(batch));
  return base;
}

}  // namespace tenon::statemachine
