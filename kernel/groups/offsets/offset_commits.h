// SPDX-License-Identifier: Apache-2.0
//
// The offsets of groups: commit, fetch, delete, and forgetting them when they are old. Readers see
// what is committed in the log and nothing else; what a commit answered is there after a crash.
//
// Commit: judged against the group, one record per partition, one batch per request; partitions
// that are refused do not keep the others from being written.
// Fetch: what is committed now; or, for who requires stable offsets, what is committed when the
// commits that are on their way now have come through. Members that take partitions over ask so
// (KIP-447), and would otherwise read again what their last owner has just committed.
// Expiry: every offsets.retention.check.interval.ms, offsets whose retention has passed are deleted
// (KIP-211): in an empty group counted from when it became empty, in a simple group or for topics
// nobody in the group reads from the commit. An empty group without offsets goes with them.
//
// Threads: the coordinator's scheduler.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "groups/classic/rebalance.h"
#include "groups/table/reply.h"
#include "statemachine/timer.h"
#include "wire/groups/delete_groups.h"
#include "wire/groups/offset_commit.h"
#include "wire/groups/offset_delete.h"
#include "wire/groups/offset_fetch.h"

namespace tenon::groups {

class Membership;

class OffsetCommits {
 public:
  using FetchRequest = wire::OffsetFetchRequest::OffsetFetchRequestGroup;
  using FetchedGroup = wire::OffsetFetchResponse::OffsetFetchResponseGroup;

  OffsetCommits(const CoordinatorParts& parts, Membership& membership)
      : parts_(parts), membership_(membership), expiry_timer_(parts.scheduler) {}

  void commit(const wire::OffsetCommitRequest& request, int16_t version,
              Reply<wire::OffsetCommitResponse> reply);
  FetchedGroup fetch(const FetchRequest& request) const;
  // Without a commit on its way, what is committed is stable.
  bool is_stable(std::string_view group_id) const { return !parked_.contains(group_id); }
  // Answers when the commits of the group that are on their way now are through; NOT_COORDINATOR,
  // as in Kafka, after the commit timeout. Later commits are not waited for.
  void fetch_stable(FetchRequest request, Reply<FetchedGroup> reply);
  statemachine::Outcome<wire::OffsetDeleteResponse> remove(
      const wire::OffsetDeleteRequest& request) const;

  // Deletes an empty group with its offsets.
  void delete_group(const std::string& group_id, Reply<wire::ErrorCode> reply);
  // The records that make all groups forget a topic.
  std::vector<statemachine::Record> topic_tombstones(std::string_view topic) const;

  void on_loaded() { arm_expiry(); }
  void on_stopped() { expiry_timer_.cancel(); }

  // Every partition of the request with this error.
  static wire::OffsetCommitResponse commit_error(const wire::OffsetCommitRequest& request,
                                                 wire::ErrorCode code);

 private:
  struct Accepted {
    wire::OffsetCommitResponse response;
    std::vector<statemachine::Record> records;
    std::vector<TopicPartition> partitions;
  };
  struct Parked;
  struct StableFetch;
  wire::ErrorCode validate_commit(const Group* group, const wire::OffsetCommitRequest& request,
                                  int16_t version) const;
  Accepted accept(const wire::OffsetCommitRequest& request) const;
  void write_commit(Group& group, Accepted accepted, Reply<wire::OffsetCommitResponse> reply);
  void finish_commit(Parked& parked, const Result<Offset>& result);

  void arm_expiry();
  void expire();
  bool is_expired(const Group& group, const CommittedOffset& offset) const;
  std::vector<TopicPartition> expired_offsets(const Group& group) const;
  void expire_group(Group& group);
  // The group is Dead until its tombstone is in the log, and Empty again if it cannot be written.
  void write_deletion(Group& group, std::vector<statemachine::Record> records,
                      std::move_only_function<void(wire::ErrorCode)> done);

  const CoordinatorParts& parts_;
  Membership& membership_;
  statemachine::Timer expiry_timer_;
  std::multimap<std::string, Parked*, std::less<>> parked_;  // by group; the log owns them
};

}  // namespace tenon::groups
