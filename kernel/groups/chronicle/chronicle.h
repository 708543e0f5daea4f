// SPDX-License-Identifier: Apache-2.0
//
// What happened to groups lately: the last rebalances of each, and how often which cause led to one
// or to an eviction. For `tenon group explain`, metrics and support; nothing decides by it. Both
// protocols write it, so it knows neither.
//
//   began ---> phase, came, also, evicted (any number, any order) ---> ended
//     ^                                                                  |
//     +---------------- or began again: the first is superseded ---------+
//
// Not durable: it begins anew when the coordinator is loaded. A group that was deleted and made
// again has the history of its name.
//
// Memory: a group costs nothing until its first rebalance; then at most kNotesPerGroup notes. All
// groups of a coordinator together hold at most bytes_max; the notes of the group whose last
// rebalance began longest ago go first. The counts stay.
//
// Threads: one, the coordinator's. Time is the clock's; durations do not follow its jumps.
#pragma once

#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "groups/chronicle/rebalance_note.h"

namespace tenon::groups {

class Chronicles;

// The chronicle of one group, to write. Holds no notes of its own: make it where it is needed. The
// group id lives as long as it.
class Chronicle {
 public:
  // A rebalance begins, in its first phase; one that is under way is superseded. `epoch` is the
  // group's epoch or generation before it.
  void began(const Reason& reason, int32_t epoch, Phase phase);
  // Something that would have set off a rebalance, if one were not under way.
  void also(const Reason& reason);
  // The rebalance waits for something else from now on.
  void phase(Phase phase);
  // The member did what this phase waits for. Who comes last has held the others back.
  void came(std::string_view member_id);
  // A member is taken out by the coordinator. Belongs to the rebalance under way, else to the next.
  void evicted(std::string_view member_id, Cause why);
  // The rebalance is through; without members the group is empty.
  void ended(int32_t epoch, size_t members);
  bool under_way() const;

 private:
  friend class Chronicles;
  Chronicle(Chronicles& all, std::string_view group_id) : all_(all), group_id_(group_id) {}

  Chronicles& all_;
  std::string_view group_id_;
};

class Chronicles {
 public:
  static constexpr size_t kNotesPerGroup = 8;
  static constexpr size_t kBytesMax = 1 << 20;

  explicit Chronicles(const Clock& clock, size_t bytes_max = kBytesMax)
      : clock_(clock), bytes_max_(bytes_max) {}

  Chronicle of(std::string_view group_id) { return {*this, group_id}; }
  // Oldest first; the last may be under way.
  std::vector<RebalanceNote> notes(std::string_view group_id) const;

  // Since the coordinator was made.
  const CauseCounts& rebalances() const { return rebalances_; }
  const CauseCounts& evictions() const { return evictions_; }

  size_t bytes() const { return bytes_; }
  size_t groups() const { return pages_.size(); }

 private:
  friend class Chronicle;

  // The pages of one group.
  struct Pages {
    std::string group_id;
    std::list<RebalanceNote> notes;
    std::vector<RebalanceNote::Eviction> loose;  // between rebalances, for the next one
    MonoTime began{};                            // of the last note
    MonoTime phase_began{};
    std::string last_to_come;
    MonoTime last_came{};
    size_t bytes = 0;

    RebalanceNote* open();
  };
  using List = std::list<Pages>;  // the latest rebalance first

  Pages* find(std::string_view group_id);
  Pages& get_or_create(std::string_view group_id);
  void close_phase(Pages& pages);
  void close(Pages& pages, Progress progress);
  void charge(Pages& pages);
  void forget(List::iterator pages);
  int64_t ms_since(MonoTime then) const;

  const Clock& clock_;
  size_t bytes_max_;
  size_t bytes_ = 0;
  List pages_;
  std::map<std::string_view, List::iterator, std::less<>> by_group_;  // keys are in pages_
  CauseCounts rebalances_;
  CauseCounts evictions_;
};

}  // namespace tenon::groups
