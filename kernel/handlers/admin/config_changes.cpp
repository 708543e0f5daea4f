// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/config_changes.h"

#include "handlers/admin/resource_types.h"

namespace tenon::handlers {

Result<> check_can_be_altered(int8_t resource_type, const std::string& name) {
  if (resource_type == kTopicResource) return {};
  return fail(Errc::kInvalidRequest, name,
              "only configs of topics can be altered; those of a broker are in its TOML");
}

Task<std::vector<Result<>>> alter_topics(
    Call& call, std::vector<Result<controller::TopicConfigChanges>> changes, bool validate_only) {
  std::vector<Result<>> results;
  std::vector<controller::TopicConfigChanges> accepted;
  std::vector<size_t> places;
  for (auto& change : changes) {
    results.push_back(change ? Result<>{} : forward(change));
    if (!change) continue;
    places.push_back(results.size() - 1);
    accepted.push_back(std::move(*change));
  }
  auto& services = call.services;
  auto altered = co_await call_on(
      call.scheduler(), services.controller_home,
      [&services, accepted = std::move(accepted), validate_only]() mutable {
        return services.controller.alter_topic_configs(std::move(accepted), validate_only);
      });
  co_await services.replicas.opened(call.scheduler(), {});
  for (size_t i = 0; i < altered.size(); ++i) results[places[i]] = std::move(altered[i]);
  co_return results;
}

}  // namespace tenon::handlers
