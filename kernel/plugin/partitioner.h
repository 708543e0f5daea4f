// SPDX-License-Identifier: Apache-2.0
//
// Typed handle over the partitioner ABI (tenon/partitioner.h). It checks every answer: what it
// returns is a partition of the topic, whatever the plugin says.
//
// The plugin behind it can be exchanged while it is in use: a State that meets a new generation
// begins it with a new state of the plugin, and the old one is freed by the generation that made
// it. A generation is let go of when the last State has left it.
//
// Threads: choose, choose_batch and on_new_batch from any thread, each with a State of its own;
// swap from one at a time, beside them. No allocation and no lock per record, but for the first
// after a swap.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "plugin/swap/published.h"
#include "plugin/watch/watch.h"
#include "tenon/partitioner.h"

namespace tenon::plugin {

class Partitioner {
  struct Generation {
    const tn_partitioner& api;
    void* self;
    std::shared_ptr<const void> instance;  // keeps `self` alive
    const Suspect* suspect;                // this version, should the process die in it

    bool shows(const tn_record& record) const {
      return record.key.data || (api.flags & TN_PARTITIONER_WANTS_KEYLESS) != 0;
    }
  };

 public:
  // What one thread keeps for one topic. Not to be shared; must not outlive its partitioner.
  class State {
   public:
    State(State&& other) noexcept;
    State& operator=(State&&) = delete;
    State(const State&) = delete;
    ~State();

    // Tells the metrics of the last calls, which happens by itself only now and then, and at the
    // end: an atomic addition costs as much as a partition. Once for many calls.
    void flush_count();

   private:
    friend class Partitioner;
    State(const Partitioner& owner, uint64_t seed);
    void move_to(std::shared_ptr<Generation> generation);
    void free_raw();
    // Counts a call. True for the few that are to be timed.
    bool count();

    const Partitioner* owner_;
    std::shared_ptr<Generation> generation_;  // null once moved from
    uint32_t calls_ = 0;                      // since the last that was timed
    uint32_t counted_ = 0;                    // of them: those that the metrics know of
    void* raw_;                               // of generation_
    uint64_t random_;                         // of the host's own choice
    int32_t sticky_ = -1;                     // the host's own choice until the next batch
  };

  // `instance` is let go of after the last call on `self`; null if somebody else keeps that alive.
  Partitioner(std::string name, const tn_partitioner& api, void* self,
              std::shared_ptr<const void> instance = nullptr, const Watch& watch = Watch::none());
  Partitioner(const Partitioner&) = delete;
  Partitioner& operator=(const Partitioner&) = delete;

  // `seed` decides what the host picks where the plugin leaves it the choice.
  State new_state(uint64_t seed = 0) const;

  // The partition of one record, always in [0, topic.n_partitions). When the plugin leaves the
  // choice (TN_PARTITION_ANY) or answers with something that is no partition, the host picks an
  // available one and stays with it until the next batch; the latter is counted. A record without
  // a key is not shown to a plugin that does not want it.
  int32_t choose(State& state, const tn_topic_view& topic, const tn_record& record) const;
  // The partitions of as many records, in order: what as many calls of choose would have answered.
  // One call of the plugin serves many records, if it has partition_batch.
  void choose_batch(State& state, const tn_topic_view& topic,
                    std::span<const tn_record* const> records, std::span<int32_t> partitions) const;
  // What the plugin itself says of a record: nothing where it leaves the choice to the host, where
  // the record is not shown to it, and where its answer is no partition, which is counted.
  std::optional<int32_t> opinion(State& state, const tn_topic_view& topic,
                                 const tn_record& record) const;
  // A batch on `partition` is full: sticky choices move on (KIP-480).
  void on_new_batch(State& state, const tn_topic_view& topic, int32_t partition) const;

  // What is chosen from now on is chosen by this plugin.
  void swap(const tn_partitioner& api, void* self, std::shared_ptr<const void> instance);

  // How many answers were no partition of the topic.
  uint64_t out_of_range() const { return out_of_range_.load(std::memory_order_relaxed); }
  const std::string& name() const { return name_; }
  bool needs_value() const { return (flags() & TN_PARTITIONER_NEEDS_VALUE) != 0; }
  bool needs_headers() const { return (flags() & TN_PARTITIONER_NEEDS_HEADERS) != 0; }
  bool stateful() const { return (flags() & TN_PARTITIONER_STATEFUL) != 0; }
  bool wants_keyless() const { return (flags() & TN_PARTITIONER_WANTS_KEYLESS) != 0; }

 private:
  const Generation& generation_of(State& state) const;
  // The answer, if it is a partition of the topic; counts what is neither that nor a pass.
  std::optional<int32_t> valid(const CallMeter& meter, const tn_topic_view& topic,
                               int32_t answer) const;
  int32_t time_call(const Generation& now, State& state, const tn_topic_view& topic,
                    const tn_record& record) const;
  void call_batch(const Generation& now, State& state, const tn_topic_view& topic,
                  std::span<const tn_record* const> records, int32_t* partitions) const;
  // A call for so many records has come back.
  void note_time(const CallMeter& meter, Duration took, size_t records) const;
  int32_t pick(State& state, const tn_topic_view& topic) const;
  void count_out_of_range(const CallMeter& meter, const tn_topic_view& topic, int32_t answer) const;
  uint32_t flags() const { return flags_.load(std::memory_order_relaxed); }

  std::string name_;
  Published<Generation> generations_;
  std::atomic<uint32_t> flags_;  // of the latest generation
  const Watch& watch_;
  CallMeter partition_ = watch_.meter("partition");
  CallMeter partition_batch_ = watch_.meter("partition_batch");
  mutable std::atomic<bool> slowness_told_{false};  // of the latest generation
  mutable std::atomic<uint64_t> out_of_range_{0};
};

}  // namespace tenon::plugin
