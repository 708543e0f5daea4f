// SPDX-License-Identifier: Apache-2.0
//
// assign_balanced: the hard part of a balanced and sticky assignor, for any subscriptions. It finds
// the best assignment by these measures, each one counting only where the ones before are equal:
//
//   1. balance: the sum of the squares of what each member reads is the least that the
//      subscriptions allow (with equal subscriptions: no member has two more than another)
//   2. with BalanceRules::near: as few partitions as possible are read from another rack
//   3. as few partitions as possible change their reader
//
// Partitions that may go to the same members at the same cost are one class, so that a group whose
// members all subscribe to the same topics is one class, whatever its size. Only counts are chosen
// at first (how many of each class a member reads):
//
//   fill     what has no reader yet goes to the least loaded
//   level    from the highest load down, members shed along the shortest path of exchanges that
//            ends at a member with at least two less: when there is none, the balance is optimal
//            (Harvey, Ladner, Lovasz, Tamir: "Semi-matchings for bipartite graphs", 2006)
//   refine   exchanges that cost less in sum are made until there are none: cancelling negative
//            cycles (Klein 1967), found by Bellman and Ford
//
// and then the partitions are dealt. The result depends on names and ids alone, never on the order
// in which the host lists things, and never on time: refine ends after kRefineSteps, so that in
// very large groups with very mixed subscriptions a few moves too many may remain.
//
// One thread. Throws Error(TN_E_AGAIN) when the group was stopped.
#pragma once

#include <vector>

#include "balance/exchange.hpp"
#include "balance/shares.hpp"

namespace tenon {
inline namespace sdk {
namespace detail {

// Turns counts into partitions.
class Deal {
 public:
  explicit Deal(const Shares& shares) : s_(shares) {}

  void run(Assignment& assignment) {
    std::vector<uint32_t> kept(s_.shares.size(), 0);
    std::vector<std::vector<uint32_t>> pools(s_.classes());
    keep(assignment, kept, pools);
    for (uint32_t part = 0; part < s_.classes(); part++)
      hand_out(assignment, part, pools[part], kept);
  }

 private:
  // A member that gives up some of a class gives up every so-manyth, not all of the last topic.
  void keep(Assignment& assignment, std::vector<uint32_t>& kept,
            std::vector<std::vector<uint32_t>>& pools) const {
    std::vector<uint64_t> seen(s_.shares.size(), 0);
    for (size_t i = 0; i < s_.order.size(); i++) {
      const uint32_t share = s_.share_of[i];
      if (share == kNone || !keeps(s_.shares[share], seen[share]++)) {
        pools[s_.class_of[i]].push_back(s_.order[i]);
        continue;
      }
      kept[share]++;
      assignment.give(s_.order[i], s_.member_at[s_.shares[share].member]);
    }
  }
  static bool keeps(const Share& share, uint64_t nth) {
    const uint64_t stay = std::min(share.had, share.given);
    return (nth + 1) * stay / share.had > nth * stay / share.had;
  }
  // In turn, so that nobody gets all of one topic.
  void hand_out(Assignment& assignment, uint32_t part, const std::vector<uint32_t>& pool,
                const std::vector<uint32_t>& kept) const {
    std::vector<std::pair<uint32_t, uint32_t>> wanting;  // share, how many
    for (uint32_t i = s_.class_at[part]; i < s_.class_at[part + 1]; i++)
      if (s_.shares[i].given > kept[i]) wanting.emplace_back(i, s_.shares[i].given - kept[i]);
    size_t dealt = 0;
    while (dealt < pool.size()) {
      size_t still = 0;
      for (auto [share, left] : wanting) {
        assignment.give(pool[dealt++], s_.member_at[s_.shares[share].member]);
        if (left > 1) wanting[still++] = {share, left - 1};
      }
      wanting.resize(still);
    }
  }

  const Shares& s_;
};

}  // namespace detail

inline void assign_balanced(const Group& group, Assignment& assignment, BalanceRules rules = {}) {
  detail::Shares shares = detail::ShareBuilder(group, rules).build();
  detail::Fill(group, shares).run();
  detail::Level(group, shares).run();
  detail::Refine(group, shares).run();
  detail::Deal(shares).run(assignment);
}

}  // namespace sdk
}  // namespace tenon
