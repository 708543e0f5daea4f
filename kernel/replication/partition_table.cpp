// SPDX-License-Identifier: Apache-2.0

#include "replication/partition_table.h"

#include "base/log.h"
#include "base/trace.h"
#include "metadata/changes.h"

namespace tenon::replication {

namespace {
constexpr auto kRetryDelay = std::chrono::milliseconds(10);
}

size_t owner_shard(const Uuid& topic, int32_t index, size_t shards) {
  return (std::hash<Uuid>{}(topic) + static_cast<size_t>(index)) % shards;
}

PartitionTable::PartitionTable(StorageContext& context, Scheduler& scheduler, size_t shard,
                               size_t shards)
    : context_(context),
      scheduler_(scheduler),
      shard_(shard),
      shards_(shards),
      image_(metadata::Image::empty("")) {}

PartitionTable::~PartitionTable() = default;

bool PartitionTable::is_mine(const Uuid& topic, const metadata::PartitionInfo& partition) const {
  return partition.leader == context_.self &&
         owner_shard(topic, partition.index, shards_) == shard_;
}

config::TopicConfig PartitionTable::config_of(const metadata::TopicInfo& topic) const {
  auto parsed = config::parse_topic_config(context_.topic_defaults, topic.configs);
  if (parsed) return std::move(*parsed);
  // The controller checked it when it was written; a newer Tenon may have known more.
  log_warn("{}: its configuration cannot be used ({}); the defaults are", topic.name,
           parsed.error().text());
  // Whatever else is unknown, the records are where they are.
  auto fallback = context_.topic_defaults;
  const auto storage = topic.configs.find("tenon.storage");
  if (storage != topic.configs.end()) fallback.tenon_storage = storage->second;
  return fallback;
}

void PartitionTable::configure(Partition& partition, const metadata::TopicInfo& topic) const {
  auto config = config_of(topic);
  const std::string& partitioner = config.tenon_partitioner;
  partition.set_guard(
      {.mode = config.partitioner_guard,
       .name = partitioner,
       .partitioner = partitioner.empty() ? nullptr : context_.partitioner(partitioner),
       .partitions = static_cast<int32_t>(topic.partitions.size())});
  partition.set_config(std::move(config));
}

void PartitionTable::apply(std::shared_ptr<const metadata::Image> image) {
  const auto before = std::exchange(image_, std::move(image));
  const auto changes = metadata::changes_between(*before, *image_);
  for (const auto& topic : changes.deleted) remove_topic(*topic);
  for (const auto& topic : changes.created) apply_topic(*topic);
  for (const auto& changed : changes.changed) apply_topic(*changed.after);
}

void PartitionTable::apply_topic(const metadata::TopicInfo& topic) {
  for (const auto& partition : topic.partitions) {
    if (!is_mine(topic.id, partition)) continue;
    auto found = slots_.find({topic.id, partition.index});
    if (found == slots_.end()) {
      open(topic, partition);
    } else if (found->second.partition) {
      found->second.partition->set_state(partition);
      configure(*found->second.partition, topic);
    }
  }
}

void PartitionTable::open(const metadata::TopicInfo& topic,
                          const metadata::PartitionInfo& partition) {
  const Key key{topic.id, partition.index};
  slots_.emplace(key, Slot{});
  ++opening_;
  submit_open({key, {topic.name, partition.index}, config_of(topic), partition.leader_epoch});
}

void PartitionTable::submit_open(Opening opening) {
  context_.pool.submit([this, opening = std::move(opening)]() mutable {
    auto opened = std::make_shared<Result<Opened>>(open_log(opening));
    scheduler_.post([this, opening = std::move(opening), opened]() mutable {
      if (!*opened && opened->error().code == Errc::kInUse) {
        // A topic of that name was deleted a moment ago and its files are still being removed.
        scheduler_.call_after(kRetryDelay, [this, opening = std::move(opening)]() mutable {
          submit_open(std::move(opening));
        });
      } else {
        on_opened(opening.key, opening.name, std::move(*opened));
      }
    });
  });
}

Result<PartitionTable::Opened> PartitionTable::open_log(const Opening& opening) {
  const std::string name = opening.name.text();
  const std::string& storage = opening.config.tenon_storage;
  const plugin::StorageEngine* engine = context_.engine(storage);
  if (engine == nullptr) {
    return fail(Errc::kKafkaStorageError, name,
                "its tenon.storage \"" + storage + "\" is not loaded");
  }
  auto directory = context_.directories.place(opening.name, opening.key.topic);
  if (!directory) return forward(directory);
  auto log = log::Log::open({.engine = engine,
                             .directory = *directory,
                             .name = name,
                             .config = opening.config,
                             .scheduler = &scheduler_,
                             .pool = &context_.pool,
                             .codecs = &context_.codecs,
                             .producer_expiry_ms = context_.producer_expiry_ms});
  if (!log) {
    context_.directories.release(*directory);
    return forward(log);
  }
  // An fsync: made here, on the pool, so that the first append finds it done.
  if (auto noted = (*log)->assign_epoch(opening.leader_epoch); !noted) {
    context_.directories.release(*directory);
    return forward(noted);
  }
  return Opened{std::move(*directory), std::move(*log)};
}

void PartitionTable::on_opened(const Key& key, const TopicPartition& name, Result<Opened> opened) {
  if (!opened) {
    settle(key, name, forward(opened));
    return;
  }
  directories_[key] = opened->directory;
  // What recovery found may be in the page cache only. Nobody sees it before it is on disk, so that
  // no offset that was shown is ever taken back.
  auto log = std::make_shared<std::unique_ptr<log::Log>>(std::move(opened->log));
  (*log)->flush([this, key, name, log](Result<Offset> durable) {
    if (durable) {
      settle(key, name, std::move(*log));
    } else {
      settle(key, name, forward(durable));
    }
  });
}

void PartitionTable::settle(const Key& key, const TopicPartition& name,
                            Result<std::unique_ptr<log::Log>> log) {
  Slot& slot = slots_.at(key);
  const metadata::TopicInfo* topic = image_->find(key.topic);
  if (!log) {
    log_error("{}: the partition is offline: {}", name.text(), log.error().text());
    slot.failed = Error{Errc::kKafkaStorageError, name.text(), log.error().text()};
    // Damage does not heal by trying again; a full disk or a want of descriptors may.
    slot.may_heal = log.error().code != Errc::kCorruptData;
    if (const auto held = directories_.find(key); held != directories_.end()) {
      context_.directories.release(held->second);
      directories_.erase(held);
    }
  } else if (topic == nullptr) {  // deleted while it was being opened
    remove_log(std::move(*log), directories_[key]);
    directories_.erase(key);
  } else {
    slot.partition = std::make_unique<Partition>(
        name, key.topic, topic->partitions.at(static_cast<size_t>(key.index)), std::move(*log),
        scheduler_);
    configure(*slot.partition, *topic);
  }
  auto waiting = std::exchange(slot.waiting, {});
  if (topic == nullptr) slots_.erase(key);
  for (auto& promise : waiting) promise.fulfil();
  finish_opening();
}

void PartitionTable::reopen_failed() {
  for (auto& [key, slot] : slots_) {
    const metadata::TopicInfo* topic = image_->find(key.topic);
    if (!slot.failed || !slot.may_heal || topic == nullptr) continue;
    slot.failed.reset();
    ++opening_;
    const auto& partition = topic->partitions.at(static_cast<size_t>(key.index));
    submit_open({key, {topic->name, key.index}, config_of(*topic), partition.leader_epoch});
  }
}

std::optional<Error> PartitionTable::first_failure(const Uuid& topic) const {
  const metadata::TopicInfo* info = image_->find(topic);
  if (info == nullptr) return std::nullopt;
  for (const auto& partition : info->partitions) {
    const auto found = slots_.find({topic, partition.index});
    if (found != slots_.end() && found->second.failed) return found->second.failed;
  }
  return std::nullopt;
}

std::vector<OfflinePartition> PartitionTable::offline() const {
  std::vector<OfflinePartition> out;
  for (const auto& [key, slot] : slots_) {
    const metadata::TopicInfo* topic = image_->find(key.topic);
    const auto failure = slot.partition ? slot.partition->failure() : slot.failed;
    if (topic && failure) out.push_back({{topic->name, key.index}, failure->detail});
  }
  return out;
}

void PartitionTable::finish_opening() {
  if (--opening_ > 0) return;
  for (auto& settling : std::exchange(settling_, {})) settling.fulfil();
}

Future<void> PartitionTable::settled() {
  Promise<void> promise;
  auto future = promise.future();
  if (opening_ == 0) {
    promise.fulfil();
  } else {
    settling_.push_back(std::move(promise));
  }
  return future;
}

Task<void> PartitionTable::opened(std::vector<std::string> topics) {
  for (const std::string& name : topics) {
    const metadata::TopicInfo* topic = image_->find(name);
    if (topic == nullptr) continue;
    // The image may be another one after each wait.
    const Uuid id = topic->id;
    const auto partitions = static_cast<int32_t>(topic->partitions.size());
    for (int32_t i = 0; i < partitions; ++i) (void)co_await ready(id, i);
  }
}

void PartitionTable::remove_topic(const metadata::TopicInfo& topic) {
  for (const auto& partition : topic.partitions) {
    const Key key{topic.id, partition.index};
    const auto found = slots_.find(key);
    if (found == slots_.end()) continue;
    Slot& slot = found->second;
    // A partition that is still being opened is removed when it is open.
    if (!slot.partition && !slot.failed) continue;
    if (slot.partition) remove_log(slot.partition->release(), directories_[key]);
    directories_.erase(key);
    slots_.erase(found);
  }
}

void PartitionTable::remove_log(std::unique_ptr<log::Log> log, std::string directory) {
  auto shared = std::shared_ptr<log::Log>(std::move(log));
  context_.pool.submit([this, shared, directory = std::move(directory)] {
    if (auto removed = shared->remove(); !removed) {
      log_warn("{}: cannot be removed: {}", directory, removed.error().text());
    }
    context_.directories.forget(directory);
  });
}

Partition* PartitionTable::find(const Uuid& topic, int32_t index) {
  const auto found = slots_.find({topic, index});
  return found == slots_.end() ? nullptr : found->second.partition.get();
}

Task<Result<Partition*>> PartitionTable::ready(Uuid topic, int32_t index) {
  trace(TraceWay::kIn, "replication/partition_table");
  const Key key{topic, index};
  for (;;) {
    const auto found = slots_.find(key);
    if (found == slots_.end()) {
      co_return fail(Errc::kUnknownTopicOrPartition, "", "this broker does not hold the partition");
    }
    Slot& slot = found->second;
    if (slot.failed) co_return std::unexpected(*slot.failed);
    if (slot.partition) co_return slot.partition.get();
    Promise<void> opened;
    auto future = opened.future();
    slot.waiting.push_back(std::move(opened));
    co_await std::move(future);
  }
}

Future<Result<log::AppendInfo>> PartitionTable::append(const Uuid& topic, int32_t index,
                                                       MutableBytes batches,
                                                       const ProduceOptions& options) {
  trace(TraceWay::kIn, "replication/partition_table");
  if (Partition* partition = find(topic, index)) return partition->append(batches, options);
  return start([](PartitionTable& table, Uuid id, int32_t at, MutableBytes bytes,
                  ProduceOptions how) -> Task<Result<log::AppendInfo>> {
    auto partition = co_await table.ready(id, at);
    if (!partition) co_return forward(partition);
    co_return co_await (*partition)->append(bytes, how);
  }(*this, topic, index, batches, options));
}

void PartitionTable::for_each(const std::function<void(Partition&)>& visit) {
  for (auto& [key, slot] : slots_) {
    if (slot.partition) visit(*slot.partition);
  }
}

Task<Result<>> PartitionTable::close() {
  co_await settled();
  std::vector<Future<Result<>>> closing;
  for (auto& [key, slot] : slots_) {
    if (!slot.partition) continue;
    auto log = std::shared_ptr<log::Log>(slot.partition->release());
    // A request that outlives the listener's patience finds no partition instead of one without a
    // log.
    slot.partition.reset();
    slot.failed = Error{Errc::kNotLeaderOrFollower, "", "the broker is stopping"};
    slot.may_heal = false;
    Promise<Result<>> closed;
    closing.push_back(closed.future());
    context_.pool.submit(
        [this, log, closed = std::make_shared<Promise<Result<>>>(std::move(closed))] {
          auto result = std::make_shared<Result<>>(log->close());
          scheduler_.post([closed, result, log] { closed->fulfil(std::move(*result)); });
        });
  }
  Result<> first;
  for (auto& future : closing) {
    auto result = co_await std::move(future);
    if (!result && first) first = std::move(result);
  }
  slots_.clear();
  co_return first;
}

}  // namespace tenon::replication
