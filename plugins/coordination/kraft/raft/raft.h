// SPDX-License-Identifier: Apache-2.0
//
// The Raft core: events in, effects out. It knows no disk, no network and no
// clock; the time, what comes in and what has been made durable is told to it,
// and what it wants done is taken from it (effects.h). So the same code runs in
// a broker and in a simulator.
//
//   event -> core -> effects: write, send, deliver -> events ...
//
//   raft.cpp         events, time, what waits for the disk
//   election.cpp     pre-vote, votes, campaigns
//   leader.cpp       replication, commit, check-quorum
//   follower.cpp     entries from the leader
//   snapshots.cpp    sending and taking snapshots, piece by piece
//   membership.cpp   proposals, changes of members, transfer of leadership
//   reads.cpp        read index
//   rules.h          what makes it safe
//
// Happy path: propose() puts an entry into the log and sends it to the others
// while it is written
//   here (group commit: what comes meanwhile goes into the next write);
//   followers write it and answer; when a majority has it, it is committed,
//   here and with the next message there.
// Failure: a leader that a majority does not answer steps down (check-quorum,
// dissertation 6.2). A
//   server that hears of no leader asks first whether it would be elected
//   (pre-vote, 9.6), and is not heard by those that hear their leader. A write
//   that failed is a fall back to what is durable, as after a crash.
//
// One thread. Not reentrant: effects are carried out after the call.
//
// Invariants
//   1. commit() never falls, and entries up to it never change.
//   2. What a message says of this server's vote and log is durable when it is
//   sent; only a
//      leader's entries go out before they are written here.
//   3. A leader's log is only ever appended to.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>

#include "raft/effects.h"
#include "raft/log.h"
#include "raft/progress.h"
#include "raft/rules.h"

namespace tenon::kraft {

enum class Role : uint8_t { kFollower, kPreCandidate, kCandidate, kLeader };

struct RaftOptions {
  ServerId self;
  Millis election_timeout = 1'000;  // and up to twice that, by chance
  Millis heartbeat_interval = 100;
  Millis retry_interval = 500;         // what is not answered for so long is sent again
  size_t message_bytes_max = 1 << 20;  // of entries in one message, unless one alone is larger
  size_t window_bytes_max = 8 << 20;   // of entries under way to one server
  Index promote_lag_max = 1'000;       // entries that a learner may lack when it becomes a voter
  std::function<uint64_t(uint64_t below)> random;
  const Rules* rules = &kRules;
};

// Why something is not done here and now.
enum class Refusal : uint8_t {
  kNotLeader,
  kTransferring,   // leadership is being handed over
  kChangePending,  // a change of members is not committed yet, or the leader too
                   // new for one
  kNotCaughtUp,    // the learner lacks too much to be counted
  kInvalidChange,
};

class Raft {
 public:
  // As the disk has it; all of it is durable.
  Raft(RaftOptions options, Vote vote, Log log, Millis now);

  // Events.
  void on_time(Millis now);
  void receive(const ServerId& from, Message message, Millis now);
  // Writes are told in their order. A failed one takes all after it with it.
  void on_written(WriteNumber number);
  void on_write_failed(WriteNumber number);
  void on_piece_read(const PieceWanted& wanted, SharedBytes bytes, bool is_last);
  // The snapshot is no longer there: another one is begun with.
  void on_piece_missing(const PieceWanted& wanted);
  // `next_offset` is the bytes kept of it so far; `whole` = all of it is there
  // and durable.
  void on_piece_stored(const Position& snapshot, uint64_t next_offset, bool whole);
  void on_piece_failed(const Position& snapshot);
  // The state after `index`, which was delivered, is durable as a snapshot.
  void on_snapshot_saved(Index index);

  // Requests.
  // The index that the first payload gets if it is committed in this term.
  std::pair<Index, std::optional<Refusal>> propose(std::vector<SharedBytes> payloads);
  std::optional<Refusal> change_members(const MembershipChange& change);
  std::optional<Refusal> transfer_to(const ServerId& target);
  void read(uint64_t context);
  // A voter that has reason to begins an election now.
  void campaign_now();

  Effects take_effects();
  // When on_time() is due at the latest.
  Millis deadline() const;

  // State.
  Role role() const { return role_; }
  bool leads() const { return role_ == Role::kLeader; }
  // Leads, and has committed an entry of its term: it knows of all that is
  // committed.
  bool leads_for_sure() const { return leads() && own_term_committed(); }
  Term term() const { return vote_.term; }
  const Vote& vote() const { return vote_; }
  const std::optional<ServerId>& leader() const { return leader_; }
  Index commit() const { return commit_; }
  Index durable() const { return durable_; }
  const Log& log() const { return log_; }
  const RaftOptions& options() const { return options_; }
  const std::map<ServerId, Progress>& peers() const { return peers_; }
  const std::optional<ServerId>& transferring_to() const { return transfer_target_; }

