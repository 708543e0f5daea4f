// SPDX-License-Identifier: Apache-2.0

#include "broker/group_plugins.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tenon::broker {
namespace {

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

Result<> check_assignor(const std::vector<std::string>& loaded, std::string_view config,
                        const std::string& name) {
  if (name.empty() || holds(loaded, name)) return {};
  const std::string others =
      loaded.empty() ? "none is" : fmt::format("loaded: {}", fmt::join(loaded, ", "));
  return fail(Errc::kInvalidConfig, config,
              fmt::format("no assignor plugin \"{}\" is loaded ({}); a table [assignor.NAME] of "
                          "the broker's TOML loads one",
                          name, others));
}

}  // namespace

Result<> check_group_plugins(const std::vector<std::string>& loaded,
                             const config::GroupOptions& options) {
  if (auto ok = check_assignor(loaded, config::kAssignorConfig, options.assignor); !ok) return ok;
  return check_assignor(loaded, config::kShadowAssignorConfig, options.shadow_assignor);
}

std::vector<std::string> offered_assignors(const std::vector<std::string>& wanted,
                                           const std::vector<std::string>& loaded) {
  std::vector<std::string> offered;
  for (const std::string& name : wanted) {
    if (holds(loaded, name)) offered.push_back(name);
  }
  for (const std::string& name : loaded) {
    if (!holds(offered, name)) offered.push_back(name);
  }
  return offered;
}

}  // namespace tenon::broker
