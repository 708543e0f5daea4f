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

bool world_writable(const fs::path& path) {
  std::error_code error;
  const fs::perms perms = fs::status(path, error).permissions();
  return !error && (perms & fs::perms::others_write) != fs::perms::none;
}

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

Result<std::string> check_file(const std::string& path) {
  std::error_code error;
  const fs::path canonical = fs::canonical(path, error);
  if (error) return fail(Errc::kPluginMissing, path, error.message());
  const std::string text = canonical.string();
  if (!fs::is_regular_file(canonical, error))
    return fail(Errc::kPluginRefused, text, "it is not a regular file");
  for (const fs::path& checked : {canonical, canonical.parent_path()}) {
    if (!world_writable(checked)) continue;
    return fail(Errc::kPluginRefused, text,
                fmt::format("{} is writable by everyone, who could replace the plugin: "
                            "chmod o-w {}",
                            checked == canonical ? "it" : "its folder", checked.string()));
  }
  return text;
}

Result<std::string> find_library(const std::string& kind, const std::string& name,
                                 const std::vector<std::string>& directories) {
  const std::string file = fmt::format("{}-{}{}", kind, name, kSuffix);
  std::vector<std::string> found;
  for (const std::string& directory : directories) {
    std::error_code error;
    const fs::path canonical = fs::canonical(fs::path(directory) / file, error);
    // One file that two directories lead to is one file.
    const bool is_new = !error && std::ranges::find(found, canonical.string()) == found.end();
    if (is_new) found.push_back(canonical.string());
  }
  if (found.empty()) {
    return fail(Errc::kPluginMissing, "",
                fmt::format("there is no {} in {}{}", file, fmt::join(directories, " or "),
                            suggestion(kind, name, directories)));
  }
  if (found.size() > 1) {
    return fail(Errc::kPluginRefused, "",
                fmt::format("there are two, {}: remove one, or say which with path = \"...\"",
                            fmt::join(found, " and ")));
  }
  return check_file(found.front());
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
