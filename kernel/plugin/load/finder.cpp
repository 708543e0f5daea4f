// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/finder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "config/text/suggest.h"

namespace tenon::plugin {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".so";

// The name that the user may have meant, among the plugins of that kind that are there.
std::string suggestion(const std::string& kind, const std::string& name,
                       const std::vector<std::string>& directories) {
  std::vector<std::string> stems;
  for (const std::string& path : list_libraries(directories)) {
    const std::string stem = fs::path(path).stem().string();
    if (stem.starts_with(kind + "-")) stems.push_back(stem.substr(kind.size() + 1));
  }
  const std::vector<std::string_view> known(stems.begin(), stems.end());
  return config::did_you_mean(name, known);
}

}  // namespace

Result<TrustedFile> find_library(const std::string& kind, const std::string& name,
                                 const std::vector<std::string>& directories, const Trust& trust) {
  const std::string file = fmt::format("{}-{}{}", kind, name, kSuffix);
  std::vector<TrustedFile> found;
  for (const std::string& directory : directories) {
    auto opened = open_trusted((fs::path(directory) / file).string(), directories, trust);
    if (!opened && opened.error().code == Errc::kPluginMissing) continue;
    if (!opened) return opened;
    // One file that two directories lead to is one file.
    const auto same = [&](const TrustedFile& other) { return other.state == opened->state; };
    if (std::ranges::none_of(found, same)) found.push_back(*std::move(opened));
  }
  if (found.empty()) {
    return fail(Errc::kPluginMissing, "",
                fmt::format("there is no {} in {}{}", file, fmt::join(directories, " or "),
                            suggestion(kind, name, directories)));
  }
  if (found.size() > 1) {
    return fail(Errc::kPluginRefused, "",
                fmt::format("there are two, {} and {}: remove one, or say which with path = "
                            "\"...\"",
                            found[0].path, found[1].path));
  }
  return std::move(found.front());
}

std::vector<std::string> list_libraries(const std::vector<std::string>& directories) {
  std::vector<std::string> paths;
  for (const std::string& directory : directories) {
    std::error_code error;
    for (fs::directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
      if (it->path().extension() == kSuffix) paths.push_back(it->path().string());
    }
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace tenon::plugin
