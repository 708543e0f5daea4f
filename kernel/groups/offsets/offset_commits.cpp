// SPDX-License-Identifier: Apache-2.0

#include "groups/offsets/offset_commits.h"

#include <algorithm>
#include <limits>

#include "groups/append_errors.h"
#include "groups/classic/membership.h"
#include "groups/consumer/commit_check.h"

namespace tenon::groups {
namespace {

using wire::ErrorCode;

using FetchedTopic = wire::OffsetFetchResponse::OffsetFetchResponseTopics;
using FetchedPartition = wire::OffsetFetchResponse::OffsetFetchResponsePartitions;

// "No offset" is -1 without an error; the client then follows its auto.offset.reset.
FetchedPartition fetched(int32_t partition, const CommittedOffset* offset) {
  FetchedPartition answer;
  answer.partition_index = partition;
  answer.committed_offset = offset ? offset->offset : -1;
  answer.committed_leader_epoch = offset ? offset->leader_epoch : -1;
  answer.metadata = offset ? offset->metadata : "";
  return answer;
}

// Both are not negative; a client may ask for all the time there is.
int64_t add_saturated(int64_t now_ms, int64_t more_ms) {
  const int64_t room = std::numeric_limits<int64_t>::max() - now_ms;
  return now_ms + std::min(more_ms, room);
}

std::vector<FetchedTopic> fetch_all(const Group& group) {
  std::vector<FetchedTopic> topics;
  for (const auto& [name, partitions] : group.offsets.topics()) {
    FetchedTopic topic{.name = name, .partitions = {}};
    for (const auto& [partition, offset] : partitions) {
      topic.partitions.push_back(fetched(partition, &offset));
    }
    topics.push_back(std::move(topic));
  }
  return topics;
}

// KIP-98 to KIP-848: who may commit in the name of a group that exists.
ErrorCode validate_in_group(const Group& group, const wire::OffsetCommitRequest& request,
                            int16_t version) {
  const int32_t generation = request.generation_id_or_member_epoch;
  if (group.is(GroupState::kDead)) return ErrorCode::kCoordinatorNotAvailable;
  if (group.consumer) return check_commit(*group.consumer, request.member_id, generation, version);
  // A tool or a consumer that assigns partitions to itself, while no member is there.
  if (generation < 0 && group.is(GroupState::kEmpty)) return ErrorCode::kNone;
  if (generation >= 0 || !request.member_id.empty() || request.group_instance_id) {
    const ErrorCode error = group.validate_member(request.member_id, request.group_instance_id);
    if (error != ErrorCode::kNone) return error;
    if (generation != group.generation()) return ErrorCode::kIllegalGeneration;
  } else if (!group.is(GroupState::kEmpty)) {
    return ErrorCode::kUnknownMemberId;
  }
  // The member is of the new generation and has no assignment yet: nothing that it could commit.
  if (group.is(GroupState::kCompletingRebalance)) return ErrorCode::kRebalanceInProgress;
  return ErrorCode::kNone;
}

}  // namespace

void OffsetCommits::commit(const wire::OffsetCommitRequest& request, int16_t version,
                           Reply<wire::OffsetCommitResponse> reply) {
  Group* group = parts_.table.find(request.group_id);
  const ErrorCode error = validate_commit(group, request, version);
  if (error != ErrorCode::kNone) return reply.send(commit_error(request, error));
  if (group) membership_.on_offset_commit(*group, request.member_id);
  Accepted accepted = accept(request);
  if (accepted.records.empty()) return reply.send(std::move(accepted.response));
  // The first commit of a consumer that is in no group makes a group that only has offsets.
  if (!group) group = &parts_.table.get_or_create(request.group_id);
  write_commit(*group, std::move(accepted), std::move(reply));
}

ErrorCode OffsetCommits::validate_commit(const Group* group,
                                         const wire::OffsetCommitRequest& request,
                                         int16_t version) const {
  if (group) return validate_in_group(*group, request, version);
  if (request.generation_id_or_member_epoch < 0) return ErrorCode::kNone;
  return version >= 9 ? ErrorCode::kGroupIdNotFound : ErrorCode::kIllegalGeneration;
}

OffsetCommits::Accepted OffsetCommits::accept(const wire::OffsetCommitRequest& request) const {
  Accepted accepted;
  const int64_t now_ms = parts_.now_ms();
  const auto metadata_max = static_cast<size_t>(parts_.config.offset_metadata_max_bytes);
  for (const auto& topic : request.topics) {
    auto& answers = accepted.response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& partition : topic.partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      const std::string metadata = partition.committed_metadata.value_or("");
      if (metadata.size() > metadata_max) {
        answer.error_code = static_cast<int16_t>(ErrorCode::kOffsetMetadataTooLarge);
        continue;
      }
      CommittedOffset offset{.offset = partition.committed_offset,
                             .leader_epoch = partition.committed_leader_epoch,
                             .metadata = metadata,
                             .commit_timestamp_ms = now_ms,
                             .expire_timestamp_ms = std::nullopt};
      if (partition.commit_timestamp >= 0) offset.commit_timestamp_ms = partition.commit_timestamp;
      if (request.retention_time_ms >= 0) {
        offset.expire_timestamp_ms = add_saturated(now_ms, request.retention_time_ms);
      }
      const TopicPartition& where =
          accepted.partitions.emplace_back(topic.name, partition.partition_index);
      accepted.records.push_back(offset_record(request.group_id, where, offset));
    }
  }
  return accepted;
}

