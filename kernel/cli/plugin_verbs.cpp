// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin_verbs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "cli/output/json.h"
#include "cli/output/table.h"
#include "cli/plugin_directories.h"
#include "plugin/host.h"

namespace tenon::cli {
namespace {

namespace fs = std::filesystem;
using plugin::OptionInfo;
using plugin::PluginInfo;

struct ListOptions {
  std::string config;
  std::string directory;
};

// What is on the disk, and what of it a configuration loads.
struct Listing {
  std::vector<plugin::PluginHost::Available> libraries;
  std::optional<std::set<std::string>> configured;  // "kind-name"; empty: no configuration given

  bool has(const PluginInfo& info) const {
    return configured && configured->contains(info.kind + "-" + info.name);
  }
};

std::string abi(const PluginInfo& info) {
  return fmt::format("{}.{}", info.abi_major, info.abi_min_minor);
}

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
        listing.libraries.push_back({table.path, plugin::PluginHost::inspect(table.path)});
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

void append_option(JsonWriter& json, const OptionInfo& option) {
  json.begin_object().field("name", option.name).field("type", option.type).key("default");
  option.has_default ? json.value(option.default_text) : json.null();
  json.field("required", option.required).field("secret", option.secret);
  const bool bounded = option.min != 0 || option.max != 0;
  json.key("min");
  bounded ? json.value(option.min) : json.null();
  json.key("max");
  bounded ? json.value(option.max) : json.null();
  json.key("choices").begin_array();
  for (const std::string& choice : option.choices) json.value(choice);
  json.end_array().field("about", option.about).end_object();
}

// The members of one plugin, without the braces.
void append_plugin(JsonWriter& json, const PluginInfo& info) {
  json.field("kind", info.kind).field("name", info.name).field("version", info.version);
  json.field("abi", abi(info)).field("vendor", info.vendor).field("license", info.license);
  json.field("about", info.about).field("path", info.path).key("options").begin_array();
  for (const OptionInfo& option : info.options) append_option(json, option);
  json.end_array();
}

std::string as_json(const Listing& listing) {
  JsonWriter json;
  json.begin_array();
  for (const auto& library : listing.libraries) {
    if (!library.plugins) {
      json.begin_object().field("path", library.path);
      json.field("error", library.plugins.error().text()).end_object();
      continue;
    }
    for (const PluginInfo& info : *library.plugins) {
      json.begin_object();
      append_plugin(json, info);
      if (listing.configured) json.field("configured", listing.has(info));
      json.end_object();
    }
  }
  json.end_array();
  return json.text() + '\n';
}

std::string as_text(const Listing& listing) {
  std::vector<std::string> headings = {"KIND", "NAME", "VERSION", "ABI", "LICENSE"};
  if (listing.configured) headings.push_back("CONFIGURED");
  headings.push_back("PATH");
  Table table(headings);
  for (const auto& library : listing.libraries) {
    if (!library.plugins) continue;
    for (const PluginInfo& info : *library.plugins) {
      std::vector<std::string> cells = {info.kind, info.name, info.version, abi(info),
                                        info.license};
      if (listing.configured) cells.push_back(listing.has(info) ? "yes" : "no");
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
    if (!library.plugins) exit_code = report({kFailed, library.plugins.error().text()});
  }
  return exit_code;
}

std::string default_of(const OptionInfo& option) {
  if (option.required) return "(required)";
  if (!option.has_default) return "-";
  return option.default_text.empty() ? "\"\"" : option.default_text;
}

std::string bounds_of(const OptionInfo& option) {
  if (!option.choices.empty()) return fmt::format("{}", fmt::join(option.choices, " | "));
  if (option.min == 0 && option.max == 0) return "-";
  return fmt::format("{} to {}", option.min, option.max);
}

std::string as_text(const PluginInfo& info) {
  Table head;
  head.add({"KIND", info.kind});
  head.add({"NAME", info.name});
  head.add({"VERSION", info.version});
  head.add({"ABI", abi(info)});
  head.add({"VENDOR", info.vendor});
  head.add({"LICENSE", info.license});
  head.add({"ABOUT", info.about});
  head.add({"PATH", info.path});
  if (info.options.empty()) return head.text() + "\nIt has no options.\n";
  Table options({"OPTION", "TYPE", "DEFAULT", "BOUNDS", "ABOUT"});
  for (const OptionInfo& option : info.options)
    options.add({option.name, option.type + (option.secret ? " (secret)" : ""), default_of(option),
                 bounds_of(option), option.about});
  return head.text() + '\n' + options.text();
}

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
    if (!shell.json) fmt::print("{}{}", std::exchange(gap, "\n"), as_text(info));
  }
  if (shell.json) fmt::print("{}\n", json.end_array().text());
  return kDone;
}

void add_list(CLI::App& plugin, Shell& shell) {
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

void add_inspect(CLI::App& plugin, Shell& shell) {
  auto* verb = plugin.add_subcommand("inspect", "Show what a plugin is and which options it has");
  auto path = std::make_shared<std::string>();
  verb->add_option("FILE", *path, "The library, such as codec-gzip.so")->required()->type_name("");
  add_format_option(*verb, shell);
  verb->footer("Example:\n  tenon plugin inspect build/lib/tenon/plugins/codec-zstd.so");
  verb->callback(
      [path, &shell] { shell.action = [path, &shell] { return run_inspect(shell, *path); }; });
}

}  // namespace

void add_plugin(CLI::App& app, Shell& shell) {
  auto* plugin = app.add_subcommand("plugin", "List and inspect plugins");
  plugin->require_subcommand(1);
  add_list(*plugin, shell);
  add_inspect(*plugin, shell);
}

}  // namespace tenon::cli
