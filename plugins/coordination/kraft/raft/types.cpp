// SPDX-License-Identifier: Apache-2.0

#include "raft/types.h"

#include <algorithm>

namespace tenon::kraft {
namespace {

constexpr size_t kServerBytes = 20;

bool contains(const std::vector<ServerId>& servers, const ServerId& id) {
  return std::ranges::binary_search(servers, id);
}

void insert(std::vector<ServerId>& servers, const ServerId& id) {
  servers.insert(std::ranges::upper_bound(servers, id), id);
}

void put_u32(Bytes& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(value >> shift));
}

// Reads what was put, and says once at the end whether that was all and nothing
// else.
class Reader {
 public:
  explicit Reader(const Bytes& bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}

  uint32_t u32() {
    if (!has(4)) return 0;
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | *at_++;
    return value;
  }
  ServerId server() {
    ServerId id{.node = static_cast<int32_t>(u32())};
    if (has(id.directory.size())) {
      std::copy_n(at_, id.directory.size(), id.directory.begin());
      at_ += id.directory.size();
    }
    return id;
  }
  std::vector<ServerId> servers() {
    const uint32_t count = u32();
    std::vector<ServerId> list;
    if (!has(uint64_t{count} * kServerBytes)) return list;
    for (uint32_t i = 0; i < count; ++i) list.push_back(server());
    return list;
  }
  bool done() const { return good_ && at_ == end_; }

 private:
  bool has(uint64_t bytes) {
    good_ = good_ && static_cast<uint64_t>(end_ - at_) >= bytes;
    return good_;
  }
  const uint8_t* at_;
  const uint8_t* end_;
  bool good_ = true;
};

void put_servers(Bytes& out, const std::vector<ServerId>& servers) {
  put_u32(out, static_cast<uint32_t>(servers.size()));
  for (const ServerId& id : servers) {
    put_u32(out, static_cast<uint32_t>(id.node));
    out.insert(out.end(), id.directory.begin(), id.directory.end());
  }
}

bool is_strictly_sorted(const std::vector<ServerId>& servers) {
  return std::ranges::adjacent_find(servers, std::greater_equal{}) == servers.end();
}

}  // namespace

bool Configuration::is_voter(const ServerId& id) const {
  return contains(voters, id);
}

bool Configuration::is_learner(const ServerId& id) const {
  return contains(learners, id);
}

std::optional<Configuration> apply(const Configuration& to, const MembershipChange& change) {
  Configuration next = to;
  const ServerId& id = change.server;
  switch (change.kind) {
    case MembershipChange::Kind::kAddLearner:
      if (to.is_voter(id) || to.is_learner(id)) return std::nullopt;
      insert(next.learners, id);
      return next;
    case MembershipChange::Kind::kPromote:
      if (!to.is_learner(id)) return std::nullopt;
      std::erase(next.learners, id);
      insert(next.voters, id);
      return next;
    case MembershipChange::Kind::kRemove:
      std::erase(next.learners, id);
      std::erase(next.voters, id);
      if (next == to || next.voters.empty()) return std::nullopt;
      return next;
  }
  return std::nullopt;
}

Bytes encode(const Configuration& configuration) {
  Bytes out;
  put_servers(out, configuration.voters);
  put_servers(out, configuration.learners);
  return out;
}

std::optional<Configuration> decode_configuration(const Bytes& bytes) {
  Reader reader(bytes);
  Configuration read;
  read.voters = reader.servers();
  read.learners = reader.servers();
  if (!reader.done() || read.voters.empty()) return std::nullopt;
  if (!is_strictly_sorted(read.voters) || !is_strictly_sorted(read.learners)) return std::nullopt;
  for (const ServerId& id : read.learners) {
    if (read.is_voter(id)) return std::nullopt;
  }
  return read;
}

Bytes encode_leader(int32_t node) {
  Bytes out;
  put_u32(out, static_cast<uint32_t>(node));
  return out;
}

}  // namespace tenon::kraft
