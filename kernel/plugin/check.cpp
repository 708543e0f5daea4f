// SPDX-License-Identifier: Apache-2.0
#include "plugin/check.h"

#include <iterator>

namespace tenon::plugin {

std::expected<config::Settings, config::Problems> load_settings(const std::string& path,
                                                                const config::Overlay& overlay,
                                                                CheckFor purpose) {
  config::ReadSettings result = config::read(path, overlay);
  config::Problems more = PluginHost::check(result.settings, purpose);
  result.problems.insert(result.problems.end(), std::make_move_iterator(more.begin()),
                         std::make_move_iterator(more.end()));
  if (result.problems.empty()) return std::move(result.settings);
  config::sort_problems(result.problems);
  return std::unexpected(std::move(result.problems));
}

}  // namespace tenon::plugin
