// SPDX-License-Identifier: Apache-2.0
//
// The round-robin partitioner: one record to each partition in turn, whatever its key. Partitions
// without a leader are passed over; if none has one, the turn is kept as if all had.
//
// Each thread and topic counts for itself, so no record waits for another thread. The first state
// begins at partition 0, the next at 1, and so on, so that many short-lived threads do not all
// begin at 0.

#include <atomic>

#include "tenon/partitioner.hpp"

namespace tenon::round_robin {

class RoundRobinPartitioner {
 public:
  static constexpr uint32_t kFlags = TN_PARTITIONER_WANTS_KEYLESS;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";

  struct State {
    explicit State(const RoundRobinPartitioner& owner)
        : next(owner.states_.fetch_add(1, std::memory_order_relaxed)) {}
    uint32_t next;
  };

  int32_t partition(State& state, const Topic& topic, const Record&) const {
    const auto n = static_cast<uint32_t>(topic.size());
    const uint32_t turn = state.next % n;
    const int32_t chosen = topic.next_available(turn);
    const auto taken = chosen < 0 ? turn : static_cast<uint32_t>(chosen);
    state.next = taken + 1;
    return static_cast<int32_t>(taken);
  }

 private:
  mutable std::atomic<uint32_t> states_{0};
};

}  // namespace tenon::round_robin

TENON_PARTITIONER(tenon::round_robin::RoundRobinPartitioner, "round-robin", "1.0.0",
                  "Each partition in turn, whatever the key.")