// A fetch that waits for commits. It is owned by those; the last one answers it.
struct OffsetCommits::StableFetch {
  FetchRequest request;
  std::optional<Reply<FetchedGroup>> reply;
  size_t commits = 0;
  statemachine::Timer deadline;

  void answer(FetchedGroup group) {
    if (reply) std::exchange(reply, std::nullopt)->send(std::move(group));
  }
  void refuse() {
    FetchedGroup refused;
    refused.group_id = request.group_id;
    refused.error_code = static_cast<int16_t>(ErrorCode::kNotCoordinator);
    answer(std::move(refused));
  }
};

// A commit on its way into the log. It is answered when it is there, or when the client has waited
// long enough; until the log has spoken it counts as pending all the same.
struct OffsetCommits::Parked {
  std::string group_id;
  Accepted accepted;
  std::optional<Reply<wire::OffsetCommitResponse>> reply;
  statemachine::Timer deadline;
  std::vector<std::shared_ptr<StableFetch>> fetches{};

  void answer(ErrorCode code) {
    if (!reply) return;
    for (auto& topic : accepted.response.topics) {
      for (auto& partition : topic.partitions) {
        if (partition.error_code == 0) partition.error_code = static_cast<int16_t>(code);
      }
    }
    std::exchange(reply, std::nullopt)->send(std::move(accepted.response));
  }
};

void OffsetCommits::write_commit(Group& group, Accepted accepted,
                                 Reply<wire::OffsetCommitResponse> reply) {
  for (const TopicPartition& partition : accepted.partitions) {
    group.offsets.begin_commit(partition);
  }
  auto records = std::exchange(accepted.records, {});
  std::unique_ptr<Parked> parked(new Parked{.group_id = group.id(),
                                            .accepted = std::move(accepted),
                                            .reply = std::move(reply),
                                            .deadline = statemachine::Timer(parts_.scheduler)});
  parked->deadline.arm(
      std::chrono::milliseconds(parts_.config.offsets_commit_timeout_ms),
      [waiting = parked.get()] { waiting->answer(ErrorCode::kCoordinatorNotAvailable); });
  const auto entry = parked_.emplace(group.id(), parked.get());
  parts_.runtime.write(std::move(records),
                       [this, entry, parked = std::move(parked)](const Result<Offset>& result) {
                         parked_.erase(entry);
                         finish_commit(*parked, result);
                       });
}

void OffsetCommits::finish_commit(Parked& parked, const Result<Offset>& result) {
  // It is there: a commit on its way keeps a group, and its deletion lies behind it in the log.
  Group* group = parts_.table.find(parked.group_id);
  TN_ASSERT(group);
  for (const TopicPartition& partition : parked.accepted.partitions) {
    group->offsets.end_commit(partition);
  }
  parked.answer(result ? ErrorCode::kNone : offset_write_error(result.error()));
  parts_.table.erase_if_blank(*group);
  for (const auto& waiting : parked.fetches) {
    if (--waiting->commits > 0) continue;
    if (!parts_.runtime.is_active()) {
      waiting->refuse();
    } else if (waiting->reply) {
      waiting->answer(fetch(waiting->request));
    }
  }
}

void OffsetCommits::fetch_stable(FetchRequest request, Reply<FetchedGroup> reply) {
  const auto [first, last] = parked_.equal_range(request.group_id);
  FetchedGroup now = fetch(request);
  if (first == last || now.error_code != 0) return reply.send(std::move(now));
  std::shared_ptr<StableFetch> waiting(
      new StableFetch{.request = std::move(request),
                      .reply = std::move(reply),
                      .commits = static_cast<size_t>(std::distance(first, last)),
                      .deadline = statemachine::Timer(parts_.scheduler)});
  for (auto at = first; at != last; ++at) at->second->fetches.push_back(waiting);
  waiting->deadline.arm(std::chrono::milliseconds(parts_.config.offsets_commit_timeout_ms),
                        [late = waiting.get()] { late->refuse(); });
}

