// SPDX-License-Identifier: Apache-2.0
#include "bridge/topic.h"

#include <algorithm>
#include <ctime>

namespace tenon::bridge {

int64_t coarse_now_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

bool Route::covers(std::string_view topic) const {
  return topics.empty() || std::find(topics.begin(), topics.end(), topic) != topics.end();
}

int64_t Topic::begun_at_ms(int64_t now_ms) {
  int64_t begun = kNotBegun;
  return begun_ms_.compare_exchange_strong(begun, now_ms, std::memory_order_relaxed) ? now_ms
                                                                                     : begun;
}

TopicTable& TopicTable::instance() {
  static auto* const leaked = new TopicTable;
  return *leaked;
}

std::shared_ptr<Topic> TopicTable::find(const rd_kafka_topic_t* handle) {
  const std::lock_guard lock(mutex_);
  const auto it = topics_.find(handle);
  return it == topics_.end() ? nullptr : it->second;
}

std::shared_ptr<Topic> TopicTable::introduce(const rd_kafka_topic_t* handle,
                                             const std::shared_ptr<const Route>& route,
                                             std::string_view name) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Topic>& topic = topics_[handle];
  if (topic && topic->route == route && topic->name == name) return topic;
  const bool replaces = topic != nullptr;
  topic = std::make_shared<Topic>(route, std::string(name));
  if (replaces) generation_.fetch_add(1, std::memory_order_release);
  return topic;
}

void TopicTable::forget(const Route* route) {
  // Destroyed after the lock is released: the last topic of an instance may end it.
  std::vector<std::shared_ptr<Topic>> ended;
  const std::lock_guard lock(mutex_);
  for (auto it = topics_.begin(); it != topics_.end();) {
    if (it->second->route.get() != route) {
      ++it;
      continue;
    }
    ended.push_back(std::move(it->second));
    it = topics_.erase(it);
  }
  if (!ended.empty()) generation_.fetch_add(1, std::memory_order_release);
}

}  // namespace tenon::bridge
