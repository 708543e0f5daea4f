// SPDX-License-Identifier: Apache-2.0

#include "replication/replicas.h"

#include <algorithm>
#include <iterator>

namespace tenon::replication {

Replicas::Replicas(StorageContext& context, std::vector<Scheduler*> schedulers)
    : schedulers_(std::move(schedulers)), closed_(schedulers_.size(), 0) {
  for (size_t i = 0; i < schedulers_.size(); ++i) {
    tables_.push_back(
        std::make_unique<PartitionTable>(context, *schedulers_[i], i, schedulers_.size()));
  }
}

void Replicas::publish(std::shared_ptr<const metadata::Image> image) {
  for (size_t i = 0; i < tables_.size(); ++i) {
    schedulers_[i]->post([this, i, image] { apply(i, image); });
  }
}

void Replicas::apply(size_t shard, std::shared_ptr<const metadata::Image> image) {
  const auto before = tables_[shard]->shared_image();
  tables_[shard]->apply(image);
  if (applied_) applied_(shard, *before, *image);
}

Task<void> Replicas::settled(Scheduler& home) {
  for (size_t i = 0; i < tables_.size(); ++i) {
    co_await call_on(home, *schedulers_[i],
                     [table = tables_[i].get()]() -> Task<void> { co_await table->settled(); });
  }
}

Task<void> Replicas::opened(Scheduler& home, std::vector<std::string> topics) {
  for (size_t i = 0; i < tables_.size(); ++i) {
    co_await call_on(home, *schedulers_[i],
                     [table = tables_[i].get(), topics] { return table->opened(topics); });
  }
}

Task<std::vector<OfflinePartition>> Replicas::offline(Scheduler& home) {
  std::vector<OfflinePartition> all;
  for (size_t i = 0; i < tables_.size(); ++i) {
    auto some = co_await call_on(home, *schedulers_[i],
                                 [table = tables_[i].get()] { return table->offline(); });
    std::ranges::move(some, std::back_inserter(all));
  }
  std::ranges::sort(all, {}, &OfflinePartition::name);
  co_return all;
}

Task<std::optional<Error>> Replicas::first_failure(Scheduler& home, Uuid topic) {
  for (size_t i = 0; i < tables_.size(); ++i) {
    auto failure = co_await call_on(home, *schedulers_[i], [table = tables_[i].get(), topic] {
      return table->first_failure(topic);
    });
    if (failure) co_return failure;
  }
  co_return std::nullopt;
}

void Replicas::start_periodic(const Periods& periods) {
  const auto each = [](void (Partition::*work)()) {
    return [work](PartitionTable& table) {
      table.for_each([work](Partition& partition) { (partition.*work)(); });
    };
  };
  for (size_t i = 0; i < tables_.size(); ++i) {
    schedulers_[i]->post([this, i, periods, each] {
      repeat(i, periods.retention_check, each(&Partition::apply_retention));
      repeat(i, periods.flush_interval, each(&Partition::flush_if_interval));
      repeat(i, periods.reopen, [](PartitionTable& table) { table.reopen_failed(); });
    });
  }
}

void Replicas::repeat(size_t shard, Duration period, std::function<void(PartitionTable&)> work) {
  schedulers_[shard]->call_after(period, [this, shard, period, work = std::move(work)] {
    if (closed_[shard] != 0) return;
    work(*tables_[shard]);
    repeat(shard, period, work);
  });
}

void Replicas::release_waits() {
  // Set before the waits are woken: one that comes after its shard was swept sees it.
  waits_released_.store(true, std::memory_order_release);
  for (size_t i = 0; i < tables_.size(); ++i) {
    schedulers_[i]->post([table = tables_[i].get()] {
      table->for_each([](Partition& partition) { partition.wake_fetches(); });
    });
  }
}

Task<Result<>> Replicas::close(Scheduler& home) {
  Result<> first;
  for (size_t i = 0; i < tables_.size(); ++i) {
    auto closed = co_await call_on(home, *schedulers_[i], [this, i]() -> Task<Result<>> {
      closed_[i] = 1;
      co_return co_await tables_[i]->close();
    });
    if (!closed && first) first = std::move(closed);
  }
  co_return first;
}

}  // namespace tenon::replication
