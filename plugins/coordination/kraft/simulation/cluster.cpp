// SPDX-License-Identifier: Apache-2.0

#include "simulation/cluster.h"

#include <algorithm>
#include <cmath>

namespace tenon::kraft {
namespace {

constexpr uint64_t kPieces = 3;  // of a snapshot

Bytes value_bytes(uint64_t value) {
  Bytes bytes(8);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(value), value >>= 8;
  return bytes;
}

}  // namespace

ServerId Cluster::id_of(int32_t node) {
  ServerId id{.node = node};
  id.directory[0] = static_cast<uint8_t>(node + 1);
  return id;
}

Cluster::Cluster(Options options) : options_(options), dice_(options.seed) {
  choose_events();
  Configuration bootstrap;
  for (int32_t i = 0; i < options_.voters; ++i) bootstrap.voters.push_back(id_of(i));
  for (int32_t i = 0; i < options_.voters + options_.others; ++i) {
    Server& server = servers_.try_emplace(i, bootstrap).first->second;
    // Up to a fifth too fast or too slow, and each with another beginning.
    if (options_.skewed_clocks) server.clock_rate = 0.8 + static_cast<double>(random(40)) / 100;
    server.clock_base = static_cast<Millis>(random(1'000'000));
    start(i);
  }
}

// ---- Time

Millis Cluster::clock_of(const Server& server) const {
  return server.clock_base + static_cast<Millis>(static_cast<double>(now_) * server.clock_rate);
}

void Cluster::at(Millis when, std::function<void()> what) {
  events_.emplace(std::pair(std::max(when, now_), sequence_++), std::move(what));
}

void Cluster::later(int32_t node, Millis delay, std::function<void(Server&)> what) {
  Server& server = servers_.at(node);
  at(now_ + delay, [this, node, &server, life = server.life, what = std::move(what)] {
    if (server.life != life || !server.raft) return;
    what(server);
    pump(node);
  });
}

void Cluster::run(Millis time) {
  const Millis until = now_ + time;
  while (!events_.empty() && events_.begin()->first.first <= until && !checker.failed()) {
    auto event = events_.extract(events_.begin());
    now_ = event.key().first;
    event.mapped()();
  }
  now_ = until;
}

void Cluster::arm(int32_t node) {
  Server& server = servers_.at(node);
  const Millis local = server.raft->deadline();
  if (server.timer == local) return;
  server.timer = local;
  const auto wait = static_cast<double>(std::max<Millis>(local - clock_of(server), 0));
  later(node, static_cast<Millis>(std::ceil(wait / server.clock_rate)) + 1, [this](Server& due) {
    due.timer = -1;
    due.raft->on_time(clock_of(due));
  });
}

// ---- Servers

void Cluster::start(int32_t node) {
  Server& server = servers_.at(node);
  RaftOptions options;
  options.self = id_of(node);
  options.random = [this](uint64_t below) { return random(below); };
  options.rules = options_.rules;
  options.message_bytes_max = message_bytes_;
  options.window_bytes_max = 256;
  options.promote_lag_max = 20;
  server.raft = std::make_unique<Raft>(std::move(options), server.disk.vote(), server.disk.log(),
                                       clock_of(server));
  server.delivered = server.disk.snapshot().last.index;
  server.digest = server.disk.snapshot().digest;
  server.digests = {{server.delivered, server.digest}};
  server.timer = -1;
  server.incoming_pieces = 0;
  pump(node);
}

void Cluster::crash(int32_t node) {
  Server& server = servers_.at(node);
  if (!server.raft) return;
  ++server.life;
  server.raft.reset();
  server.proposals.clear();  // nobody hears what became of them
  server.disk.crash([this](uint64_t below) { return random(below); });
}

void Cluster::restart(int32_t node) {
  if (!servers_.at(node).raft) start(node);
}

void Cluster::pump(int32_t node) {
  Server& server = servers_.at(node);
  Raft& raft = *server.raft;
  if (raft.leads()) checker.on_leader(id_of(node), raft);
  Effects effects = raft.take_effects();
  if (effects.write) write(node, std::move(*effects.write));
  for (const auto& [to, message] : effects.messages) send(node, to, message);
  for (const PieceWanted& wanted : effects.pieces_wanted) read_piece(node, wanted);
  if (effects.piece_to_store) store_piece(node, *effects.piece_to_store);
  if (effects.installed) {
    const SavedSnapshot& saved = server.disk.snapshot();
    checker.on_installed(id_of(node), *effects.installed, saved.digest);
    server.delivered = saved.last.index;
    server.digest = saved.digest;
    server.digests = {{server.delivered, server.digest}};
    ++snapshots_installed;
  }
  for (const ReadReady& ready : effects.reads) {
    const auto asked = reads_.extract(ready.context);
    if (ready.index == 0 || asked.empty()) continue;
    checker.on_read(ready.index, asked.mapped());
    ++reads;
  }
  deliver(node);
  arm(node);
}

void Cluster::write(int32_t node, Write write) {
  Server& server = servers_.at(node);
  server.disk.begin(std::move(write));
  const Millis delay = 1 + static_cast<Millis>(random(static_cast<uint64_t>(weather.write_max)));
  later(node, delay, [this](Server& done) {
    if (!done.disk.has_under_way()) return;  // it failed with one before it
    if (random(1'000) < weather.write_fails) {
      done.raft->on_write_failed(done.disk.fail_all());
      done.proposals.clear();
    } else {
      done.raft->on_written(done.disk.finish_one());
    }
  });
}

void Cluster::send(int32_t from, const ServerId& to, const Message& message) {
  const auto target = servers_.find(to.node);
  if (target == servers_.end() || cut_.contains({from, to.node})) return;
  const int copies = random(1'000) < weather.twice ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    if (random(1'000) < weather.loss) continue;
    const Millis delay = 1 + static_cast<Millis>(random(static_cast<uint64_t>(weather.delay_max)));
    at(now_ + delay, [this, from, node = to.node, message] {
      Server& server = servers_.at(node);
      if (!server.raft) return;
      server.raft->receive(id_of(from), message, clock_of(server));
      pump(node);
    });
  }
}

