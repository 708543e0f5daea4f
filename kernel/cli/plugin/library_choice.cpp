// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin/library_choice.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "config/settings.h"
#include "config/text/suggest.h"
#include "plugin/info.h"
#include "plugin/load/module_check.h"
#include "plugin/load/option_check.h"

namespace tenon::cli {
namespace {

namespace fs = std::filesystem;

std::unexpected<Failure> failed_with(const config::Problems& problems) {
  std::string text;
  for (const config::Problem& problem : problems)
    text += (text.empty() ? "" : "\ntenon: ") + problem.message();
  return failed(kUsage, text);
}

// The plugin's table in the configuration; empty if it has none.
Outcome<config::PluginTable> table_in(const LibraryChoice& choice,
                                      const tn_descriptor& descriptor) {
  config::PluginTable table;
  table.kind = plugin::kind_name(descriptor.kind);
  table.name = descriptor.name;
  table.at = {choice.config.empty() ? "--option" : choice.config, 0, 0};
  if (choice.config.empty()) return table;
  const auto read = config::read(choice.config, {{}, config::tenon_environment(), {}});
  // Whatever else is wrong with the file is the broker's affair.
  for (const config::PluginTable& one : read.settings.plugins.tables) {
    if (one.kind == table.kind && one.name == table.name) return one;
  }
  if (!read.problems.empty()) return failed_with(read.problems);
  return failed(kUsage,
                fmt::format("{}: has no table [{}.{}]", choice.config, table.kind, table.name));
}

// --option over what the table says.
Outcome<> put_options(const LibraryChoice& choice, config::PluginTable& table) {
  const config::Position at{"--option", 0, 0};
  for (const std::string& option : choice.options) {
    const size_t equals = option.find('=');
    if (equals == std::string::npos || equals == 0)
      return failed(kUsage, fmt::format("--option {}: is not key=value", option));
    const std::string key = option.substr(0, equals);
    std::erase_if(table.options, [&](const config::Entry& entry) { return entry.key == key; });
    table.options.push_back(
        {.key = key, .at = at, .value = config::text_value(option.substr(equals + 1), at)});
  }
  return {};
}

std::string text_of(const tn_value& value) {
  switch (value.type) {
    case TN_OPT_BOOL:
      return value.i64 != 0 ? "true" : "false";
    case TN_OPT_FLOAT:
      return fmt::format("{}", value.f64);
    case TN_OPT_INT:
    case TN_OPT_DURATION:
    case TN_OPT_BYTES:
      return std::to_string(value.i64);
    default:
      return {reinterpret_cast<const char*>(value.str.data), value.str.len};
  }
}

std::vector<const tn_descriptor*> all_plugins(const tn_module& module) {
  return {module.descriptors, module.descriptors + module.n_descriptors};
}

}  // namespace

void add_library_choice(CLI::App& verb, LibraryChoice& choice) {
  verb.add_option("FILE", choice.file, "The library, such as partitioner-geo.so")
      ->required()
      ->type_name("");
  verb.add_option("--name", choice.name, "One plugin of a library that holds several")
      ->type_name("NAME");
  verb.add_option("--config", choice.config, "Take its options from its table in this TOML file")
      ->type_name("FILE");
  verb.add_option("--option", choice.options, "An option of the plugin (repeatable)")
      ->allow_extra_args(false)
      ->type_name("key=value");
}

Outcome<std::string> library_path(const LibraryChoice& choice) {
  std::error_code error;
  const fs::path path = fs::absolute(choice.file).lexically_normal();
  if (fs::is_regular_file(path, error)) return path.string();
  if (fs::exists(path, error)) return failed(kFailed, path.string() + ": it is not a regular file");
  std::vector<std::string> names;
  for (fs::directory_iterator it(path.parent_path(), error), end; !error && it != end;
       it.increment(error)) {
    if (it->path().extension() == ".so") names.push_back(it->path().filename().string());
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  return failed(kNotFound, fmt::format("{}: there is no such file{}", path.string(),
                                       config::did_you_mean(path.filename().string(), known)));
}

Outcome<std::vector<const tn_descriptor*>> chosen_plugins(const LibraryChoice& choice,
                                                          const tn_module& module) {
  std::vector<const tn_descriptor*> found;
  std::vector<std::string_view> names;
  for (const tn_descriptor* one : all_plugins(module)) {
    names.emplace_back(one->name);
    if (choice.name.empty() || choice.name == one->name) found.push_back(one);
  }
  if (found.empty()) {
    return failed(kUsage, fmt::format("--name {}: the library holds no such plugin{}", choice.name,
                                      config::did_you_mean(choice.name, names)));
  }
  if (found.size() > 1 && !choice.options.empty())
    return failed(kUsage, "--option: the library holds several plugins; --name says whose it is");
  return found;
}

Outcome<const tn_descriptor*> chosen_plugin(const LibraryChoice& choice, const tn_module& module,
                                            tn_kind kind) {
  auto found = chosen_plugins(choice, module);
  if (!found) return std::unexpected(std::move(found.error()));
  const std::string first = label_of(*found->front());
  if (kind != 0) std::erase_if(*found, [&](const tn_descriptor* one) { return one->kind != kind; });
  if (found->empty()) {
    return failed(kUsage, fmt::format("{}: holds the {}, but no {}", choice.file, first,
                                      plugin::kind_name(kind)));
  }
  if (found->size() > 1)
    return failed(kUsage, "the library holds several plugins; --name says which is meant");
  return found->front();
}

Outcome<OptionTexts> chosen_options(const LibraryChoice& choice, const tn_descriptor& descriptor) {
  auto table = table_in(choice, descriptor);
  if (!table) return std::unexpected(std::move(table.error()));
  if (auto put = put_options(choice, *table); !put) return std::unexpected(std::move(put.error()));
  config::Problems problems;
  const plugin::CheckedOptions checked = plugin::check_options(descriptor, *table, problems);
  if (!problems.empty()) return failed_with(problems);
  OptionTexts texts;
  const tn_config view = checked.view();
  for (uint32_t i = 0; i < view.n_values; ++i) {
    const std::string name = plugin::option_at(descriptor, i).name;
    const auto said = [&](const config::Entry& entry) { return entry.key == name; };
    if (std::ranges::any_of(table->options, said)) texts[name] = text_of(view.values[i]);
  }
  return texts;
}

Outcome<const tn_module*> open_chosen(const LibraryChoice& choice) {
  auto path = library_path(choice);
  if (!path) return std::unexpected(std::move(path.error()));
  std::string reason;
  const tn_module* module =
      open_examined({.path = *path, .wants = [](const std::string&) { return true; }}, reason);
  if (module) return module;
  return failed(kFailed, fmt::format("{}: {}; `tenon plugin check` says more", *path, reason));
}

std::string label_of(const tn_descriptor& descriptor) {
  return plugin::kind_name(descriptor.kind) + " " + descriptor.name;
}

}  // namespace tenon::cli
