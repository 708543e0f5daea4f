// SPDX-License-Identifier: Apache-2.0
//
// OffsetCommit and OffsetDelete name partitions that may not exist. Those are answered here, and
// the group hears of the others only.
#pragma once

#include <utility>
#include <vector>

#include "handlers/errors.h"
#include "metadata/image.h"

namespace tenon::handlers {

// Takes the partitions that do not exist, and topics of which nothing is left, out of the request,
// into a response of their own: UNKNOWN_TOPIC_OR_PARTITION at each.
template <class Response, class Request>
Response take_unknown(Request& request, const metadata::Image& image) {
  Response unknown;
  for (auto& topic : request.topics) {
    const auto* known = image.find(topic.name);
    const auto is_unknown = [known](const auto& partition) {
      return known == nullptr || partition.partition_index < 0 ||
             static_cast<size_t>(partition.partition_index) >= known->partitions.size();
    };
    typename decltype(Response::topics)::value_type refused{.name = topic.name, .partitions = {}};
    for (const auto& partition : topic.partitions) {
      if (!is_unknown(partition)) continue;
      refused.partitions.push_back(
          {partition.partition_index, error_code(Errc::kUnknownTopicOrPartition)});
    }
    std::erase_if(topic.partitions, is_unknown);
    if (!refused.partitions.empty()) unknown.topics.push_back(std::move(refused));
  }
  std::erase_if(request.topics, [](const auto& topic) { return topic.partitions.empty(); });
  return unknown;
}

}  // namespace tenon::handlers