OffsetCommits::FetchedGroup OffsetCommits::fetch(const FetchRequest& request) const {
  FetchedGroup answer;
  answer.group_id = request.group_id;
  const Group* group = parts_.table.find(request.group_id);
  if (group && group->is(GroupState::kDead)) group = nullptr;
  if (group && group->consumer) {
    const ErrorCode error = check_fetch(*group->consumer, request.member_id, request.member_epoch);
    answer.error_code = static_cast<int16_t>(error);
    if (error != ErrorCode::kNone) return answer;
  }
  if (!request.topics) {
    if (group) answer.topics = fetch_all(*group);
    return answer;
  }
  for (const auto& topic : *request.topics) {
    FetchedTopic found{.name = topic.name, .partitions = {}};
    for (const int32_t partition : topic.partition_indexes) {
      found.partitions.push_back(
          fetched(partition, group ? group->offsets.find(topic.name, partition) : nullptr));
    }
    answer.topics.push_back(std::move(found));
  }
  return answer;
}

statemachine::Outcome<wire::OffsetDeleteResponse> OffsetCommits::remove(
    const wire::OffsetDeleteRequest& request) const {
  statemachine::Outcome<wire::OffsetDeleteResponse> outcome;
  const auto refuse = [&outcome](ErrorCode code) {
    outcome.response.error_code = static_cast<int16_t>(code);
    return std::move(outcome);
  };
  const Group* group = parts_.table.find(request.group_id);
  if (!group || group->is(GroupState::kDead)) return refuse(ErrorCode::kGroupIdNotFound);
  // Only of consumers is it known what they read.
  if (!group->members().empty() && group->protocol_type() != kConsumerProtocolType) {
    return refuse(ErrorCode::kNonEmptyGroup);
  }
  for (const auto& topic : request.topics) {
    auto& answers = outcome.response.topics.emplace_back();
    answers.name = topic.name;
    const bool read = group->is_subscribed_to(topic.name);
    for (const auto& partition : topic.partitions) {
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = partition.partition_index;
      const TopicPartition where{topic.name, partition.partition_index};
      if (read) {
        answer.error_code = static_cast<int16_t>(ErrorCode::kGroupSubscribedToTopic);
      } else if (group->offsets.find(where.topic, where.partition) ||
                 group->offsets.is_pending(where)) {
        outcome.records.push_back(offset_tombstone(request.group_id, where));
      }
    }
  }
  return outcome;
}

void OffsetCommits::delete_group(const std::string& group_id, Reply<ErrorCode> reply) {
  Group* group = parts_.table.find(group_id);
  if (!group || group->is(GroupState::kDead)) return reply.send(ErrorCode::kGroupIdNotFound);
  if (!group->is_empty()) return reply.send(ErrorCode::kNonEmptyGroup);
  std::vector<statemachine::Record> records;
  for (const TopicPartition& partition : group->offsets.known()) {
    records.push_back(offset_tombstone(group_id, partition));
  }
  write_deletion(*group, std::move(records),
                 [reply = std::move(reply)](ErrorCode code) mutable { reply.send(code); });
}

void OffsetCommits::write_deletion(Group& group, std::vector<statemachine::Record> records,
                                   std::move_only_function<void(ErrorCode)> done) {
  // The group's own tombstone comes last: with it the group goes.
  for (auto& record : group_tombstones(group)) records.push_back(std::move(record));
  group.drop_pending();
  group.begin_deletion(parts_.now_ms());
  parts_.runtime.write(std::move(records), [this, id = group.id(), done = std::move(done)](
                                               const Result<Offset>& result) mutable {
    if (result) return done(ErrorCode::kNone);
    Group* kept = parts_.table.find(id);
    if (kept && parts_.runtime.is_active()) kept->revive();
    done(group_write_error(result.error()));
  });
}

std::vector<statemachine::Record> OffsetCommits::topic_tombstones(std::string_view topic) const {
  std::vector<statemachine::Record> records;
  for (const auto& [id, group] : parts_.table.groups()) {
    for (const TopicPartition& partition : group->offsets.known(topic)) {
      records.push_back(offset_tombstone(id, partition));
    }
  }
  return records;
}

wire::OffsetCommitResponse OffsetCommits::commit_error(const wire::OffsetCommitRequest& request,
                                                       ErrorCode code) {
  wire::OffsetCommitResponse response;
  for (const auto& topic : request.topics) {
    auto& answers = response.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& partition : topic.partitions) {
      answers.partitions.push_back(
          {.partition_index = partition.partition_index, .error_code = static_cast<int16_t>(code)});
    }
  }
  return response;
}

}  // namespace tenon::groups
