// SPDX-License-Identifier: Apache-2.0

#include "raft/rules.h"

#include <algorithm>

namespace tenon::kraft {

const Rules kRules{
    .may_vote_for =
        [](const Vote& given, const ServerId& candidate) {
          return !given.candidate || *given.candidate == candidate;
        },
    .is_up_to_date = [](const Position& candidate,
                        const Position& own) { return candidate >= own; },
    .quorum = [](size_t voters) { return voters / 2 + 1; },
    .may_commit = [](Term entry, Term leader) { return entry == leader; },
    .conflicts = [](Term own, Term leader) { return own != leader; },
    .durable_part = [](Index durable, Index last) { return std::min(durable, last); },
    .may_answer_vote = [](WriteNumber written, WriteNumber vote) { return written >= vote; },
    .may_change_members =
        [](Index configuration, Index commit, bool own_term_committed) {
          return configuration <= commit && own_term_committed;
        },
    .may_read = [](bool own_term_committed, size_t acknowledged,
                   size_t quorum) { return own_term_committed && acknowledged >= quorum; },
    .is_newer_snapshot = [](Index snapshot, Index commit) { return snapshot > commit; },
};

}  // namespace tenon::kraft
