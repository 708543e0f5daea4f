// SPDX-License-Identifier: Apache-2.0
//
// The truth of a simulated cluster, as someone who sees all servers at once
// knows it, and what must never be. The first violation is kept, in words.
//
//   1. One leader in a term (election safety).
//   2. A leader has everything that is committed (leader completeness).
//   3. An index is committed with one entry only, on all servers, for ever
//   (state machine safety);
//      entries of one index and term are equal, with all before them (log
//      matching).
//   4. What was acknowledged is committed where it was said, and later than
//   everything that was
//      acknowledged before it was asked for (linearizability of the journal).
//   5. A read sees everything that was acknowledged before it was asked for.
//   6. A snapshot holds what the entries up to it make.
#pragma once

#include <map>
#include <string>

#include "raft/raft.h"

namespace tenon::kraft {

// What all entries up to one make, as a number: a hash over their terms and
// payloads in order.
using Digest = uint64_t;
Digest digest_of(Digest before, const Entry& entry);

class Checker {
 public:
  const std::string& violation() const { return violation_; }
  bool failed() const { return !violation_.empty(); }
  void fail(std::string what);

  void on_leader(const ServerId& id, const Raft& raft);
  // A server delivers an entry; the digest is that of its state with it.
  void on_committed(const ServerId& id, const Entry& entry, Digest digest);
  void on_installed(const ServerId& id, const Position& snapshot, Digest digest);
  void on_acknowledged(Index index, Term term, Index newest_when_asked);
  void on_read(Index index, Index newest_when_asked);
  // Looks at two whole logs.
  void compare(const Log& one, const Log& other);

  Index newest_acknowledged() const { return acknowledged_; }
  Index newest_committed() const { return committed_.empty() ? 0 : committed_.rbegin()->first; }
  size_t leaders() const { return leaders_.size(); }

 private:
  struct Committed {
    Term term;
    Digest digest;
  };
  std::map<Term, ServerId> leaders_;
  std::map<Index, Committed> committed_;
  Index acknowledged_ = 0;
  std::string violation_;
};

}  // namespace tenon::kraft
