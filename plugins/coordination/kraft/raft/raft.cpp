// SPDX-License-Identifier: Apache-2.0

#include "raft/raft.h"

#include <algorithm>

namespace tenon::kraft {

Term term_of(const Message& message) {
  return std::visit([](const auto& each) { return each.term; }, message);
}

Raft::Raft(RaftOptions options, Vote vote, Log log, Millis now)
    : options_(std::move(options)),
      now_(now),
      vote_(vote),
      durable_vote_(vote),
      log_(std::move(log)),
      commit_(log_.snapshot().index),
      durable_(log_.last()) {
  restart_election_timer();
  // Nobody else could be elected, or be waited for.
  if (is_alone()) election_at_ = now_;
}

void Raft::on_time(Millis now) {
  now_ = std::max(now_, now);
  if (role_ == Role::kLeader) {
    on_leader_due();
  } else if (now_ >= election_at_) {
    on_election_due();
  }
}

Millis Raft::deadline() const {
  if (role_ != Role::kLeader) return election_at_;
  Millis next = std::min(heartbeat_at_, quorum_check_at_);
  if (transfer_target_) next = std::min(next, transfer_until_);
  return next;
}

void Raft::receive(const ServerId& from, Message message, Millis now) {
  now_ = std::max(now_, now);
  if (from == options_.self || is_stale(from, message)) return;
  note_term(from, message);
  dispatch(from, message);
}

void Raft::dispatch(const ServerId& from, Message& message) {
  std::visit([this, &from](auto& each) { handle(from, each); }, message);
}

// Of an earlier term. A leader that was deposed, and a candidate that is
// behind, are told so.
bool Raft::is_stale(const ServerId& from, const Message& message) {
  if (term_of(message) >= term()) return false;
  if (std::holds_alternative<AppendRequest>(message) ||
      std::holds_alternative<SnapshotChunk>(message)) {
    send_when_durable(from, AppendResponse{.term = term()});
  } else if (const auto* request = std::get_if<VoteRequest>(&message)) {
    send_when_durable(from, VoteResponse{.term = term(), .granted = false, .pre = request->pre});
  } else if (std::holds_alternative<Hello>(message)) {
    return false;
  }
  return true;
}

// A later term is followed, but not for a candidate: that is for the vote to
// decide.
void Raft::note_term(const ServerId& from, const Message& message) {
  const Term newer = term_of(message);
  const bool leads = std::holds_alternative<AppendRequest>(message) ||
                     std::holds_alternative<SnapshotChunk>(message);
  if (newer > term()) {
    const auto* response = std::get_if<VoteResponse>(&message);
    const bool granted_before = response && response->pre && response->granted;
    if (std::holds_alternative<VoteRequest>(message) || granted_before) return;
    become_follower(newer, std::nullopt);
  }
  if (leads) hear_of_leader(from);
}

void Raft::hear_of_leader(const ServerId& leader) {
  if (role_ == Role::kLeader) return;  // there is one in a term
  if (role_ != Role::kFollower) become_follower(term(), leader);
  leader_ = leader;
  heard_at_ = now_;
  restart_election_timer();
}

void Raft::become_follower(Term term, std::optional<ServerId> leader) {
  if (term > vote_.term) set_vote({term, std::nullopt});
  role_ = Role::kFollower;
  leader_ = leader;
  granted_.clear();
  peers_.clear();
  transfer_target_.reset();
  own_term_committed_ = false;
  drop_reads();
  restart_election_timer();
}

void Raft::restart_election_timer() {
  const auto spread = static_cast<uint64_t>(options_.election_timeout);
  election_at_ = now_ + options_.election_timeout + static_cast<Millis>(options_.random(spread));
}

// ---- The disk

void Raft::set_vote(Vote vote) {
  vote_ = vote;
  staged_.vote = vote_;
}

void Raft::append_entry(EntryKind kind, SharedBytes payload) {
  store_entry(
      {.index = log_.last() + 1, .term = term(), .kind = kind, .payload = std::move(payload)});
}

void Raft::store_entry(Entry entry) {
  staged_.entries.push_back(entry);
  log_.append(std::move(entry));
}

void Raft::truncate_log(Index from) {
  log_.truncate(from);
  durable_ = std::min(durable_, from - 1);
  for (UnderWay& write : under_way_) write.last = std::min(write.last, from - 1);
  std::erase_if(staged_.entries, [from](const Entry& entry) { return entry.index >= from; });
  staged_.truncate_from = std::min(staged_.truncate_from.value_or(from), from);
}

WriteNumber Raft::stage() const {
  return staged_.empty() ? next_write_ - 1 : next_write_;
}

void Raft::on_written(WriteNumber number) {
  while (!under_way_.empty() && under_way_.front().number <= number) {
    durable_ = std::max(durable_, under_way_.front().last);
    durable_vote_ = under_way_.front().vote;
    under_way_.pop_front();
  }
  written_ = std::max(written_, number);
  release_held();
  if (role_ == Role::kCandidate) count_own_vote();
  if (role_ == Role::kLeader) advance_commit();
}

void Raft::on_write_failed(WriteNumber number) {
  if (number <= written_) return;
  const bool reset_lost = staged_.reset || std::ranges::any_of(under_way_, &UnderWay::resets);
  under_way_.clear();
  held_.clear();
  staged_ = {};
  incoming_.reset();
  log_.truncate(std::min(durable_, log_.last()) + 1);
  // What was to be cut off on disk, and may be there still, goes before
  // anything else is written.
  if (reset_lost) {
    staged_.reset = log_.snapshot();
  } else {
    staged_.truncate_from = log_.last() + 1;
  }
  vote_ = durable_vote_;
  written_ = next_write_ - 1;
  become_follower(vote_.term, std::nullopt);
}

// ---- Messages

void Raft::send(const ServerId& to, Message message) {
  effects_.messages.emplace_back(to, std::move(message));
}

void Raft::send_when_durable(const ServerId& to, Message message) {
  held_.push_back({stage(), to, std::move(message)});
  release_held();
}

void Raft::release_held() {
  while (!held_.empty() && options_.rules->may_answer_vote(written_, held_.front().until)) {
    send(held_.front().to, std::move(held_.front().message));
    held_.pop_front();
  }
}

Effects Raft::take_effects() {
  if (!staged_.empty()) {
    staged_.number = next_write_++;
    under_way_.push_back({staged_.number, log_.last(), vote_, staged_.reset.has_value()});
    effects_.write = std::exchange(staged_, {});
  }
  return std::exchange(effects_, {});
}

}  // namespace tenon::kraft
