// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/topic_watch.h"

#include <algorithm>

namespace tenon::groups {
namespace {

// Expressions that are kept compiled; with more, they are compiled anew.
constexpr size_t kCompiledMax = 1'000;

}  // namespace

void TopicWatch::look(const metadata::Changes& changes, const metadata::Image& image) {
  racks_changed_ = false;
  if (!changes.brokers_changed && !racks_.empty()) return;
  Racks racks;
  for (const auto& broker : image.brokers()) racks.emplace_back(broker.id, broker.rack);
  racks_changed_ = !racks_.empty() && racks != racks_;
  racks_ = std::move(racks);
}

bool TopicWatch::concerns(const ConsumerGroup& group, const metadata::Changes& changes) {
  if (racks_changed_) return true;
  const auto read = [&group](const metadata::TopicInfo& topic) {
    return group.is_subscribed_to(topic.name);
  };
  if (std::ranges::any_of(changes.deleted, [&read](const auto& one) { return read(*one); }) ||
      std::ranges::any_of(changes.changed, [&read](const auto& one) {
        return read(*one.after) && one.before->partitions != one.after->partitions;
      })) {
    return true;
  }
  return std::ranges::any_of(changes.created, [&](const auto& topic) {
    if (read(*topic)) return true;
    return !topic->internal && std::ranges::any_of(group.regexes(), [&](const auto& entry) {
      return matches(entry.first, topic->name);
    });
  });
}

bool TopicWatch::matches(const std::string& regex, std::string_view topic) {
  auto known = compiled_.find(regex);
  if (known == compiled_.end()) {
    auto compiled = TopicRegex::compile(regex);
    if (!compiled) return false;
    if (compiled_.size() >= kCompiledMax) compiled_.clear();
    known = compiled_.emplace(regex, std::move(*compiled)).first;
  }
  return known->second.matches(topic);
}

}  // namespace tenon::groups
