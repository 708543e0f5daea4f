// SPDX-License-Identifier: Apache-2.0

#include "controller/configs/group_plans.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include "controller/configs/config_changes.h"

namespace tenon::controller {

namespace {

std::optional<std::string> no_lists(std::string_view) {
  return std::nullopt;
}

Result<> is_right(const GroupPolicy& policy, const Configs& configs) {
  auto options = config::parse_group_config(policy.defaults, configs);
  if (!options) return forward(options);
  return policy.check_options ? policy.check_options(*options) : Result<>();
}

// A group whose configs the operator has made wrong since, by other bounds or without an assignor
// that it names, can still lose any of them, and be given others that are right by themselves.
Result<> check(const GroupPolicy& policy, const GroupConfigChanges& request, const Configs& before,
               const Configs& after) {
  bool sets = request.replace_all;
  for (const ConfigChange& change : request.changes) sets |= change.op != ConfigOp::kDelete;
  if (!sets) return {};
  Configs judged = after;
  if (!request.replace_all && !is_right(policy, before)) {
    std::erase_if(judged, [&request](const auto& config) {
      return std::ranges::find(request.changes, config.first, &ConfigChange::name) ==
             request.changes.end();
    });
  }
  return is_right(policy, judged);
}

Result<> plan_group(const metadata::Image& image, const GroupPolicy& policy,
                    const GroupConfigChanges& request, std::vector<metadata::Record>& records) {
  if (request.group_id.empty())
    return fail(Errc::kInvalidRequest, "", "Configs are those of one group: its name is missing");
  const Configs& before = image.group_configs(request.group_id);
  auto after = change_configs(before, {request.changes, request.replace_all}, no_lists);
  if (!after) return forward(after);
  if (auto ok = check(policy, request, before, *after); !ok) return ok;
  append_difference(request.group_id, before, *after, metadata::group_config_record, records);
  return {};
}

}  // namespace

Plan<> plan_alter_group_configs(const metadata::Image& image, const GroupPolicy& policy,
                                const std::vector<GroupConfigChanges>& groups, bool validate_only) {
  Plan<> plan;
  std::map<std::string_view, int> times_named;
  for (const GroupConfigChanges& request : groups) ++times_named[request.group_id];
  for (const GroupConfigChanges& request : groups) {
    if (times_named[request.group_id] > 1) {
      plan.results.push_back(
          fail(Errc::kInvalidRequest, "", "Duplicate resource: the request names it twice"));
    } else {
      plan.results.push_back(plan_group(image, policy, request, plan.records));
    }
  }
  if (validate_only) plan.records.clear();
  return plan;
}

}  // namespace tenon::controller
