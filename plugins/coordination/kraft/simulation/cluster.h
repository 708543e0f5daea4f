// SPDX-License-Identifier: Apache-2.0
//
// Servers with simulated disks, clocks and a network between them, and clients
// that use them, all from one seed. Time passes only here.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <set>

#include "simulation/checker.h"
#include "simulation/disk.h"

namespace tenon::kraft {

// How bad things get, in thousandths.
struct Weather {
  uint32_t loss = 0;     // of messages
  uint32_t twice = 0;    // that come twice
  Millis delay_max = 5;  // of a message, by chance
  Millis write_max = 5;  // of a write to disk, by chance
  uint32_t write_fails = 0;
};

class Cluster {
 public:
  struct Options {
    uint64_t seed = 1;
    int32_t voters = 3;
    int32_t others = 2;  // servers that may be made members
    const Rules* rules = &kRules;
    bool skewed_clocks = true;
  };
  explicit Cluster(Options options);

  // Runs for a while of the true time.
  void run(Millis time);
  // A step of a schedule: something goes wrong, or better, or a client does
  // something.
  void disturb();
  // Everything works from now on.
  void heal();

  // Client operations, at a server.
  void propose(int32_t node);
  void read(int32_t node);
  void change_members();
  void transfer();
  void save_snapshot(int32_t node);

  void crash(int32_t node);
  void restart(int32_t node);

  Raft* raft(int32_t node) { return servers_.at(node).raft.get(); }
  // The server that leads in the newest term; -1 if none does.
  int32_t leader() const;
  // All that are members have the same log, all of it committed.
  bool has_converged() const;
  uint64_t random(uint64_t below) { return below == 0 ? 0 : dice_() % below; }

  Checker checker;
  Weather weather;
  uint64_t acknowledged = 0;
  uint64_t reads = 0;
  uint64_t snapshots_installed = 0;
  uint64_t member_changes = 0;

 private:
  struct Proposal {
    Index index;
    Term term;
    Index newest_when_asked;
  };
  struct Server {
    explicit Server(Configuration bootstrap) : disk(std::move(bootstrap)) {}
    std::unique_ptr<Raft> raft;  // null = down
    Disk disk;
    uint64_t life = 0;  // counts restarts: what was for an earlier one is dropped
    double clock_rate = 1;
    Millis clock_base = 0;
    Index delivered = 0;
    Digest digest = 0;
    std::map<Index, Digest> digests;  // since the snapshot
    std::vector<Proposal> proposals;
    Position incoming;  // a snapshot that comes in pieces
    uint64_t incoming_pieces = 0;
    Millis timer = -1;
  };

  // What harms, up to kMend, and what servers are asked to do.
  enum class Event : uint8_t {
    kCrash,
    kCrashLeader,
    kRestart,
    kCut,
    kIsolate,
    kLose,
    kDelay,
    kDisk,
    kMend,
    kChangeMembers,
    kTransfer,
    kSaveSnapshot,
    kRead,
    kPropose,
  };
  static constexpr size_t kEvents = 14;
  void choose_events();
  Event next_event();
  void harm(Event event, int32_t node, int32_t other);
  void use(Event event, int32_t node);

  static ServerId id_of(int32_t node);
  Millis clock_of(const Server& server) const;
  void at(Millis when, std::function<void()> what);
  void start(int32_t node);
  void pump(int32_t node);  // carries out what the core wants done
  void write(int32_t node, Write write);
  void send(int32_t from, const ServerId& to, const Message& message);
  void read_piece(int32_t node, const PieceWanted& wanted);
  void store_piece(int32_t node, const PieceToStore& piece);
  void deliver(int32_t node);
  void arm(int32_t node);
  void check_logs();
  // While something is done at a server of this life.
  void later(int32_t node, Millis delay, std::function<void(Server&)> what);

  Options options_;
  std::mt19937_64 dice_;
  std::array<uint32_t, kEvents> weights_{};
  uint64_t pause_max_ = 0;
  size_t message_bytes_ = 64;
  Millis now_ = 0;
  uint64_t sequence_ = 0;
  std::map<std::pair<Millis, uint64_t>, std::function<void()>> events_;
  std::map<int32_t, Server> servers_;
  std::set<std::pair<int32_t, int32_t>> cut_;  // from, to
  std::map<Position, std::pair<Configuration, Digest>> sent_snapshots_;
  uint64_t next_value_ = 1;
  uint64_t next_read_ = 1;
  std::map<uint64_t, Index> reads_;  // by context: what was acknowledged when it was asked
};

}  // namespace tenon::kraft
