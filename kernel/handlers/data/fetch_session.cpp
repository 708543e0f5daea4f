// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/fetch_session.h"

#include <algorithm>
#include <limits>

namespace tenon::handlers {
namespace {

constexpr int32_t kFinalEpoch = -1;
constexpr int32_t kInitialEpoch = 0;
constexpr int16_t kFirstVersionById = 13;
// A session that was used less long ago is not given up for a newcomer (Kafka's
// min.incremental.fetch.session.eviction.ms).
constexpr auto kSafeFor = std::chrono::minutes(2);
// Kafka's limit of a topic's name.
constexpr size_t kNameBytesMax = 249;

Result<> check_names(const wire::FetchRequest& request) {
  const auto is_long = [](const auto& topic) { return topic.topic.size() > kNameBytesMax; };
  if (std::ranges::any_of(request.topics, is_long) ||
      std::ranges::any_of(request.forgotten_topics_data, is_long)) {
    return fail(Errc::kInvalidTopic, "fetch", "no topic has so long a name");
  }
  return {};
}

std::vector<FetchTarget> targets_of(const wire::FetchRequest& request) {
  std::vector<FetchTarget> targets;
  for (const auto& topic : request.topics) {
    for (const auto& partition : topic.partitions) {
      targets.push_back({topic.topic, topic.topic_id, partition});
    }
  }
  return targets;
}

}  // namespace

size_t SamePartition::operator()(const FetchTarget& target) const {
  size_t hash = std::hash<std::string>{}(target.topic);
  for (const uint64_t part : {load_be<uint64_t>(target.topic_id.bytes.data()),
                              load_be<uint64_t>(target.topic_id.bytes.data() + 8),
                              static_cast<uint64_t>(target.asked.partition)}) {
    hash = (hash ^ part) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 32;
  }
  return hash;
}

bool FetchSession::set(FetchTarget target) {
  const auto found = index_.find(&target);
  if (found != index_.end()) {
    found->second->target.asked = target.asked;
    return true;
  }
  if (entries_.size() >= kEntriesMax) return false;
  entries_.push_back({std::move(target), {}});
  index_.emplace(&entries_.back().target, std::prev(entries_.end()));
  return true;
}

void FetchSession::forget(const FetchTarget& target) {
  const auto found = index_.find(&target);
  if (found == index_.end()) return;
  const auto entry = found->second;
  index_.erase(found);
  entries_.erase(entry);
}

std::vector<FetchTarget> FetchSession::targets() const {
  std::vector<FetchTarget> targets;
  targets.reserve(entries_.size());
  for (const Entry& entry : entries_) targets.push_back(entry.target);
  return targets;
}

bool FetchSession::note(const FetchTarget& target, const wire::FetchResponse::PartitionData& says) {
  const auto indexed = index_.find(&target);
  if (indexed == index_.end()) return true;
  const auto found = indexed->second;
  const bool records = says.records && !says.records->empty();
  const bool news = records || says.error_code != 0 || says.diverging_epoch.epoch >= 0 ||
                    says.high_watermark != found->told.high_watermark ||
                    says.log_start_offset != found->told.log_start_offset;
  found->told = {says.high_watermark, says.log_start_offset};
  // After an error the client must hear of the recovery, too.
  if (says.error_code != 0) found->told = {};
  if (records) entries_.splice(entries_.end(), entries_, found);
  return news;
}

bool FetchSessions::make_room(MonoTime now) {
  if (slots_ == 0) return false;
  if (sessions_.size() < slots_) return true;
  const auto oldest = std::ranges::min_element(
      sessions_, {}, [](const auto& entry) { return entry.second->used_; });
  if (now - oldest->second->used_ < kSafeFor) return false;
  sessions_.erase(oldest);
  return true;
}

std::shared_ptr<FetchSession> FetchSessions::make(bool by_id, MonoTime now, Random& random) {
  if (!make_room(now)) return nullptr;
  const auto ids = static_cast<uint64_t>(std::numeric_limits<int32_t>::max()) / shards_ - 1;
  int32_t id = 0;
  do {
    id = static_cast<int32_t>((1 + random.below(ids)) * shards_ + shard_);
  } while (sessions_.contains(id));
  auto session = std::make_shared<FetchSession>(id, by_id);
  session->used_ = now;
  sessions_.emplace(id, session);
  return session;
}

FetchPlan FetchSessions::plan_in_full(const wire::FetchRequest& request, bool by_id, MonoTime now,
                                      Random& random) {
  if (request.session_id != 0) sessions_.erase(request.session_id);
  FetchPlan plan{.targets = targets_of(request), .session = nullptr, .incremental = false};
  const size_t count = plan.targets.size();
  if (request.session_epoch == kInitialEpoch && count > 0 && count <= FetchSession::kEntriesMax) {
    plan.session = make(by_id, now, random);
    for (const FetchTarget& target : plan.targets) {
      if (plan.session) plan.session->set(target);
    }
  }
  return plan;
}

Result<FetchPlan> FetchSessions::plan(const wire::FetchRequest& request, int16_t version,
                                      MonoTime now, Random& random) {
  const bool by_id = version >= kFirstVersionById;
  if (Result<> named = check_names(request); !named) return forward(named);
  if (request.session_epoch == kFinalEpoch || request.session_epoch == kInitialEpoch) {
    return plan_in_full(request, by_id, now, random);
  }
  const auto found = sessions_.find(request.session_id);
  if (found == sessions_.end()) {
    return fail(Errc::kFetchSessionIdNotFound, std::to_string(request.session_id),
                "no such fetch session");
  }
  FetchSession& session = *found->second;
  if (session.next_epoch_ != request.session_epoch) {
    return fail(Errc::kInvalidFetchSessionEpoch, std::to_string(request.session_id),
                "the fetch session is at epoch " + std::to_string(session.next_epoch_));
  }
  if (session.by_id() != by_id) {
    return fail(Errc::kFetchSessionTopicIdError, std::to_string(request.session_id),
                "the fetch session was made with topic names, or with ids");
  }
  constexpr auto kLast = std::numeric_limits<int32_t>::max();
  session.next_epoch_ = session.next_epoch_ == kLast ? 1 : session.next_epoch_ + 1;
  session.used_ = now;
  for (FetchTarget& target : targets_of(request)) {
    if (session.set(std::move(target))) continue;
    sessions_.erase(found);  // the client begins anew, and gets none
    return fail(Errc::kFetchSessionIdNotFound, std::to_string(request.session_id),
                "the fetch session has too many partitions");
  }
  for (const auto& topic : request.forgotten_topics_data) {
    FetchTarget forgotten{topic.topic, topic.topic_id, {}};
    for (const int32_t partition : topic.partitions) {
      forgotten.asked.partition = partition;
      session.forget(forgotten);
    }
  }
  return FetchPlan{.targets = session.targets(), .session = found->second, .incremental = true};
}

}  // namespace tenon::handlers
