// SPDX-License-Identifier: Apache-2.0
//
// Makes the counts of Shares optimal: Level the balance, Refine the rest. Part of balance.hpp; one
// thread.
//
// Invariant of both: the shares of a class always add up to its size.
#pragma once

#include <algorithm>
#include <vector>

#include "shares.hpp"

namespace tenon {
inline namespace sdk {
namespace detail {

// The cost of a partition more or less. kFar is more than all the moves of one exchange, and the
// balance more than all the far readers: an exchange has at most one step per member and class.
constexpr int64_t kMove = 1;
constexpr int64_t kFar = int64_t{1} << 20;
constexpr int64_t kBalance = int64_t{1} << 40;

inline int64_t cost_to_give(const Share& share) {
  return (share.far ? kFar : 0) + (share.given >= share.had ? kMove : 0);
}
inline int64_t cost_to_take(const Share& share) {
  return (share.far ? -kFar : 0) - (share.given > share.had ? kMove : 0);
}

// Sheds load until no exchange makes the balance better. Members only ever shed at the highest
// level that there is, to members two below it, so whoever has shed is not given anything again.
class Level {
 public:
  Level(const Group& group, Shares& shares) : group_(group), s_(shares) {
    make_seats();
    seen_.assign(s_.members(), 0);
    entry_.assign(s_.members(), kNone);
    settled_.assign(s_.members(), false);
    class_seen_.assign(s_.classes(), 0);
    exit_.assign(s_.classes(), kNone);
  }

  void run() {
    if (s_.load.empty()) return;
    const uint32_t highest = *std::max_element(s_.load.begin(), s_.load.end());
    at_level_.resize(highest + 1);
    for (uint32_t m = 0; m < s_.members(); m++) at_level_[s_.load[m]].push_back(m);
    for (uint32_t level = highest; level >= 2; level--) {
      for (size_t i = 0; i < at_level_[level].size(); i++) {
        const uint32_t member = at_level_[level][i];
        while (s_.load[member] == level && !settled_[member] && shed(member, level)) {
        }
      }
      at_level_[level] = {};
    }
  }

 private:
  // Who of a class might be given something, the least loaded on top. Loads change behind its back,
  // so the top is renewed before it is believed. A load that fell is believed to be higher, but
  // whoever has shed is no candidate.
  struct Seat {
    uint32_t load, share;
    bool operator<(const Seat& other) const {
      if (load != other.load) return load > other.load;
      return share > other.share;
    }
  };

  void make_seats() {
    for (uint32_t i = 0; i < s_.shares.size(); i++)
      seats_.push_back({s_.load[s_.shares[i].member], i});
    for (uint32_t part = 0; part < s_.classes(); part++)
      std::make_heap(seats_.begin() + s_.class_at[part], seats_.begin() + s_.class_at[part + 1]);
  }
  Seat lowest(uint32_t part) {
    const auto begin = seats_.begin() + s_.class_at[part];
    const auto end = seats_.begin() + s_.class_at[part + 1];
    for (;;) {
      const uint32_t load = s_.load[s_.shares[begin->share].member];
      if (load == begin->load) return *begin;
      std::pop_heap(begin, end);
      (end - 1)->load = load;
      std::push_heap(begin, end);
    }
  }

  bool shed(uint32_t member, uint32_t level) {
    if (++sheds_ % 256 == 0) group_.give_up_if_stopped();
    return shed_directly(member, level) || shed_by_exchange(member, level);
  }

  // To the least loaded, at the least cost.
  bool shed_directly(uint32_t member, uint32_t level) {
    uint32_t from = kNone, to = kNone;
    std::pair<uint32_t, int64_t> best{level - 1, 0};
    for (uint32_t i = s_.own_at[member]; i < s_.own_at[member + 1]; i++) {
      const uint32_t own = s_.own[i];
      if (s_.shares[own].given == 0) continue;
      const Seat seat = lowest(s_.shares[own].part);
      const int64_t cost = cost_to_take(s_.shares[own]) + cost_to_give(s_.shares[seat.share]);
      if (seat.load > level - 2 || std::make_pair(seat.load, cost) >= best) continue;
      best = {seat.load, cost};
      from = own;
      to = seat.share;
    }
    if (from == kNone) return false;
    move(from, to);
    return true;
  }

  // Breadth first over members and classes. Members from which nothing leads lower are settled:
  // whatever can be reached from them stays within one of this level, so nobody needs to look there
  // again.
  bool shed_by_exchange(uint32_t member, uint32_t level) {
    search_++;
    queue_.assign(1, member);
    seen_[member] = search_;
    for (size_t next = 0; next < queue_.size(); next++) {
      const uint32_t giver = queue_[next];
      for (uint32_t i = s_.own_at[giver]; i < s_.own_at[giver + 1]; i++) {
        const Share& own = s_.shares[s_.own[i]];
        if (own.given == 0 || class_seen_[own.part] == search_) continue;
        class_seen_[own.part] = search_;
        exit_[own.part] = s_.own[i];
        const Seat seat = lowest(own.part);
        if (seat.load + 2 <= level) {
          exchange(member, seat.share);
          return true;
        }
        enter(own.part);
      }
    }
    for (const uint32_t reached : queue_) settled_[reached] = true;
    return false;
  }
  void enter(uint32_t part) {
    for (uint32_t i = s_.class_at[part]; i < s_.class_at[part + 1]; i++) {
      const uint32_t taker = s_.shares[i].member;
      if (seen_[taker] == search_ || settled_[taker]) continue;
      seen_[taker] = search_;
      entry_[taker] = i;
      queue_.push_back(taker);
    }
  }
  // Along the path that the search found, backwards from where it ends.
  void exchange(uint32_t first, uint32_t to) {
    for (;;) {
      const uint32_t from = exit_[s_.shares[to].part];
      move(from, to);
      if (s_.shares[from].member == first) return;
      to = entry_[s_.shares[from].member];
    }
  }
  void move(uint32_t from, uint32_t to) {
    s_.take(from);
    s_.give(to);
    for (const uint32_t share : {from, to}) {
      const uint32_t member = s_.shares[share].member;
      if (s_.load[member] < at_level_.size()) at_level_[s_.load[member]].push_back(member);
    }
  }

  const Group& group_;
  Shares& s_;
  std::vector<Seat> seats_;  // a heap per class
  std::vector<std::vector<uint32_t>> at_level_;
  uint32_t search_ = 0, sheds_ = 0;
  std::vector<uint32_t> seen_, class_seen_;  // the search that saw it last
  std::vector<uint32_t> entry_, exit_;       // the share by which it was reached, and is left
  std::vector<bool> settled_;
  std::vector<uint32_t> queue_;
};

// Makes exchanges that cost less than nothing. A graph of members, classes and one sink: a member
// gives to a class, a class to a member; the sink stands between members whose loads rise and fall.
class Refine {
 public:
  Refine(const Group& group, Shares& shares) : group_(group), s_(shares) {}

  void run() {
    steps_ = 0;
    do {
      distance_.assign(nodes(), 0);
      parent_.assign(nodes(), kNone);
      by_.assign(nodes(), kNone);
      if (!find_cycles()) return;
    } while (steps_ < kRefineSteps);
  }

  static constexpr uint64_t kRefineSteps = 400'000'000;

 private:
  uint32_t nodes() const { return s_.members() + s_.classes() + 1; }
  uint32_t sink() const { return s_.members() + s_.classes(); }
  uint32_t node_of_class(uint32_t part) const { return s_.members() + part; }

  // Relaxes until the shortest paths are known (false) or there were cycles to be made (true).
  bool find_cycles() {
    while (relax()) {
      group_.give_up_if_stopped();
      steps_ += 2 * s_.shares.size() + 2 * s_.members();
      if (make_cycles()) return true;
      if (steps_ >= kRefineSteps) return false;
    }
    return false;
  }
  bool relax() {
    bool changed = false;
    for (uint32_t m = 0; m < s_.members(); m++)
      if (s_.load[m] > 0) changed |= reach(sink(), m, m, kBalance * (1 - int64_t{s_.load[m]}));
    for (uint32_t i = 0; i < s_.shares.size(); i++) {
      const Share& share = s_.shares[i];
      if (share.given > 0)
        changed |= reach(share.member, node_of_class(share.part), i, cost_to_take(share));
    }
    for (uint32_t i = 0; i < s_.shares.size(); i++) {
      const Share& share = s_.shares[i];
      changed |= reach(node_of_class(share.part), share.member, i, cost_to_give(share));
    }
    for (uint32_t m = 0; m < s_.members(); m++)
      changed |= reach(m, sink(), m, kBalance * s_.load[m]);
    return changed;
  }
  bool reach(uint32_t from, uint32_t to, uint32_t by, int64_t cost) {
    if (distance_[from] + cost >= distance_[to]) return false;
    distance_[to] = distance_[from] + cost;
    parent_[to] = from;
    by_[to] = by;
    return true;
  }

  // Makes every cycle of the parents' graph; they share no node, so one does not spoil the next.
  bool make_cycles() {
    bool made = false;
    walk_of_.assign(nodes(), 0);
    for (uint32_t start = 0, walk = 1; start < nodes(); start++, walk++) {
      uint32_t node = start;
      while (node != kNone && walk_of_[node] == 0) {
        walk_of_[node] = walk;
        node = parent_[node];
      }
      if (node != kNone && walk_of_[node] == walk) made |= make(node);
    }
    return made;
  }
  // Makes the exchange of the cycle through `node` as often as it is worth it.
  bool make(uint32_t node) {
    cycle_.clear();
    for (uint32_t at = node; cycle_.empty() || at != node; at = parent_[at]) cycle_.push_back(at);
    bool made = false;
    while (cost_of_cycle() < 0) {
      for (const uint32_t to : cycle_) step(to);
      made = true;
    }
    return made;
  }
  // Not negative if a member has nothing to give any more.
  int64_t cost_of_cycle() const {
    int64_t cost = 0;
    for (const uint32_t to : cycle_) {
      if (to == sink()) {
        cost += kBalance * s_.load[by_[to]];
      } else if (parent_[to] == sink()) {
        if (s_.load[to] == 0) return 0;
        cost += kBalance * (1 - int64_t{s_.load[to]});
      } else if (to < s_.members()) {
        cost += cost_to_give(s_.shares[by_[to]]);
      } else {
        if (s_.shares[by_[to]].given == 0) return 0;
        cost += cost_to_take(s_.shares[by_[to]]);
      }
    }
    return cost;
  }
  void step(uint32_t to) {
    if (to == sink() || parent_[to] == sink()) return;
    if (to < s_.members()) {
      s_.give(by_[to]);
    } else {
      s_.take(by_[to]);
    }
  }

  const Group& group_;
  Shares& s_;
  uint64_t steps_ = 0;
  std::vector<int64_t> distance_;
  std::vector<uint32_t> parent_, by_;  // the node before, and the share or member between
  std::vector<uint32_t> walk_of_, cycle_;
};

}  // namespace detail
}  // namespace sdk
}  // namespace tenon
