// SPDX-License-Identifier: Apache-2.0
//
// Incremental fetch sessions (KIP-227): a client names its partitions once and then only what
// changes; the broker answers only with partitions that have something to say.
//
//   epoch -1  full fetch, no session; ends the one that is named
//   epoch  0  full fetch that asks for a session
//   epoch >0  incremental: what the session holds, altered by the request
//
// Threads: one table per shard, used only there. A connection stays on its shard; a client that
// comes back on another one is told FETCH_SESSION_ID_NOT_FOUND and begins anew, as after an
// eviction.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/random.h"
#include "wire/data/fetch.h"

namespace tenon::handlers {

// One partition that a fetch asks for. By name before version 13, by id from then on.
struct FetchTarget {
  std::string topic;
  Uuid topic_id;
  wire::FetchRequest::FetchPartition asked;
};

// Of the same partition, whatever is asked of it.
struct SamePartition {
  bool operator()(const FetchTarget& a, const FetchTarget& b) const {
    return a.asked.partition == b.asked.partition && a.topic_id == b.topic_id && a.topic == b.topic;
  }
  size_t operator()(const FetchTarget& target) const;  // its hash
};

// At most kEntriesMax partitions; who asks for more is served without a session.
class FetchSession {
 public:
  static constexpr size_t kEntriesMax = 10'000;

  // What the client was told last; a partition that has nothing new is left out.
  struct Told {
    int64_t high_watermark = -1;
    int64_t log_start_offset = -1;
  };
  struct Entry {
    FetchTarget target;
    Told told;
  };

  FetchSession(int32_t id, bool by_id) : id_(id), by_id_(by_id) {}
  int32_t id() const { return id_; }
  bool by_id() const { return by_id_; }
  // False, and nothing done, when that would be one too many.
  bool set(FetchTarget target);
  void forget(const FetchTarget& target);
  // In the order in which they are to be served: who got records last comes last.
  std::vector<FetchTarget> targets() const;
  // Notes what the response says of a partition. True if it must be in an incremental response.
  bool note(const FetchTarget& target, const wire::FetchResponse::PartitionData& says);

 private:
  friend class FetchSessions;
  struct Hash {
    size_t operator()(const FetchTarget* target) const { return SamePartition{}(*target); }
  };
  struct Equal {
    bool operator()(const FetchTarget* a, const FetchTarget* b) const {
      return SamePartition{}(*a, *b);
    }
  };

  int32_t id_;
  bool by_id_;
  int32_t next_epoch_ = 1;
  MonoTime used_{};
  std::list<Entry> entries_;  // in the order of serving
  // By the targets in entries_, which stay where they are.
  std::unordered_map<const FetchTarget*, std::list<Entry>::iterator, Hash, Equal> index_;
};

// What a fetch request comes to.
struct FetchPlan {
  std::vector<FetchTarget> targets;
  std::shared_ptr<FetchSession> session;  // null = none
  bool incremental = false;
  int32_t session_id() const { return session ? session->id() : 0; }
};

class FetchSessions {
 public:
  // Ids of this table are congruent to `shard` modulo `shards`.
  FetchSessions(size_t slots, size_t shard, size_t shards)
      : slots_(slots), shard_(shard), shards_(shards) {}

  // kFetchSessionIdNotFound, kInvalidFetchSessionEpoch, kFetchSessionTopicIdError; kInvalidTopic
  // for a name that is longer than any topic's, as the plan has a copy of it for each partition.
  Result<FetchPlan> plan(const wire::FetchRequest& request, int16_t version, MonoTime now,
                         Random& random);
  size_t size() const { return sessions_.size(); }

 private:
  FetchPlan plan_in_full(const wire::FetchRequest& request, bool by_id, MonoTime now,
                         Random& random);
  std::shared_ptr<FetchSession> make(bool by_id, MonoTime now, Random& random);
  bool make_room(MonoTime now);

  size_t slots_;
  size_t shard_;
  size_t shards_;
  std::unordered_map<int32_t, std::shared_ptr<FetchSession>> sessions_;
};

}  // namespace tenon::handlers