void Cluster::deliver(int32_t node) {
  Server& server = servers_.at(node);
  const Raft& raft = *server.raft;
  while (server.delivered < raft.commit() && server.delivered < raft.log().last()) {
    const Entry& entry = raft.log().at(server.delivered + 1);
    server.digest = digest_of(server.digest, entry);
    ++server.delivered;
    server.digests[server.delivered] = server.digest;
    checker.on_committed(id_of(node), entry, server.digest);
  }
  std::erase_if(server.proposals, [this, &raft](const Proposal& proposal) {
    if (raft.term() != proposal.term || !raft.leads()) return true;  // it may yet be committed
    if (raft.commit() < proposal.index) return false;
    checker.on_acknowledged(proposal.index, proposal.term, proposal.newest_when_asked);
    ++acknowledged;
    return true;
  });
}

// ---- Snapshots

void Cluster::save_snapshot(int32_t node) {
  Server& server = servers_.at(node);
  if (!server.raft || server.delivered <= server.raft->log().snapshot().index) return;
  const Index index = server.delivered;
  if (server.raft->log().last() < index) return;
  server.disk.save({.last = {*server.raft->log().term_at(index), index},
                    .configuration = server.raft->log().configuration_at(index),
                    .digest = server.digest});
  server.raft->on_snapshot_saved(index);
  server.digests = {{index, server.digest}};
  pump(node);
}

// The pieces carry the digest, which is all that the state of these servers is.
void Cluster::read_piece(int32_t node, const PieceWanted& wanted) {
  later(node, 1, [wanted](Server& server) {
    const SavedSnapshot& saved = server.disk.snapshot();
    if (saved.last != wanted.snapshot) return server.raft->on_piece_missing(wanted);
    server.raft->on_piece_read(wanted, std::make_shared<const Bytes>(value_bytes(saved.digest)),
                               wanted.offset + 1 == kPieces);
  });
}

