// SPDX-License-Identifier: Apache-2.0
//
// What a request to change topics comes to: f(image, request) -> (records, results). Pure but for
// the random ids; nothing is changed before the controller commits the records. Called by the
// controller with its pending image.
//
// The records of all parts that succeed go together; a result that is an error has none. With
// validate_only the results are the same and there are no records. A part that appears twice in a
// request is kInvalidRequest each time.
#pragma once

#include <vector>

#include "base/random.h"
#include "controller/requests.h"
#include "controller/topics/topic_rules.h"
#include "metadata/image.h"
#include "metadata/records.h"

namespace tenon::controller {

struct PlanContext {
  const metadata::Image& image;  // as it will be when all changes before this one are committed
  const TopicPolicy& policy;
  Random& random;
};

template <class T = void>
struct Plan {
  std::vector<metadata::Record> records;
  Results<T> results;
};

Plan<CreatedTopic> plan_create_topics(const PlanContext& context,
                                      const std::vector<NewTopic>& topics,
                                      const CreateTopicsOptions& options);
Plan<DeletedTopic> plan_delete_topics(const PlanContext& context,
                                      const std::vector<TopicToDelete>& topics);
Plan<> plan_create_partitions(const PlanContext& context, const std::vector<MorePartitions>& topics,
                              bool validate_only);
Plan<> plan_alter_topic_configs(const PlanContext& context,
                                const std::vector<TopicConfigChanges>& topics, bool validate_only);

}  // namespace tenon::controller
