// SPDX-License-Identifier: Apache-2.0
//
// The sticky partitioner: keys by murmur2 as the hash partitioner; records without a key all to one
// partition until the host closes a batch there, then to another one, so that batches fill
// (KIP-480). The next partition is drawn uniformly from those that have a leader, without regard to
// their load (the uniform part of KIP-794).
//
// Each thread and topic has its own partition. Randomness comes from the host.

#include "tenon/hash.hpp"
#include "tenon/partitioner.hpp"

namespace tenon::sticky {

constexpr int32_t kNone = -1;

class StickyPartitioner {
 public:
  static constexpr uint32_t kFlags = TN_PARTITIONER_WANTS_KEYLESS;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";

  struct State {
    int32_t current = kNone;
  };

  StickyPartitioner(const Options&, const Host& host) : random_(host.random()) {}

  int32_t partition(State& state, const Topic& topic, const Record& record) const {
    if (const std::optional<ByteView> key = record.key())
      return murmur2_partition(*key, topic.size());
    const bool usable =
        state.current != kNone && state.current < topic.size() && topic.available(state.current);
    if (!usable) state.current = draw(topic, kNone);
    return state.current;
  }

  // Batches of keyed records close, too; only the end of our own batch is a reason to move.
  void on_new_batch(State& state, const Topic& topic, int32_t partition) const {
    if (state.current == partition) state.current = draw(topic, partition);
  }

 private:
  // A partition with a leader, and another one than `old` if there is one. Any at all if none has
  // one.
  int32_t draw(const Topic& topic, int32_t old) const {
    const auto fits = [&](int32_t p) { return p != old && topic.available(p); };
    uint64_t n = 0;
    for (int32_t p = 0; p < topic.size(); p++) n += fits(p) ? 1 : 0;
    if (n == 0) {
      if (old != kNone && old < topic.size() && topic.available(old)) return old;
      return static_cast<int32_t>(below(static_cast<uint64_t>(topic.size())));
    }
    uint64_t left = below(n);
    for (int32_t p = 0; p < topic.size(); p++)
      if (fits(p) && left-- == 0) return p;
    return 0;  // not reached: n of them fit
  }

  // Uniform enough: the bias of the modulo is below 2^-44 for any number of partitions.
  uint64_t below(uint64_t n) const { return random_.next(random_.ctx) % n; }

  const tn_host_random& random_;
};

}  // namespace tenon::sticky

TENON_PARTITIONER(tenon::sticky::StickyPartitioner, "sticky", "1.0.0",
                  "Keys by murmur2; records without a key stick to one partition per batch.")
