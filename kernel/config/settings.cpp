// SPDX-License-Identifier: Apache-2.0
#include "config/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <tuple>

#include "base/assert.h"
#include "config/settings_checks.h"
#include "config/settings_table.h"
#include "config/text/suggest.h"
#include "config/toml/overlay.h"
#include "config/toml/toml_reader.h"

namespace tenon::config {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPluginKinds[] = {"partitioner", "assignor", "codec", "storage"};
constexpr std::string_view kLaterPluginKinds[] = {"coordination"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// Absolute, beginning at `folder` if it is relative, without "." and "..".
std::string absolute_path(const std::string& path, const fs::path& folder) {
  std::string normal = (folder / path).lexically_normal().string();
  if (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
  return normal;
}

fs::path executable_folder(const Overlay& overlay) {
  if (!overlay.executable_dir.empty()) return overlay.executable_dir;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::current_path(error) : program.parent_path();
}

// Walks the document once, sets what it finds, and complains about the rest.
class Reader {
 public:
  Reader(ReadSettings& into, fs::path program_folder)
      : settings_(into.settings),
        problems_(into.problems),
        program_folder_(std::move(program_folder)) {}

  void set_defaults() {
    for (const Setting& setting : settings_table()) {
      const auto value = convert(text_value(setting.default_text, {}), setting.shape);
      TN_ASSERT(value.has_value());
      apply(setting, *value, {});
    }
  }

  void walk(const Value& table, const std::string& prefix) {
    for (const Entry& entry : table.entries) {
      const std::string key = prefix.empty() ? entry.key : prefix + "." + entry.key;
      const bool top = prefix.empty();
      if (const Setting* setting = find_setting(key)) {
        set(*setting, entry);
      } else if (top && is_one_of(key, kLaterPluginKinds)) {
        report(entry.at, fmt::format("plugins of the kind \"{}\" are not in this release", key));
      } else if (is_section(key)) {
        walk_section(entry, key);
      } else if (!top || !is_one_of(key, kPluginKinds)) {
        report_unknown(entry, prefix, key);
      }
      if (top && is_one_of(key, kPluginKinds)) read_plugins(entry);
    }
  }

  // [storage] holds plugins and may stand before other kinds of which the file speaks first.
  void sort_plugins() {
    std::ranges::sort(settings_.plugins.tables, {}, [](const PluginTable& table) {
      const Position& at = table.at;
      return std::tuple(at.line == 0, at.line, at.column, table.kind, table.name);
    });
  }

  // Once everything has been read: from paths as written to paths as used.
  void resolve_paths() {
    std::error_code error;
    const fs::path working_folder = fs::current_path(error);
    for (std::string& path : settings_.storage.data_dirs)
      path = absolute_path(path, working_folder);
    settings_.plugins.builtin_directory = absolute_path("../lib/tenon/plugins", program_folder_);
    auto& directories = settings_.plugins.directories;
    if (directories.empty()) directories = {"../lib/tenon/plugins"};
    for (std::string& path : directories) path = absolute_path(path, program_folder_);
  }

 private:
  void report(const Position& at, std::string text) { problems_.emplace_back(at, std::move(text)); }

  void apply(const Setting& setting, const OptionValue& value, const Position& at) {
    setting.set(settings_, value);
    settings_.origins[setting.key] = {
        .text = format_option(value, setting.shape), .kafka = kafka_text(setting, value), .at = at};
  }

  void set(const Setting& setting, const Entry& entry) {
    const auto value = convert(entry.value, setting.shape);
    if (!value) return report(entry.value.at, fmt::format("\"{}\" {}", setting.key, value.error()));
    apply(setting, *value, entry.value.at);
  }

  // [storage] holds settings and, as [storage.segment], tables of plugins; so do sections that
  // share their name with a kind.
  void walk_section(const Entry& entry, const std::string& key) {
    if (entry.value.kind != ValueKind::kTable)
      return report(entry.at, fmt::format("\"{0}\" must be a table: [{0}]", key));
    if (!is_one_of(key, kPluginKinds)) return walk(entry.value, key);
    Value plain = entry.value;
    std::erase_if(plain.entries, [](const Entry& e) { return e.value.kind == ValueKind::kTable; });
    walk(plain, key);
  }

  void report_unknown(const Entry& entry, const std::string& prefix, const std::string& key) {
    const bool is_table = entry.value.kind == ValueKind::kTable;
    const auto same_kafka_name = [&](const Setting& s) { return s.kafka_name == key; };
    const auto known = std::ranges::find_if(settings_table(), same_kafka_name);
    if (known != settings_table().end())
      return report(entry.at,
                    fmt::format("unknown setting \"{}\"; Tenon calls it \"{}\"", key, known->key));
    if (key == "listener") {
      return report(entry.at,
                    "unknown table [[listener]]: this release has one listener, which "
                    "\"kafka.bind\" and \"kafka.advertise\" describe");
    }
    report(entry.at, fmt::format("unknown {} \"{}\"{}", is_table ? "table" : "setting", key,
                                 suggestion(entry.key, prefix)));
  }

  // The nearest name in the same table; else the same name in another one.
  std::string suggestion(const std::string& name, const std::string& prefix) const {
    std::vector<std::string_view> known;
    for (const Setting& setting : settings_table()) {
      std::string_view rest = setting.key;
      if (!prefix.empty()) {
        if (!rest.starts_with(prefix + ".")) continue;
        rest.remove_prefix(prefix.size() + 1);
      }
      known.push_back(rest.substr(0, rest.find('.')));
    }
    if (prefix.empty()) known.insert(known.end(), std::begin(kPluginKinds), std::end(kPluginKinds));
    if (const std::string_view found = nearest(name, known); !found.empty()) {
      return fmt::format("; did you mean \"{}{}{}\"?", prefix, prefix.empty() ? "" : ".", found);
    }
    const auto elsewhere = std::ranges::find(settings_table(), name, &Setting::last_name);
    if (elsewhere == settings_table().end()) return "";
    return fmt::format("; did you mean \"{}\"?", elsewhere->key);
  }

  void read_plugins(const Entry& kind) {
    if (kind.value.kind != ValueKind::kTable) {
      if (is_section(kind.key)) return;  // said already
      return report(kind.at, fmt::format("\"{0}\" must hold tables like [{0}.NAME]", kind.key));
    }
    for (const Entry& entry : kind.value.entries) {
      if (entry.value.kind == ValueKind::kTable) {
        read_plugin(kind.key, entry);
      } else if (!is_section(kind.key)) {
        report(entry.at,
               fmt::format("\"{}\" must be a table: [{}.{}]", entry.key, kind.key, entry.key));
      }
    }
  }

  void read_plugin(const std::string& kind, const Entry& entry) {
    const bool well_named = !entry.key.empty() && std::ranges::all_of(entry.key, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    if (!well_named) {
      return report(entry.at, fmt::format("\"{}\" cannot be the name of a {} plugin: use lower "
                                          "case, digits, '-' and '_'",
                                          entry.key, kind));
    }
    PluginTable table{.kind = kind,
                      .name = entry.key,
                      .at = entry.at,
                      .path = {},
                      .path_at = {},
                      .sha256 = {},
                      .sha256_at = {},
                      .options = {}};
    for (const Entry& option : entry.value.entries) {
      if (option.key == "path") {
        read_path(option, table);
      } else if (option.key == "sha256") {
        read_sha256(option, table);
      } else {
        table.options.push_back(option);
      }
    }
    settings_.plugins.tables.push_back(std::move(table));
  }

  void read_path(const Entry& option, PluginTable& table) {
    const auto value = convert(option.value, {.type = OptionType::kPath});
    if (!value || value->text.empty())
      return report(option.value.at, "\"path\" must be the path of a shared library");
    table.path = absolute_path(value->text, program_folder_);
    table.path_at = option.value.at;
  }

  void read_sha256(const Entry& option, PluginTable& table) {
    const auto value = convert(option.value, {.type = OptionType::kString});
    std::string sum = value ? value->text : "";
    const bool is_hex = std::ranges::all_of(sum, [](unsigned char c) { return std::isxdigit(c); });
    if (sum.size() != 64 || !is_hex) {
      return report(option.value.at,
                    "\"sha256\" must be the 64 hexadecimal digits that `sha256sum FILE` prints");
    }
    std::ranges::transform(sum, sum.begin(), [](unsigned char c) { return std::tolower(c); });
    table.sha256 = std::move(sum);
    table.sha256_at = option.value.at;
  }

  Settings& settings_;
  Problems& problems_;
  fs::path program_folder_;
};

ReadSettings read_document(Value root, const std::string& file, const Overlay& overlay,
                           Problems problems) {
  ReadSettings result{.settings = {}, .problems = std::move(problems)};
  overlay_environment(root, overlay.environment, result.problems);
  overlay_overrides(root, overlay.overrides, result.problems);
  Reader reader(result, executable_folder(overlay));
  reader.set_defaults();
  reader.walk(root, "");
  reader.sort_plugins();
  reader.resolve_paths();
  check_settings(result.settings, file, result.problems);
  sort_problems(result.problems);
  return result;
}

// A file that cannot even be read or parsed: one problem, and no talk of what it does not say.
ReadSettings unreadable(Problem problem) {
  ReadSettings result;
  Reader(result, {}).set_defaults();
  result.problems.push_back(std::move(problem));
  return result;
}

}  // namespace

ReadSettings read_text(std::string_view text, const std::string& file, const Overlay& overlay) {
  auto root = read_toml(text, file);
  if (!root) return unreadable(std::move(root.error()));
  return read_document(*std::move(root), file, overlay, {});
}

ReadSettings read(const std::string& path, const Overlay& overlay) {
  std::error_code status;
  if (fs::is_directory(path, status)) return unreadable({{path}, "is a directory"});
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream.is_open() || stream.bad()) {
    const std::string reason = std::generic_category().message(errno ? errno : EIO);
    return unreadable({{path}, "cannot be read: " + reason});
  }
  return read_text(text, path, overlay);
}

std::expected<Settings, Problems> load(const std::string& path,
                                       const std::vector<std::string>& overrides,
                                       const Environment& environment) {
  ReadSettings result =
      read(path, {.overrides = overrides, .environment = environment, .executable_dir = {}});
  if (!result.problems.empty()) return std::unexpected(std::move(result.problems));
  return std::move(result.settings);
}

Environment tenon_environment() {
  Environment found;
  for (char** variable = environ; variable && *variable; ++variable) {
    const std::string_view text = *variable;
    const size_t equals = text.find('=');
    if (!text.starts_with(kEnvironmentPrefix) || equals == std::string_view::npos) continue;
    found.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

}  // namespace tenon::config
