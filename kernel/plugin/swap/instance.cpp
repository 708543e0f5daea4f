// SPDX-License-Identifier: Apache-2.0
#include "plugin/swap/instance.h"

#include <utility>

namespace tenon::plugin {

InstancePointer Retired::keep(const std::shared_ptr<Retired>& retired,
                              std::unique_ptr<Instance> instance) {
  return {instance.release(),
          [retired](Instance* ended) { retired->take(std::unique_ptr<Instance>(ended)); }};
}

void Retired::take(std::unique_ptr<Instance> instance) {
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(instance));
}

void Retired::sweep() {
  std::vector<std::unique_ptr<Instance>> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(waiting_);
  }
}

}  // namespace tenon::plugin
