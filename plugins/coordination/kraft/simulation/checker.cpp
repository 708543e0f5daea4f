// SPDX-License-Identifier: Apache-2.0

#include "simulation/checker.h"

#include <algorithm>

namespace tenon::kraft {
namespace {

std::string name(const ServerId& id) {
  return "server " + std::to_string(id.node);
}

}  // namespace

// FNV-1a over term, kind and payload.
Digest digest_of(Digest before, const Entry& entry) {
  Digest digest = before ^ 0xcbf29ce484222325u;
  const auto add = [&digest](uint64_t value) { digest = (digest ^ value) * 0x100000001b3u; };
  add(static_cast<uint64_t>(entry.term));
  add(static_cast<uint64_t>(entry.kind));
  if (entry.payload) {
    for (const uint8_t byte : *entry.payload) add(byte);
  }
  return digest;
}

void Checker::fail(std::string what) {
  if (violation_.empty()) violation_ = std::move(what);
}

void Checker::on_leader(const ServerId& id, const Raft& raft) {
  const auto [known, is_new] = leaders_.emplace(raft.term(), id);
  if (known->second != id) {
    fail(name(id) + " and " + name(known->second) + " both lead in term " +
         std::to_string(raft.term()));
  }
  if (!is_new) return;
  for (const auto& [index, committed] : committed_) {
    if (index < raft.log().first()) continue;
    if (raft.log().term_at(index) != committed.term) {
      return fail(name(id) + " leads in term " + std::to_string(raft.term()) +
                  " and lacks the committed entry " + std::to_string(index));
    }
  }
}

void Checker::on_committed(const ServerId& id, const Entry& entry, Digest digest) {
  const auto [known, is_new] = committed_.try_emplace(entry.index, entry.term, digest);
  if (known->second.term == entry.term && known->second.digest == digest) return;
  fail(name(id) + " delivers another entry " + std::to_string(entry.index) +
       " than somebody before it");
}

void Checker::on_installed(const ServerId& id, const Position& snapshot, Digest digest) {
  const auto known = committed_.find(snapshot.index);
  if (known == committed_.end()) {
    fail(name(id) + " installs a snapshot of entry " + std::to_string(snapshot.index) +
         ", which is not committed");
  } else if (known->second.digest != digest || known->second.term != snapshot.term) {
    fail(name(id) + " installs a snapshot that is not what entry " +
         std::to_string(snapshot.index) + " made");
  }
}

void Checker::on_acknowledged(Index index, Term term, Index newest_when_asked) {
  const auto known = committed_.find(index);
  if (known == committed_.end() || known->second.term != term) {
    fail("entry " + std::to_string(index) + " is acknowledged, and another or none is there");
  }
  if (index <= newest_when_asked) {
    fail("entry " + std::to_string(index) + " was asked for after entry " +
         std::to_string(newest_when_asked) + " was acknowledged");
  }
  acknowledged_ = std::max(acknowledged_, index);
}

void Checker::on_read(Index index, Index newest_when_asked) {
  if (index >= newest_when_asked) return;
  fail("a read sees entries up to " + std::to_string(index) + ", though " +
       std::to_string(newest_when_asked) + " was acknowledged before");
}

void Checker::compare(const Log& one, const Log& other) {
  bool agreed = false;
  for (Index index = std::min(one.last(), other.last());
       index >= std::max(one.first(), other.first()); --index) {
    const Entry& a = one.at(index);
    const Entry& b = other.at(index);
    if (agreed && a.term != b.term) {
      return fail("two logs agree behind entry " + std::to_string(index) + ", but not in it");
    }
    if (a.term != b.term) continue;
    agreed = true;
    if (digest_of(0, a) != digest_of(0, b)) {
      return fail("two logs have different entries " + std::to_string(index) + " of term " +
                  std::to_string(a.term));
    }
  }
}

}  // namespace tenon::kraft
