// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "cli/output/json.h"
#include "cli/plugin/description.h"
#include "cli/plugin/plugin.h"
#include "plugin/host.h"

namespace tenon::cli {
namespace {

namespace fs = std::filesystem;
using plugin::PluginInfo;

int run_inspect(const Shell& shell, const std::string& path) {
  const auto plugins = plugin::PluginHost::inspect(fs::absolute(path).lexically_normal());
  if (!plugins) {
    const bool missing = plugins.error().code == Errc::kPluginMissing;
    return report({missing ? kNotFound : kFailed, plugins.error().text()});
  }
  JsonWriter json;
  json.begin_array();
  std::string gap;
  for (const PluginInfo& info : *plugins) {
    json.begin_object();
    append_plugin(json, info);
    json.end_object();
    if (!shell.json) fmt::print("{}{}", std::exchange(gap, "\n"), description_text(info));
  }
  if (shell.json) fmt::print("{}\n", json.end_array().text());
  return kDone;
}

}  // namespace

void add_plugin_inspect(CLI::App& plugin, Shell& shell) {
  auto* verb = plugin.add_subcommand("inspect", "Show what a plugin is and which options it has");
  auto path = std::make_shared<std::string>();
  verb->add_option("FILE", *path, "The library, such as codec-gzip.so")->required()->type_name("");
  add_format_option(*verb, shell);
  verb->footer("Example:\n  tenon plugin inspect build/lib/tenon/plugins/codec-zstd.so");
  verb->callback(
      [path, &shell] { shell.action = [path, &shell] { return run_inspect(shell, *path); }; });
}

}  // namespace tenon::cli