 private:
  // raft.cpp
  void send(const ServerId& to, Message message);
  void send_when_durable(const ServerId& to, Message message);
  void release_held();
  WriteNumber stage() const;  // of the write that holds all that was changed until now
  void set_vote(Vote vote);
  void append_entry(EntryKind kind, SharedBytes payload);
  void store_entry(Entry entry);
  void truncate_log(Index from);
  void become_follower(Term term, std::optional<ServerId> leader);
  void hear_of_leader(const ServerId& leader);
  void restart_election_timer();
  void dispatch(const ServerId& from, Message& message);
  bool is_stale(const ServerId& from, const Message& message);
  void note_term(const ServerId& from, const Message& message);

  // election.cpp
  bool is_voter() const { return log_.configuration().is_voter(options_.self); }
  bool is_alone() const;
  size_t quorum() const { return options_.rules->quorum(log_.configuration().voters.size()); }
  size_t count_voters(const std::set<ServerId>& among) const;
  bool hears_leader() const;
  void campaign(bool pre, bool transfer);
  void count_own_vote();
  void win_if_elected();
  void become_leader();
  void on_election_due();
  void handle(const ServerId& from, const VoteRequest& request);
  void handle(const ServerId& from, const VoteResponse& response);
  void handle(const ServerId& from, const TimeoutNow& request);

  // leader.cpp
  void refresh_peers();
  void replicate_to_all();
  void replicate(const ServerId& to, Progress& peer);
  void send_entries(const ServerId& to, Progress& peer);
  void send_heartbeats();
  void send_heartbeat(const ServerId& to, const Progress& peer);
  void retry_if_stuck(const ServerId& to, Progress& peer);
  void check_quorum();
  void on_leader_due();
  bool own_term_committed() const { return own_term_committed_; }
  void advance_commit();
  void commit_to(Index index);
  void on_configuration_committed();
  void handle(const ServerId& from, const AppendResponse& response);
  void on_rejected(Progress& peer, const AppendResponse& response);
  void handle(const ServerId& from, const Hello& request);

  // follower.cpp
  void handle(const ServerId& from, AppendRequest& request);
  bool take_entries(std::vector<Entry>& entries);
  Position hint_for(const Position& before) const;

  // snapshots.cpp
  void begin_snapshot(const ServerId& to, Progress& peer);
  void want_piece(const ServerId& to, Progress& peer);
  void install(const Position& snapshot, const Configuration& configuration);
  bool lacks(const Position& snapshot) const;
  void answer_piece();
  void handle(const ServerId& from, SnapshotChunk& chunk);
  void handle(const ServerId& from, const SnapshotResponse& response);

  // membership.cpp
  void finish_transfer_if_ready(const ServerId& to, const Progress& peer);

  // reads.cpp
  struct PendingRead {
    std::optional<ServerId> from;  // nothing = asked here
    uint64_t context;
    uint64_t round;  // 0 = not begun: the leader does not know yet what is committed
    Index index;
  };
  void begin_read(std::optional<ServerId> from, uint64_t context);
  void begin_rounds();
  void finish_reads();
  void answer_read(const PendingRead& read, Index index);
  void drop_reads();
  void handle(const ServerId& from, const ReadRequest& request);
  void handle(const ServerId& from, const ReadResponse& response);

  RaftOptions options_;
  Millis now_;
  Role role_ = Role::kFollower;
  Vote vote_;
  Vote durable_vote_;
  Log log_;
  Index commit_ = 0;
  Index durable_ = 0;
  std::optional<ServerId> leader_;
  Millis heard_at_ = 0;  // of the leader
  Millis election_at_ = 0;

  // Of a candidate.
  std::set<ServerId> granted_;
  WriteNumber own_vote_at_ = 0;
  bool transfer_campaign_ = false;

  // Of a leader.
  std::map<ServerId, Progress> peers_;
  Millis heartbeat_at_ = 0;
  Millis quorum_check_at_ = 0;
  bool own_term_committed_ = false;
  std::optional<ServerId> transfer_target_;
  Millis transfer_until_ = 0;
  uint64_t read_round_ = 0;
  std::deque<PendingRead> reads_;

  // Of a follower that is sent a snapshot.
  struct Incoming {
    ServerId from;
    Position snapshot;
    Configuration configuration;
    uint64_t next_offset = 0;
    bool storing = false;
  };
  std::optional<Incoming> incoming_;

  // What is on its way to the disk, and what waits for it.
  struct UnderWay {
    WriteNumber number;
    Index last;  // of the log, when it is written
    Vote vote;
    bool resets;
  };
  struct Held {
    WriteNumber until;
    ServerId to;
    Message message;
  };
  Write staged_;
  WriteNumber next_write_ = 1;
  WriteNumber written_ = 0;
  std::deque<UnderWay> under_way_;
  std::deque<Held> held_;
  Effects effects_;
};

}  // namespace tenon::kraft