void Cluster::store_piece(int32_t node, const PieceToStore& piece) {
  later(node, 1, [this, piece](Server& server) {
    if (random(1'000) < weather.write_fails) return server.raft->on_piece_failed(piece.snapshot);
    if (piece.offset == 0) server.incoming_pieces = 0;
    if (server.incoming_pieces != piece.offset) {
      return server.raft->on_piece_failed(piece.snapshot);
    }
    ++server.incoming_pieces;
    if (piece.is_last && server.incoming_pieces == kPieces &&
        piece.snapshot.index > server.disk.snapshot().last.index) {
      Digest digest = 0;
      for (size_t i = piece.bytes->size(); i > 0; --i) digest = digest << 8 | (*piece.bytes)[i - 1];
      server.disk.save({piece.snapshot, piece.configuration, digest});
    }
    server.raft->on_piece_stored(piece.snapshot, server.incoming_pieces, piece.is_last);
  });
}

// ---- Clients

void Cluster::propose(int32_t node) {
  Server& server = servers_.at(node);
  if (!server.raft || !server.raft->leads()) return;
  std::vector<SharedBytes> values;
  for (uint64_t i = 0; i <= random(3); ++i) {
    values.push_back(std::make_shared<const Bytes>(value_bytes(next_value_++)));
  }
  const auto [index, refusal] = server.raft->propose(values);
  if (!refusal) {
    server.proposals.push_back({index, server.raft->term(), checker.newest_acknowledged()});
  }
  pump(node);
}

void Cluster::read(int32_t node) {
  Server& server = servers_.at(node);
  if (!server.raft) return;
  reads_[next_read_] = checker.newest_acknowledged();
  server.raft->read(next_read_++);
  pump(node);
}

void Cluster::change_members() {
  const int32_t node = leader();
  if (node < 0) return;
  Server& server = servers_.at(node);
  using Kind = MembershipChange::Kind;
  const Kind kinds[] = {Kind::kAddLearner, Kind::kPromote, Kind::kRemove};
  const auto target = static_cast<int32_t>(random(servers_.size()));
  const MembershipChange change{kinds[random(3)], id_of(target)};
  // At least two are left, so that one of them may be lost.
  if (change.kind == Kind::kRemove && server.raft->log().configuration().voters.size() < 3) return;
  if (!server.raft->change_members(change)) ++member_changes;
  pump(node);
}

void Cluster::transfer() {
  const int32_t node = leader();
  if (node < 0) return;
  servers_.at(node).raft->transfer_to(id_of(static_cast<int32_t>(random(servers_.size()))));
  pump(node);
}

int32_t Cluster::leader() const {
  int32_t found = -1;
  Term newest = 0;
  for (const auto& [node, server] : servers_) {
    if (!server.raft || !server.raft->leads() || server.raft->term() < newest) continue;
    newest = server.raft->term();
    found = node;
  }
  return found;
}

// ---- A schedule

// Each schedule has its own taste: some events often, some never. Faults that
// need one thing many times in a row are met that way (swarm testing: Groce et
// al., 2012).
void Cluster::choose_events() {
  constexpr uint32_t kWeights[] = {0, 1, 1, 3, 10};
  for (uint32_t& weight : weights_) weight = kWeights[random(std::size(kWeights))];
  weights_[static_cast<size_t>(Event::kRestart)] += 2;
  weights_[static_cast<size_t>(Event::kMend)] += 2;
  weights_[static_cast<size_t>(Event::kPropose)] += 5;
  pause_max_ = 20u << random(6);
  message_bytes_ = random(2) == 0 ? 1 : 64;
}

Cluster::Event Cluster::next_event() {
  uint64_t all = 0;
  for (const uint32_t weight : weights_) all += weight;
  uint64_t drawn = random(all);
  size_t event = 0;
  while (drawn >= weights_[event]) drawn -= weights_[event++];
  return static_cast<Event>(event);
}

void Cluster::disturb() {
  const auto node = static_cast<int32_t>(random(servers_.size()));
  const auto other = static_cast<int32_t>(random(servers_.size()));
  const Event event = next_event();
  if (event <= Event::kMend) {
    harm(event, node, other);
  } else {
    use(event, node);
  }
  run(static_cast<Millis>(random(random(8) == 0 ? 1'500 : pause_max_)));
  check_logs();
}

void Cluster::harm(Event event, int32_t node, int32_t other) {
  switch (event) {
    case Event::kCrash:
      return crash(node);
    case Event::kCrashLeader:
      return leader() >= 0 ? crash(leader()) : void();
    case Event::kRestart:
      return restart(node);
    case Event::kCut:
      cut_.insert({node, other});
      return;
    case Event::kIsolate:
      for (const auto& [id, server] : servers_) cut_.insert({node, id}), cut_.insert({id, node});
      return;
    case Event::kMend:
      return cut_.clear();
    case Event::kLose:
      weather.loss = static_cast<uint32_t>(random(3) * 100);
      weather.twice = static_cast<uint32_t>(random(2) * 100);
      return;
    case Event::kDelay:
      weather.delay_max = 1 + static_cast<Millis>(random(random(4) == 0 ? 400 : 20));
      return;
    default:
      weather.write_max = 1 + static_cast<Millis>(random(random(4) == 0 ? 400 : 20));
      weather.write_fails = random(4) == 0 ? 30 : 0;
      return;
  }
}

void Cluster::use(Event event, int32_t node) {
  switch (event) {
    case Event::kChangeMembers:
      return change_members();
    case Event::kTransfer:
      return transfer();
    case Event::kSaveSnapshot:
      return save_snapshot(node);
    case Event::kRead:
      return read(node);
    default:
      return propose(node);
  }
}

void Cluster::check_logs() {
  for (auto a = servers_.begin(); a != servers_.end(); ++a) {
    for (auto b = std::next(a); b != servers_.end(); ++b) {
      if (a->second.raft && b->second.raft) {
        checker.compare(a->second.raft->log(), b->second.raft->log());
      }
    }
  }
}

void Cluster::heal() {
  cut_.clear();
  weather = {};
  for (const auto& [node, server] : servers_) restart(node);
}

bool Cluster::has_converged() const {
  const int32_t leading = leader();
  if (leading < 0) return false;
  const Raft& leader = *servers_.at(leading).raft;
  if (leader.commit() != leader.log().last()) return false;
  const Configuration& members = leader.log().configuration();
  return std::ranges::all_of(servers_, [&leader, &members](const auto& entry) {
    const ServerId id = id_of(entry.first);
    if (!members.is_voter(id) && !members.is_learner(id)) return true;
    return entry.second.raft->commit() == leader.commit() &&
           entry.second.delivered == leader.commit();
  });
}

}  // namespace tenon::kraft
