// SPDX-License-Identifier: Apache-2.0

#include "metadata/image.h"

#include <algorithm>

namespace tenon::metadata {

namespace {

char metric_char(char c) {
  return c == '.' ? '_' : c;
}

}  // namespace

bool is_internal_topic(std::string_view name) {
  return name == kGroupOffsetsTopic || name == kTransactionStateTopic;
}

bool TopicsByMetricName::less(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, metric_char, metric_char);
}

std::shared_ptr<const Image> Image::empty(std::string cluster_id) {
  Image image;
  image.cluster_id_ = std::move(cluster_id);
  return std::make_shared<const Image>(std::move(image));
}

const std::map<std::string, std::string>& Image::group_configs(std::string_view group_id) const {
  static const std::map<std::string, std::string> none;
  const GroupConfigs* found = groups_.find(group_id);
  return found ? found->configs : none;
}

const BrokerInfo* Image::find_broker(BrokerId id) const {
  const auto at = std::ranges::lower_bound(brokers_, id, {}, &BrokerInfo::id);
  return at != brokers_.end() && at->id == id ? &*at : nullptr;
}

}  // namespace tenon::metadata
