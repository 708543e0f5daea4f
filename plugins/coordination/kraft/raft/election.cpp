// SPDX-License-Identifier: Apache-2.0

#include <algorithm>

#include "raft/raft.h"

namespace tenon::kraft {

bool Raft::is_alone() const {
  const auto& voters = log_.configuration().voters;
  return voters.size() == 1 && voters.front() == options_.self;
}

size_t Raft::count_voters(const std::set<ServerId>& among) const {
  return static_cast<size_t>(std::ranges::count_if(
      log_.configuration().voters, [&among](const ServerId& id) { return among.contains(id); }));
}

void Raft::on_election_due() {
  if (is_voter()) return campaign(!is_alone(), false);
  // Who is no voter, or does not know that it is one, can only be found by a
  // leader.
  leader_.reset();
  const Configuration& known = log_.configuration();
  for (const auto* servers : {&known.voters, &known.learners}) {
    for (const ServerId& id : *servers) {
      if (id != options_.self) send(id, Hello{.term = term()});
    }
  }
  restart_election_timer();
}

void Raft::campaign_now() {
  if (role_ != Role::kLeader && is_voter()) campaign(!is_alone(), false);
}

void Raft::campaign(bool pre, bool transfer) {
  become_follower(term() + (pre ? 0 : 1), std::nullopt);
  role_ = pre ? Role::kPreCandidate : Role::kCandidate;
  transfer_campaign_ = transfer;
  if (!pre) {
    set_vote({term(), options_.self});
    own_vote_at_ = stage();
  } else {
    granted_.insert(options_.self);
  }
  const VoteRequest request{.term = pre ? term() + 1 : term(),
                            .last = log_.last_position(),
                            .pre = pre,
                            .transfer = transfer};
  for (const ServerId& id : log_.configuration().voters) {
    if (id != options_.self) send_when_durable(id, request);
  }
  win_if_elected();
}

// Its own vote counts as everybody's does: when it cannot be forgotten any
// more.
void Raft::count_own_vote() {
  if (!options_.rules->may_answer_vote(written_, own_vote_at_)) return;
  granted_.insert(options_.self);
  win_if_elected();
}

void Raft::win_if_elected() {
  if (count_voters(granted_) < quorum()) return;
  if (role_ == Role::kPreCandidate) {
    campaign(false, false);
  } else {
    become_leader();
  }
}

void Raft::become_leader() {
  role_ = Role::kLeader;
  leader_ = options_.self;
  own_term_committed_ = false;
  quorum_check_at_ = now_ + options_.election_timeout;
  refresh_peers();
  append_entry(EntryKind::kLeadership,
               std::make_shared<const Bytes>(encode_leader(options_.self.node)));
  send_heartbeats();
  replicate_to_all();
}

// Whoever hears the leader does not let others disturb it (dissertation 4.2.3).
// A leader that hears too few steps down by itself.
bool Raft::hears_leader() const {
  return role_ == Role::kLeader || (leader_ && now_ - heard_at_ < options_.election_timeout);
}

void Raft::handle(const ServerId& from, const VoteRequest& request) {
  if (!request.transfer && hears_leader()) return;
  if (!request.pre && request.term > term()) become_follower(request.term, std::nullopt);
  const bool up_to_date = options_.rules->is_up_to_date(request.last, log_.last_position());
  VoteResponse response{.term = term(), .granted = false, .pre = request.pre};
  if (request.pre) {
    response.granted = request.term > term() && up_to_date;
    if (response.granted) response.term = request.term;
  } else if (up_to_date && options_.rules->may_vote_for(vote_, from)) {
    if (vote_.candidate != from) set_vote({term(), from});
    restart_election_timer();
    response.granted = true;
  }
  send_when_durable(from, response);
}

void Raft::handle(const ServerId& from, const VoteResponse& response) {
  const bool awaited = role_ == (response.pre ? Role::kPreCandidate : Role::kCandidate);
  const Term asked = response.pre ? term() + 1 : term();
  if (!awaited || !response.granted || response.term != asked) return;
  granted_.insert(from);
  win_if_elected();
}

void Raft::handle(const ServerId&, const TimeoutNow&) {
  if (role_ == Role::kFollower && is_voter()) campaign(false, true);
}

}  // namespace tenon::kraft
