// SPDX-License-Identifier: Apache-2.0
//
// The rules on which Raft's safety rests, one function each, so that they can
// be read on one page, and so that tests can break one at a time and see it
// found out. Pure functions; any thread.
#pragma once

#include "raft/types.h"

namespace tenon::kraft {

struct Rules {
  // One vote in a term (Figure 2, RequestVote 2), and only for a log that has
  // all that may be committed (5.4.1).
  bool (*may_vote_for)(const Vote& given, const ServerId& candidate);
  bool (*is_up_to_date)(const Position& candidate, const Position& own);
  // A majority, so that any two have a server in common.
  size_t (*quorum)(size_t voters);
  // Entries of earlier terms are committed only by one of the leader's own
  // (5.4.2, Figure 8).
  bool (*may_commit)(Term entry, Term leader);
  // An entry is the same if index and term are (Log Matching, 5.3); one that
  // differs goes, with all that follows it, and none goes for being absent from
  // a message.
  bool (*conflicts)(Term own, Term leader);
  // What is counted, or told to anyone, is durable (Figure 2, "persistent
  // state").
  Index (*durable_part)(Index durable, Index last);
  bool (*may_answer_vote)(WriteNumber written, WriteNumber vote);
  // One server at a time, when the change before is committed (4.1), and not
  // before the leader has committed an entry of its term (Ongaro's bug report
  // of 2015).
  bool (*may_change_members)(Index configuration, Index commit, bool own_term_committed);
  // A read is as new as what was committed when the leader was known to lead
  // still, and that knows it all only once an entry of its term is committed
  // (6.4).
  bool (*may_read)(bool own_term_committed, size_t acknowledged, size_t quorum);
  // A snapshot never takes back what is committed.
  bool (*is_newer_snapshot)(Index snapshot, Index commit);
};

extern const Rules kRules;

}  // namespace tenon::kraft
