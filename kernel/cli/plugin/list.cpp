// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "cli/output/json.h"
#include "cli/output/table.h"
#include "cli/plugin/description.h"
#include "cli/plugin/plugin.h"
#include "cli/plugin_directories.h"
#include "plugin/host.h"

namespace tenon::cli {
namespace {

namespace fs = std::filesystem;
using plugin::Note;

struct ListOptions {
  std::string config;
  std::string directory;
};

// What is on the disk, and what of it a configuration loads.
struct Listing {
  std::vector<plugin::PluginHost::Available> libraries;
  std::optional<std::set<std::string>> configured;  // "kind-name"; empty: no configuration given

  bool has(const Note::Plugin& one) const {
    return configured && configured->contains(one.kind + "-" + one.name);
  }
};

Outcome<Listing> find_plugins(const ListOptions& options) {
  auto directories = plugin_directories(options.directory);
  Listing listing;
  if (!options.config.empty()) {
    const auto read = config::read(options.config, {{}, config::tenon_environment(), {}});
    if (!read.problems.empty()) return failed(kUsage, read.problems.front().message());
    const config::PluginSettings& plugins = read.settings.plugins;
    if (options.directory.empty()) directories = plugins.directories;
    listing.configured.emplace();
    for (const auto& table : plugins.tables) {
      listing.configured->insert(table.kind + "-" + table.name);
      if (!table.path.empty())
        listing.libraries.push_back({table.path, plugin::PluginHost::identify(table.path)});
    }
  }
  std::error_code error;
  for (const std::string& directory : directories) {
    if (!fs::is_directory(directory, error))
      return failed(kNotFound,
                    fmt::format("{}: is no directory; --plugins DIR names another", directory));
  }
  std::ranges::move(plugin::PluginHost::available(directories),
                    std::back_inserter(listing.libraries));
  return listing;
}

std::string as_json(const Listing& listing) {
  JsonWriter json;
  json.begin_array();
  for (const auto& library : listing.libraries) {
    if (!library.note) {
      json.begin_object().field("path", library.path);
      json.field("error", library.note.error().text()).end_object();
      continue;
    }
    for (const Note::Plugin& one : library.note->plugins) {
      json.begin_object();
      append_identity(json, *library.note, one);
      json.field("path", library.path);
      if (listing.configured) json.field("configured", listing.has(one));
      json.end_object();
    }
  }
  json.end_array();
  return json.text() + '\n';
}

std::string as_text(const Listing& listing) {
  std::vector<std::string> headings = {"KIND", "NAME", "VERSION", "ABI"};
  if (listing.configured) headings.push_back("CONFIGURED");
  headings.push_back("PATH");
  Table table(headings);
  for (const auto& library : listing.libraries) {
    if (!library.note) continue;
    for (const Note::Plugin& one : library.note->plugins) {
      std::vector<std::string> cells = {one.kind, one.name, one.version, abi_text(*library.note)};
      if (listing.configured) cells.push_back(listing.has(one) ? "yes" : "no");
      cells.push_back(library.path);
      table.add(std::move(cells));
    }
  }
  return table.text();
}

int run_list(const Shell& shell, const ListOptions& options) {
  const auto listing = find_plugins(options);
  if (!listing) return report(listing.error());
  fmt::print("{}", shell.json ? as_json(*listing) : as_text(*listing));
  int exit_code = kDone;
  for (const auto& library : listing->libraries) {
    if (!library.note) exit_code = report({kFailed, library.note.error().text()});
  }
  return exit_code;
}

}  // namespace

void add_plugin_list(CLI::App& plugin, Shell& shell) {
  auto* verb = plugin.add_subcommand("list", "List the plugins that are there");
  auto options = std::make_shared<ListOptions>();
  verb->add_option("--config", options->config, "Say which of them this configuration loads")
      ->type_name("FILE");
  verb->add_option("--plugins", options->directory, "Where to look")->type_name("DIR");
  add_format_option(*verb, shell);
  verb->footer(
      "Examples:\n"
      "  tenon plugin list\n"
      "  tenon plugin list --config configs/standalone.toml");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_list(shell, *options); };
  });
}

}  // namespace tenon::cli
