// SPDX-License-Identifier: Apache-2.0
#include "plugin/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

#include "plugin/library.h"
#include "plugin/load/finder.h"
#include "plugin/load/module_check.h"
#include "plugin/watch/last_words.h"

namespace tenon::plugin {

using config::PluginSettings;
using config::PluginTable;
using config::Problem;
using config::Problems;

namespace {

Result<TrustedFile> locate(const PluginTable& table, const Sources& from) {
  if (!table.path.empty()) return open_trusted(table.path, from.directories, from.trust);
  return find_library(table.kind, table.name, from.directories, from.trust);
}

// The library as it will run, if it is the one that the table pins.
std::expected<Image, Problem> fetch(const PluginTable& table, const Sources& from) {
  const auto file = locate(table, from);
  if (!file) return std::unexpected(problem_of(table, file.error()));
  auto known = open_image(*file);
  auto image = known ? Result<Image>(*std::move(known)) : Image::copy(*file);
  if (!image) return std::unexpected(problem_of(table, image.error()));
  if (is_pinned(table, *image)) return *std::move(image);
  return std::unexpected(Problem{
      table.sha256_at,
      fmt::format("{}: {}: {}", label_of(table), image->origin(), pin_text(table, *image))});
}

// What a note says of the file, if it is a plugin that the table may mean.
Result<Note> identify_for(const PluginTable& table, const std::string& location,
                          const std::string& path) {
  auto note = plugin::identify(location, path);
  if (!note) return note;
  if (auto held = check_held(*note, table.kind, table.name, path); !held) return forward(held);
  return note;
}

// As the note, which holds the plugin, names it.
PluginBuild build_of(const PluginTable& table, const Note& note, const std::string& sum) {
  const auto is_it = [&](const Note::Plugin& one) {
    return one.kind == table.kind && one.name == table.name;
  };
  const auto it = std::ranges::find_if(note.plugins, is_it);
  return {.label = fmt::format("{} {} {}", it->kind, it->name, it->version), .fingerprint = sum};
}

// The place, the pin and the note; the image is needed for a sum alone.
std::optional<Problem> identify_one(const PluginTable& table, const Sources& from) {
  if (!table.sha256.empty()) {
    const auto image = fetch(table, from);
    if (!image) return image.error();
    const auto note = identify_for(table, image->path(), image->origin());
    return note ? std::nullopt : std::optional(problem_of(table, note.error()));
  }
  const auto file = locate(table, from);
  if (!file) return problem_of(table, file.error());
  const auto note =
      identify_for(table, fmt::format("/proc/self/fd/{}", file->descriptor.get()), file->path);
  return note ? std::nullopt : std::optional(problem_of(table, note.error()));
}

uint32_t index_of(const tn_module& module, const tn_descriptor* descriptor) {
  const auto* const* end = module.descriptors + module.n_descriptors;
  return static_cast<uint32_t>(std::find(module.descriptors, end, descriptor) - module.descriptors);
}

}  // namespace

Result<> Memory::allow(const PluginBuild& build, const std::string& path) const {
  const auto why = book ? book->verdict(build) : std::nullopt;
  if (why) return fail(Errc::kPluginRefused, path, *why);
  return {};
}

Problems all_of(Findings found) {
  std::ranges::move(found.faults, std::back_inserter(found.mistakes));
  config::sort_problems(found.mistakes);
  return std::move(found.mistakes);
}

Problems fatal_of(Findings found, const PluginSettings& settings) {
  if (settings.on_fault == config::OnFault::kSkip) found.faults.clear();
  return all_of(std::move(found));
}

std::string label_of(const PluginTable& table) {
  return fmt::format("{} \"{}\"", table.kind, table.name);
}

bool is_pinned(const PluginTable& table, const Image& image) {
  return table.sha256.empty() || table.sha256 == image.sha256();
}

std::string pin_text(const PluginTable& table, const Image& image) {
  return fmt::format(
      "its SHA-256 is {}, but the configuration pins {}: if this library is the one that is meant, "
      "write its own sum as sha256",
      image.sha256(), table.sha256);
}

Problem problem_of(const PluginTable& table, const Error& error) {
  const config::Position& at = table.path.empty() ? table.at : table.path_at;
  return {at, fmt::format("{}: {}", label_of(table), error.text())};
}

PluginSettings admitted(const PluginSettings& settings, const Trust& trust) {
  PluginSettings wanted = settings;
  if (!settings.safe_mode) return wanted;
  wanted.directories = {settings.builtin_directory};
  std::erase_if(wanted.tables, [&](const PluginTable& table) {
    const bool elsewhere = !table.path.empty() && std::filesystem::path(table.path).parent_path() !=
                                                      settings.builtin_directory;
    return elsewhere || !find_library(table.kind, table.name, wanted.directories, trust);
  });
  return wanted;
}

Result<const tn_module*> open_module(const Note& note, const std::string& label, Image image) {
  const std::string origin = image.origin();
  const Suspect* suspect = make_suspect(label, origin);
  auto module = [&] {
    const CallScope call(suspect, "open");
    return open_library(std::move(image));
  }();
  if (!module) return module;
  announce_library(*module, suspect);
  if (auto checked = check_module(**module, origin); !checked) return forward(checked);
  if (auto checked = check_agreement(note, **module, origin); !checked) return forward(checked);
  return module;
}

Result<Ready> prepare(const PluginTable& table, Image image, const Memory& memory,
                      Problems& problems) {
  const std::string path = image.origin();
  const std::string sum = image.sha256();
  const auto note = identify_for(table, image.path(), path);
  if (!note) return std::unexpected(note.error());
  const PluginBuild build = build_of(table, *note, sum);
  if (auto allowed = memory.allow(build, path); !allowed) return forward(allowed);
  if (memory.starting && memory.book) memory.book->opening(build);
  const auto module = open_module(*note, build.label, std::move(image));
  if (memory.starting && memory.book) memory.book->returned();
  if (!module) return std::unexpected(module.error());
  const auto descriptor = find_descriptor(**module, table.kind, table.name, path);
  if (!descriptor) return std::unexpected(descriptor.error());
  Ready ready{.table = &table,
              .descriptor = *descriptor,
              .options = check_options(**descriptor, table, problems),
              .info = {}};
  static_cast<PluginInfo&>(ready.info) = describe(**module, index_of(**module, *descriptor), path);
  ready.info.sha256 = sum;
  return ready;
}

std::vector<Ready> prepare_all(const PluginSettings& settings, const Sources& from,
                               const Memory& memory, Findings& found) {
  std::vector<Ready> ready;
  for (const PluginTable& table : settings.tables) {
    auto image = fetch(table, from);
    if (!image) {
      found.faults.push_back(std::move(image.error()));
      continue;
    }
    auto one = prepare(table, *std::move(image), memory, found.mistakes);
    if (one) {
      ready.push_back(*std::move(one));
    } else {
      found.faults.push_back(problem_of(table, one.error()));
    }
  }
  return ready;
}

void identify_all(const PluginSettings& settings, const Sources& from, Findings& found) {
  for (const PluginTable& table : settings.tables)
    if (auto problem = identify_one(table, from)) found.faults.push_back(*std::move(problem));
}

}  // namespace tenon::plugin
