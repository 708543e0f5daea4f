// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "cli/output/json.h"
#include "cli/output/table.h"
#include "cli/plugin/description.h"
#include "cli/plugin/plugin.h"
#include "plugin/host.h"

namespace tenon::cli {
namespace {

namespace fs = std::filesystem;
using plugin::Note;
using plugin::PluginInfo;

struct InspectOptions {
  std::string path;
  bool no_load = false;
};

int report_refusal(const Error& error) {
  return report({error.code == Errc::kPluginMissing ? kNotFound : kFailed, error.text()});
}

std::string identity_text(const Note& note, const Note::Plugin& one, const std::string& path) {
  Table head;
  head.add({"KIND", one.kind});
  head.add({"NAME", one.name});
  head.add({"VERSION", one.version});
  head.add({"ABI", abi_text(note)});
  head.add({"COMPILER", note.compiler});
  head.add({"SDK", note.sdk});
  head.add({"PATH", path});
  return head.text();
}

// What the note says; no code of the library runs.
int run_identify(const Shell& shell, const std::string& path) {
  const auto note = plugin::PluginHost::identify(path);
  if (!note) return report_refusal(note.error());
  JsonWriter json;
  json.begin_array();
  std::string gap;
  for (const Note::Plugin& one : note->plugins) {
    json.begin_object();
    append_identity(json, *note, one);
    json.field("path", path).end_object();
    if (!shell.json) fmt::print("{}{}", std::exchange(gap, "\n"), identity_text(*note, one, path));
  }
  if (shell.json) fmt::print("{}\n", json.end_array().text());
  return kDone;
}

int run_inspect(const Shell& shell, const std::string& path) {
  const auto plugins = plugin::PluginHost::inspect(path);
  if (!plugins) return report_refusal(plugins.error());
  JsonWriter json;
  json.begin_array();
  std::string gap;
  for (const PluginInfo& info : *plugins) {
    json.begin_object();
    append_plugin(json, info);
    json.end_object();
    if (!shell.json) fmt::print("{}{}", std::exchange(gap, "\n"), description_text(info));
  }
  if (shell.json) {
    fmt::print("{}\n", json.end_array().text());
  } else {
    fmt::print("\nThe library was loaded to read this; --no-load shows what its note says.\n");
  }
  return kDone;
}

}  // namespace

void add_plugin_inspect(CLI::App& plugin, Shell& shell) {
  auto* verb = plugin.add_subcommand("inspect", "Show what a plugin is and which options it has");
  auto options = std::make_shared<InspectOptions>();
  verb->add_option("FILE", options->path, "The library, such as codec-gzip.so")
      ->required()
      ->type_name("");
  verb->add_flag("--no-load", options->no_load,
                 "Show what its note says, without loading the library for its options");
  add_format_option(*verb, shell);
  verb->footer("Example:\n  tenon plugin inspect build/lib/tenon/plugins/codec-zstd.so");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] {
      const std::string path = fs::absolute(options->path).lexically_normal();
      return options->no_load ? run_identify(shell, path) : run_inspect(shell, path);
    };
  });
}

}  // namespace tenon::cli
