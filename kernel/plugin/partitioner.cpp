// SPDX-License-Identifier: Apache-2.0
#include "plugin/partitioner.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "base/log.h"

namespace tenon::plugin {

namespace {

constexpr int32_t kNoAnswer = INT32_MIN;
// Of so many calls one is timed, and their number told to the metrics at once.
constexpr uint32_t kCallsPerTimed = 256;
constexpr Duration kSlow = std::chrono::milliseconds(1);  // for a record

// splitmix64 (Steele, Lea, Flood 2014).
uint64_t next_random(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// The bits of word `index` that stand for partitions of the topic.
uint64_t available_word(const tn_topic_view& topic, int32_t index) {
  const int32_t left = topic.n_partitions - index * 64;
  const uint64_t valid = left >= 64 ? ~0ULL : (1ULL << left) - 1;
  return topic.available[index] & valid;
}

bool is_available(const tn_topic_view& topic, int32_t partition) {
  if (!topic.available) return true;
  return (topic.available[partition / 64] >> (partition % 64) & 1) != 0;
}

// A uniform choice of the available partitions, or of all when none is.
int32_t random_partition(const tn_topic_view& topic, uint64_t random) {
  const auto n = static_cast<uint64_t>(topic.n_partitions);
  if (!topic.available) return static_cast<int32_t>(random % n);
  const int32_t words = (topic.n_partitions + 63) / 64;
  uint64_t available = 0;
  for (int32_t i = 0; i < words; ++i)
    available += static_cast<uint64_t>(std::popcount(available_word(topic, i)));
  if (available == 0) return static_cast<int32_t>(random % n);
  uint64_t skip = random % available;
  for (int32_t i = 0; i < words; ++i) {
    uint64_t word = available_word(topic, i);
    for (; word != 0; word &= word - 1) {
      if (skip-- == 0) return i * 64 + std::countr_zero(word);
    }
  }
  return 0;  // not reached: skip is below the number of bits
}

}  // namespace

Partitioner::State::State(const Partitioner& owner, uint64_t seed)
    : owner_(&owner), raw_(nullptr), random_(seed) {
  move_to(owner.generations_.latest());
}

Partitioner::State::State(State&& other) noexcept
    : owner_(other.owner_),
      generation_(std::move(other.generation_)),
      calls_(std::exchange(other.calls_, 0)),
      counted_(std::exchange(other.counted_, 0)),
      raw_(std::exchange(other.raw_, nullptr)),
      random_(other.random_),
      sticky_(other.sticky_) {}

Partitioner::State::~State() {
  flush_count();
  free_raw();
}

void Partitioner::State::free_raw() {
  if (!raw_) return;
  const CallScope call(generation_->suspect, "free_state");
  generation_->api.free_state(generation_->self, raw_);
}

void Partitioner::State::flush_count() {
  if (calls_ > counted_ && owner_->partition_.calls)
    owner_->partition_.calls->add(calls_ - counted_);
  counted_ = calls_;
}

bool Partitioner::State::count() {
  if (++calls_ < kCallsPerTimed) return false;
  flush_count();
  calls_ = counted_ = 0;
  return owner_->watch_.clock() != nullptr;
}

void Partitioner::State::move_to(std::shared_ptr<Generation> generation) {
  free_raw();
  generation_ = std::move(generation);
  const tn_partitioner& api = generation_->api;
  const CallScope call(generation_->suspect, "new_state");
  raw_ = TN_HAS(&api, tn_partitioner, new_state) ? api.new_state(generation_->self) : nullptr;
}

Partitioner::Partitioner(std::string name, const tn_partitioner& api, void* self,
                         std::shared_ptr<const void> instance, const Watch& watch)
    : name_(std::move(name)),
      generations_(std::make_shared<Generation>(api, self, std::move(instance), watch.suspect())),
      flags_(api.flags),
      watch_(watch) {}

void Partitioner::swap(const tn_partitioner& api, void* self,
                       std::shared_ptr<const void> instance) {
  flags_.store(api.flags, std::memory_order_relaxed);
  generations_.publish(
      std::make_shared<Generation>(api, self, std::move(instance), watch_.suspect()));
  slowness_told_.store(false, std::memory_order_relaxed);
}

Partitioner::State Partitioner::new_state(uint64_t seed) const {
  return State(*this, seed);
}

const Partitioner::Generation& Partitioner::generation_of(State& state) const {
  if (!generations_.is_latest(state.generation_)) [[unlikely]]
    state.move_to(generations_.latest());
  return *state.generation_;
}

int32_t Partitioner::choose(State& state, const tn_topic_view& topic,
                            const tn_record& record) const {
  const auto said = opinion(state, topic, record);
  return said ? *said : pick(state, topic);
}

std::optional<int32_t> Partitioner::opinion(State& state, const tn_topic_view& topic,
                                            const tn_record& record) const {
  TN_ASSERT(topic.n_partitions > 0);
  const Generation& now = generation_of(state);
  if (!now.shows(record)) return std::nullopt;
  const CallScope call(now.suspect, partition_.function);
  if (state.count()) [[unlikely]]
    return valid(partition_, topic, time_call(now, state, topic, record));
  return valid(partition_, topic, now.api.partition(now.self, state.raw_, &topic, &record));
}

int32_t Partitioner::time_call(const Generation& now, State& state, const tn_topic_view& topic,
                               const tn_record& record) const {
  const MonoTime began = watch_.clock()->now();
  const int32_t answer = now.api.partition(now.self, state.raw_, &topic, &record);
  note_time(partition_, watch_.clock()->now() - began, 1);
  return answer;
}

// Few enough to time them all.
void Partitioner::call_batch(const Generation& now, State& state, const tn_topic_view& topic,
                             std::span<const tn_record* const> records, int32_t* partitions) const {
  const CallScope call(now.suspect, partition_batch_.function);
  if (partition_batch_.calls) partition_batch_.calls->add();
  const Clock* clock = watch_.clock();
  const MonoTime began = clock ? clock->now() : MonoTime{};
  now.api.partition_batch(now.self, state.raw_, &topic, records.data(), records.size(), partitions);
  if (clock) note_time(partition_batch_, clock->now() - began, records.size());
}

void Partitioner::note_time(const CallMeter& meter, Duration took, size_t records) const {
  if (meter.seconds) meter.seconds->observe(took);
  if (took <= kSlow * static_cast<int64_t>(records)) return;
  if (slowness_told_.exchange(true, std::memory_order_relaxed)) return;
  const std::string what = records == 1 ? "one record" : std::to_string(records) + " records";
  log_warn(
      "partitioner {} took {} ms for {}; the broker's requests wait for it; this is said only once",
      name_, std::chrono::duration_cast<std::chrono::milliseconds>(took).count(), what);
}

void Partitioner::choose_batch(State& state, const tn_topic_view& topic,
                               std::span<const tn_record* const> records,
                               std::span<int32_t> partitions) const {
  TN_ASSERT(topic.n_partitions > 0 && partitions.size() == records.size());
  const Generation& now = generation_of(state);
  const bool in_batches = TN_HAS(&now.api, tn_partitioner, partition_batch);
  size_t at = 0;
  while (at < records.size()) {
    size_t end = at;
    while (in_batches && end < records.size() && now.shows(*records[end])) ++end;
    if (end == at) {
      partitions[at] = choose(state, topic, *records[at]);
      ++at;
      continue;
    }
    // What the plugin leaves as it is must not pass for an answer.
    std::fill(partitions.begin() + at, partitions.begin() + end, kNoAnswer);
    call_batch(now, state, topic, records.subspan(at, end - at), &partitions[at]);
    for (; at < end; ++at) {
      const auto said = valid(partition_batch_, topic, partitions[at]);
      partitions[at] = said ? *said : pick(state, topic);
    }
  }
}

std::optional<int32_t> Partitioner::valid(const CallMeter& meter, const tn_topic_view& topic,
                                          int32_t answer) const {
  if (answer >= 0 && answer < topic.n_partitions) return answer;
  if (answer != TN_PARTITION_ANY) count_out_of_range(meter, topic, answer);
  return std::nullopt;
}

void Partitioner::on_new_batch(State& state, const tn_topic_view& topic, int32_t partition) const {
  if (state.sticky_ == partition) state.sticky_ = -1;
  const Generation& now = generation_of(state);
  if (!TN_HAS(&now.api, tn_partitioner, on_new_batch)) return;
  const CallScope call(now.suspect, "on_new_batch");
  now.api.on_new_batch(now.self, state.raw_, &topic, partition);
}

int32_t Partitioner::pick(State& state, const tn_topic_view& topic) const {
  const bool keeps = state.sticky_ >= 0 && state.sticky_ < topic.n_partitions &&
                     is_available(topic, state.sticky_);
  if (!keeps) state.sticky_ = random_partition(topic, next_random(state.random_));
  return state.sticky_;
}

void Partitioner::count_out_of_range(const CallMeter& meter, const tn_topic_view& topic,
                                     int32_t answer) const {
  if (meter.errors) meter.errors->add();
  if (out_of_range_.fetch_add(1, std::memory_order_relaxed) > 0) return;
  log_warn(
      "partitioner {} answered {} for a topic of {} partitions; the host picks instead, and says "
      "so only once",
      name_, answer, topic.n_partitions);
}

}  // namespace tenon::plugin
