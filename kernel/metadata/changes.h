// SPDX-License-Identifier: Apache-2.0
//
// What became different from one image to the next, so that a shard opens, alters and drops only
// the logs it must. The cost follows the size of the difference, not of the cluster.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "metadata/image.h"

namespace tenon::metadata {

// A topic is known by its id: one that was deleted and made again under its name is both in
// `deleted` (the old id) and in `created`. The pointers keep the topics alive beyond their images.
struct Changes {
  struct Changed {
    std::shared_ptr<const TopicInfo> before;
    std::shared_ptr<const TopicInfo> after;
  };
  std::vector<std::shared_ptr<const TopicInfo>> created;
  std::vector<Changed> changed;  // partitions or configs
  std::vector<std::shared_ptr<const TopicInfo>> deleted;
  bool brokers_changed = false;
  std::vector<std::string> group_configs;  // ids of the groups whose configs are others now
};

// Each list is in the order of the topics' names. Any thread.
Changes changes_between(const Image& before, const Image& after);

}  // namespace tenon::metadata
