// SPDX-License-Identifier: Apache-2.0
#include "bridge/chooser.h"

#include "bridge/host_extensions.h"

namespace tenon::bridge {

namespace {

// After so many bytes on one partition, sticky partitioners move on. librdkafka does not say when
// it closes a batch; this is the size at which the Java client does (batch.size, KIP-794).
constexpr uint64_t kBatchBytes = 16384;
// What a record counts if it is not known here: one that waited for the topic's metadata is given
// its partition by a thread of librdkafka, which did not send it.
constexpr size_t kUnknownRecordBytes = 1024;
// How old the news may be that a partition has lost its leader. Asking librdkafka costs tens of
// nanoseconds per partition, and its own view comes from metadata that is older than this.
constexpr int64_t kViewAgeMsMax = 100;
// How many partitions without a leader are asked for again at every record. librdkafka learns of
// leaders one by one when a topic grows: a view of that moment must not last.
constexpr int32_t kAskedAgainMax = 32;
// For how long all partitions of a new topic count as available. librdkafka gives all records that
// waited for the topic's metadata their partitions in one go, and says "available" of those only
// that another of its threads has taken on by then: the records would all go to the first or so.
constexpr int64_t kSettlingMs = 250;

}  // namespace

Chooser::Chooser(std::shared_ptr<Topic> topic)
    : topic_(std::move(topic)), record_bytes_(kUnknownRecordBytes) {}

Chooser::~Chooser() {
  if (state_ != nullptr) plugin().functions().free_state(plugin().self(), state_);
}

int32_t Chooser::choose(const rd_kafka_topic_t* handle, const void* key, size_t key_bytes,
                        int32_t n) {
  prepare(handle, n);
  const bool asks = key != nullptr || plugin().wants_keyless();
  int32_t partition = asks ? ask(key, key_bytes) : TN_PARTITION_ANY;
  if (partition == TN_PARTITION_ANY) {
    partition = pick_sticky();
  } else if (partition < 0 || partition >= n) {
    plugin().count_out_of_range(topic_->route->log, partition, n);
    partition = pick_random();
  }
  count_bytes(partition);
  return partition;
}

// Brings the view of the topic up to date; makes the state at the first record.
void Chooser::prepare(const rd_kafka_topic_t* handle, int32_t n) {
  const tn_partitioner& functions = plugin().functions();
  if (!has_state_) {
    if (TN_HAS(&functions, tn_partitioner, new_state))
      state_ = functions.new_state(plugin().self());
    has_state_ = true;
  }
  const int64_t now_ms = topic_->route->now_ms();
  bool changed = false;
  if (n != view_.n_partitions) {
    resize(n);
    refresh_at_ms_ = topic_->begun_at_ms(now_ms) + kSettlingMs;
    if (now_ms < refresh_at_ms_) take_all_as_available();
    changed = true;
  }
  if (now_ms >= refresh_at_ms_) {
    changed |= refresh(handle);
    refresh_at_ms_ = now_ms + kViewAgeMsMax;
  } else if (n_available_ < n) {
    changed |= ask_again(handle);
  }
  if (!changed) return;
  view_.epoch = topic_->epoch.fetch_add(1, std::memory_order_relaxed) + 1;
}

void Chooser::resize(int32_t n) {
  available_.assign((static_cast<size_t>(n) + 63) / 64, 0);
  batch_bytes_.assign(static_cast<size_t>(n), 0);
  n_available_ = 0;
  ask_next_ = 0;
  view_.struct_size = sizeof view_;
  view_.n_partitions = n;
  view_.name = {reinterpret_cast<const uint8_t*>(topic_->name.data()), topic_->name.size()};
  view_.available = available_.data();
}

void Chooser::take_all_as_available() {
  n_available_ = view_.n_partitions;
  for (int32_t p = 0; p < n_available_; ++p)
    available_[static_cast<size_t>(p) / 64] |= uint64_t{1} << p % 64;
}

// Asks for every partition; whether an answer is new.
bool Chooser::refresh(const rd_kafka_topic_t* handle) {
  bool changed = false;
  for (int32_t p = 0; p < view_.n_partitions; ++p) changed |= ask_availability(handle, p);
  return changed;
}

// Asks for some of those that had no leader, a few after the other.
bool Chooser::ask_again(const rd_kafka_topic_t* handle) {
  bool changed = false;
  int32_t asked = 0;
  for (int32_t i = 0; i < view_.n_partitions && asked < kAskedAgainMax; ++i) {
    const int32_t p = ask_next_;
    ask_next_ = p + 1 < view_.n_partitions ? p + 1 : 0;
    if (is_available(p)) continue;
    changed |= ask_availability(handle, p);
    ++asked;
  }
  return changed;
}

bool Chooser::ask_availability(const rd_kafka_topic_t* handle, int32_t partition) {
  const bool now = topic_->route->api->topic_partition_available(handle, partition) != 0;
  if (now == is_available(partition)) return false;
  available_[static_cast<size_t>(partition) / 64] ^= uint64_t{1} << partition % 64;
  n_available_ += now ? 1 : -1;
  return true;
}

int32_t Chooser::ask(const void* key, size_t key_bytes) {
  tn_record record{};
  record.struct_size = sizeof record;
  record.key = {static_cast<const uint8_t*>(key), key_bytes};
  return plugin().functions().partition(plugin().self(), state_, &view_, &record);
}

// The same partition until a batch is full, so that batches fill; a random one after that.
int32_t Chooser::pick_sticky() {
  const bool keeps = sticky_ >= 0 && sticky_ < view_.n_partitions && is_available(sticky_);
  if (!keeps) sticky_ = pick_random();
  return sticky_;
}

// A uniform choice of the available partitions, or of all when none is.
int32_t Chooser::pick_random() const {
  const int32_t n = n_available_ > 0 ? n_available_ : view_.n_partitions;
  uint64_t skip = next_random() % static_cast<uint64_t>(n);
  if (n_available_ == 0) return static_cast<int32_t>(skip);
  for (size_t i = 0; i < available_.size(); ++i) {
    for (uint64_t word = available_[i]; word != 0; word &= word - 1)
      if (skip-- == 0) return static_cast<int32_t>(i) * 64 + __builtin_ctzll(word);
  }
  return 0;  // not reached: skip is below the number of bits
}

bool Chooser::is_available(int32_t partition) const {
  return (available_[static_cast<size_t>(partition) / 64] >> partition % 64 & 1) != 0;
}

void Chooser::count_bytes(int32_t partition) {
  uint64_t& open = batch_bytes_[static_cast<size_t>(partition)];
  open += record_bytes_;
  if (open < kBatchBytes) return;
  open = 0;
  if (sticky_ == partition) sticky_ = -1;
  const tn_partitioner& functions = plugin().functions();
  if (TN_HAS(&functions, tn_partitioner, on_new_batch))
    functions.on_new_batch(plugin().self(), state_, &view_, partition);
}

}  // namespace tenon::bridge
