// SPDX-License-Identifier: Apache-2.0
//
// Which groups a change of the cluster concerns: those that read a topic that has come, gone or
// grown, by its name or by an expression, and all of them when brokers stand in other racks. It
// only says who is to be looked at; whether anything is different for a group, its next target
// tells.
//
// One thread. The cost of a change is that of its topics times the distinct expressions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "groups/assignment/topic_regex.h"
#include "groups/consumer/consumer_group.h"
#include "metadata/changes.h"

namespace tenon::groups {

class TopicWatch {
 public:
  // Takes a change in, before groups are held against it.
  void look(const metadata::Changes& changes, const metadata::Image& image);
  bool concerns(const ConsumerGroup& group, const metadata::Changes& changes);

 private:
  using Racks = std::vector<std::pair<BrokerId, std::optional<std::string>>>;

  bool matches(const std::string& regex, std::string_view topic);

  Racks racks_;
  bool racks_changed_ = false;
  std::map<std::string, TopicRegex, std::less<>> compiled_;
};

}  // namespace tenon::groups
