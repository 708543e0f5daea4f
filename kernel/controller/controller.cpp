// SPDX-License-Identifier: Apache-2.0

#include "controller/controller.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "base/log.h"
#include "controller/topics/topic_plans.h"
#include "metadata/delta.h"

namespace tenon::controller {

namespace {

using metadata::Image;
using metadata::Record;

// What a plan can still say when its records could not be committed: its own refusals.
template <class T>
void fail_the_successes(Results<T>& results, const Error& why) {
  for (auto& result : results) {
    if (result) result = std::unexpected(why);
  }
}

// The answer to a request of one part.
template <class T>
Result<T> only(Results<T> results) {
  TN_ASSERT(results.size() == 1);
  return std::move(results.front());
}

// The topics of clients that these records ask to compact.
std::vector<std::string> topics_to_compact(const std::vector<Record>& records) {
  std::vector<std::string> topics;
  for (const Record& record : records) {
    const auto* config = std::get_if<wire::ConfigRecord>(&record);
    const bool of_topic = config && config->resource_type == metadata::kTopicResource;
    if (!of_topic || config->name != "cleanup.policy" || !config->value) continue;
    if (metadata::is_internal_topic(config->resource_name)) continue;
    if (config->value->contains("compact")) topics.push_back(config->resource_name);
  }
  return topics;
}

Task<void> watch_snapshot(Future<Result<>> saved, uint64_t index, std::shared_ptr<bool> under_way) {
  const Result<> done = co_await saved;
  *under_way = false;
  if (done) {
    log_debug("metadata snapshot of entry {} is durable", index);
  } else if (done.error().code != Errc::kShutdown) {
    log_warn("metadata snapshot of entry {}: {}", index, done.error().text());
  }
}

}  // namespace

Controller::Controller(ControllerOptions options) : options_(std::move(options)) {
  TN_ASSERT(options_.scheduler && options_.journal && options_.random);
}

Controller::~Controller() {
  options_.journal->unsubscribe();
}

void Controller::on_image(ImageListener listener) {
  if (published_) listener(image_);
  listeners_.push_back(std::move(listener));
}

Task<Result<>> Controller::start() {
  TN_ASSERT(options_.scheduler->is_current() && !image_);
  if (auto done = replay_snapshot(); !done) co_return done;
  options_.journal->subscribe(image_->index() + 1,
                              [this](std::span<const Entry> entries) { on_entries(entries); });
  if (stopped_) co_return std::unexpected(*stopped_);
  auto elected = co_await options_.journal->campaign(options_.broker.id);
  if (!elected) co_return std::unexpected(elected.error());
  leadership_ = *elected;
  co_return co_await register_broker();
}

Result<> Controller::replay_snapshot() {
  image_ = Image::empty(options_.cluster_id);
  const auto& snapshot = options_.journal->snapshot();
  if (!snapshot) return {};
  auto records = metadata::decode_records(snapshot->body);
  if (!records) return forward(records);
  metadata::Delta delta(*image_);
  if (auto done = delta.replay(*records); !done) return done;
  delta.set_controller(snapshot->leader.leader, snapshot->leader.epoch);
  image_ = delta.finish(snapshot->index);
  return {};
}

Task<Result<>> Controller::register_broker() {
  metadata::BrokerInfo broker = options_.broker;
  // The entry of our election is newer than any registration, so its index can count them.
  broker.epoch = static_cast<int64_t>(leadership_.index);
  const uint64_t high = options_.random->next();
  broker.incarnation = Uuid::from_random(high, options_.random->next());
  Records records;
  records.emplace_back(metadata::to_record(broker));
  co_return co_await commit(std::move(records));
}

Result<> Controller::check_writable() const {
  TN_ASSERT(options_.scheduler->is_current());
  if (stopped_) return std::unexpected(*stopped_);
  if (leadership_.epoch == 0)
    return fail(Errc::kNotController, "", "the controller has not been elected yet");
  return {};
}

Task<Result<>> Controller::commit(Records records) {
  if (auto ok = check_writable(); !ok) co_return ok;
  if (records.empty()) co_return co_await options_.journal->barrier();
  auto next = metadata::apply(pending(), records, pending().index() + 1);
  if (!next) {
    log_error("a planned change contradicts the image, and is not made: {}", next.error().text());
    co_return forward(next);
  }
  const ImagePtr mine = *next;
  pending_.push_back(mine);
  const auto written =
      co_await options_.journal->append(leadership_.epoch, metadata::encode_records(records));
  if (written) co_return Result<>();
  // What was to follow this entry will not be written, either; what came before it still may. Not
  // there any more: that of an earlier change was refused, and took ours with it.
  pending_.erase(std::ranges::find(pending_, mine), pending_.end());
  Error why = written.error();
  if (why.code == Errc::kFenced) why.code = Errc::kNotController, stopped_ = why;
  co_return std::unexpected(std::move(why));
}

// Entries have become durable. Those of ours were applied when they were written; one image is
// published for all of them.
void Controller::on_entries(std::span<const Entry> entries) {
  if (leadership_.epoch == 0) return replay_entries(entries);
  for (const Entry& entry : entries) {
    if (entry.kind == EntryKind::kLeadership || pending_.empty()) continue;
    TN_ASSERT(pending_.front()->index() == entry.index);
    image_ = std::move(pending_.front());
    pending_.pop_front();
  }
  publish();
  snapshot_if_grown();
}

// Entries that were written before we were elected, and that of our election.
void Controller::replay_entries(std::span<const Entry> entries) {
  metadata::Delta delta(*image_);
  for (const Entry& entry : entries) {
    Result<> done;
    if (entry.kind == EntryKind::kLeadership) {
      const auto leader = decode_leadership(entry);
      if (leader) delta.set_controller(leader->leader, leader->epoch);
      if (!leader) done = std::unexpected(leader.error());
    } else {
      const auto records = metadata::decode_records(entry.payload);
      done = records ? delta.replay(*records) : Result<>(std::unexpected(records.error()));
    }
    if (done) continue;
    stopped_ = done.error();
    stopped_->where = fmt::format("metadata journal, entry {}", entry.index);
    return;
  }
  image_ = delta.finish(entries.back().index);
}

void Controller::publish() {
  published_ = true;
  for (const ImageListener& listener : listeners_) listener(image_);
}

void Controller::snapshot_if_grown() {
  Journal& journal = *options_.journal;
  if (*snapshot_under_way_ || journal.bytes_since_snapshot() < options_.snapshot_after_bytes)
    return;
  if (image_->index() != journal.durable_index()) return;
  *snapshot_under_way_ = true;
  auto saved = journal.save_snapshot(image_->index(), [image = image_] {
    return metadata::encode_records(metadata::to_records(*image));
  });
  spawn(watch_snapshot(std::move(saved), image_->index(), snapshot_under_way_));
}

template <class T, class PlanFunction>
Task<Results<T>> Controller::change(size_t parts, PlanFunction plan_function) {
  if (auto ok = check_writable(); !ok)
    co_return Results<T>(parts, Result<T>(std::unexpected(ok.error())));
  Plan<T> plan = plan_function(PlanContext{pending(), options_.topics, *options_.random});
  const auto to_compact = topics_to_compact(plan.records);
  const Result<> committed = co_await commit(std::move(plan.records));
  if (!committed) {
    fail_the_successes(plan.results, committed.error());
    co_return std::move(plan.results);
  }
  for (const std::string& topic : to_compact)
    log_warn("{}: cleanup.policy asks for compaction, which is not done yet: records stay", topic);
  co_return std::move(plan.results);
}

Task<Results<CreatedTopic>> Controller::create_topics(std::vector<NewTopic> topics,
                                                      CreateTopicsOptions options) {
  co_return co_await change<CreatedTopic>(topics.size(), [&](const PlanContext& context) {
    return plan_create_topics(context, topics, options);
  });
}

Task<Result<CreatedTopic>> Controller::create_topic(NewTopic topic, CreateTopicsOptions options) {
  std::vector<NewTopic> topics;
  topics.push_back(std::move(topic));
  co_return only(co_await create_topics(std::move(topics), options));
}

Task<Results<DeletedTopic>> Controller::delete_topics(std::vector<TopicToDelete> topics) {
  co_return co_await change<DeletedTopic>(topics.size(), [&](const PlanContext& context) {
    return plan_delete_topics(context, topics);
  });
}

Task<Result<DeletedTopic>> Controller::delete_topic(TopicToDelete topic) {
  std::vector<TopicToDelete> topics;
  topics.push_back(std::move(topic));
  co_return only(co_await delete_topics(std::move(topics)));
}

Task<Results<>> Controller::create_partitions(std::vector<MorePartitions> topics,
                                              bool validate_only) {
  co_return co_await change<void>(topics.size(), [&](const PlanContext& context) {
    return plan_create_partitions(context, topics, validate_only);
  });
}

Task<Results<>> Controller::alter_topic_configs(std::vector<TopicConfigChanges> topics,
                                                bool validate_only) {
  co_return co_await change<void>(topics.size(), [&](const PlanContext& context) {
    return plan_alter_topic_configs(context, topics, validate_only);
  });
}

Task<Results<>> Controller::alter_group_configs(std::vector<GroupConfigChanges> groups,
                                                bool validate_only) {
  co_return co_await change<void>(groups.size(), [&](const PlanContext& context) {
    return plan_alter_group_configs(context.image, options_.groups, groups, validate_only);
  });
}

Task<Result<ProducerIdBlock>> Controller::allocate_producer_ids() {
  if (auto ok = check_writable(); !ok) co_return std::unexpected(ok.error());
  const int64_t first = pending().next_producer_id();
  if (first > std::numeric_limits<int64_t>::max() - kProducerIdBlockSize)
    co_return fail(Errc::kUnknown, "", "all producer ids have been given out");
  Records records;
  records.emplace_back(wire::ProducerIdsRecord{.broker_id = options_.broker.id.value,
                                               .broker_epoch = leadership_.epoch,
                                               .next_producer_id = first + kProducerIdBlockSize});
  const Result<> committed = co_await commit(std::move(records));
  if (!committed) co_return std::unexpected(committed.error());
  co_return ProducerIdBlock{ProducerId{first}, kProducerIdBlockSize};
}

Task<Result<>> Controller::drain() {
  co_return co_await options_.journal->barrier();
}

}  // namespace tenon::controller
