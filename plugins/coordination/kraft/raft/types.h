// SPDX-License-Identifier: Apache-2.0
//
// The words of the Raft core: servers, terms, entries, who votes. Values; any
// thread.
//
// Raft is as in Ongaro and Ousterhout, "In Search of an Understandable
// Consensus Algorithm" (2014), and Ongaro's dissertation (2014), whose sections
// are named where a rule comes from.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tenon::kraft {

// A server and the disk that it votes with: one that comes back with an empty
// disk is another server, because it has forgotten its votes (as the voters of
// KIP-853).
struct ServerId {
  int32_t node = -1;
  std::array<uint8_t, 16> directory{};

  auto operator<=>(const ServerId&) const = default;
};

using Term = int32_t;    // 0 = before the first election
using Index = uint64_t;  // of an entry; the first is 1
using Millis = int64_t;  // of a clock that never goes back
using WriteNumber = uint64_t;

using Bytes = std::vector<uint8_t>;
// Entries are shared by the log, by messages under way and by those who read
// them.
using SharedBytes = std::shared_ptr<const Bytes>;

enum class EntryKind : uint8_t { kLeadership = 1, kData = 2, kConfiguration = 3 };

struct Entry {
  Index index = 0;
  Term term = 0;
  EntryKind kind = EntryKind::kData;
  SharedBytes payload{};

  size_t size() const { return payload ? payload->size() : 0; }
};

// Where a log stands: later terms are newer, and in one term longer logs.
struct Position {
  Term term = 0;
  Index index = 0;

  auto operator<=>(const Position&) const = default;
};

// What a server must never forget: the newest term that it knows, and whom it
// voted for in it.
struct Vote {
  Term term = 0;
  std::optional<ServerId> candidate;

  bool operator==(const Vote&) const = default;
};

// Who takes part (dissertation 4.1, 4.2.1). Learners are sent everything and
// never counted. Whoever is neither may still be sent everything, as an
// observer, if it asks.
struct Configuration {
  std::vector<ServerId> voters;    // in order
  std::vector<ServerId> learners;  // in order; none that is a voter

  bool operator==(const Configuration&) const = default;
  bool is_voter(const ServerId& id) const;
  bool is_learner(const ServerId& id) const;
};

// What one server may become in one step. A voter is made of a learner.
struct MembershipChange {
  enum class Kind : uint8_t { kAddLearner, kPromote, kRemove };
  Kind kind;
  ServerId server;
};

// The configuration after the change; nothing if the change says nothing new,
// would promote one that is no learner, or remove the last voter.
std::optional<Configuration> apply(const Configuration& to, const MembershipChange& change);

//   configuration = voters:u32 server{voters} learners:u32 server{learners}
//   server        = node:u32 directory:byte{16} integers big-endian
Bytes encode(const Configuration& configuration);
// Nothing if it is not exactly that.
std::optional<Configuration> decode_configuration(const Bytes& bytes);

// Of an entry of kind kLeadership: who leads. node:u32
Bytes encode_leader(int32_t node);

}  // namespace tenon::kraft
