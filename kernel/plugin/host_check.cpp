// SPDX-License-Identifier: Apache-2.0
//
// What can be said of a configuration and of libraries without a host.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "plugin/host.h"
#include "plugin/load/finder.h"
#include "plugin/load/interface_check.h"
#include "plugin/prepare.h"
#include "plugin/watch/last_words.h"

namespace tenon::plugin {

using config::PluginSettings;
using config::PluginTable;
using config::Problem;
using config::Problems;

namespace {

// Whether no codec with that wire id is there; false while there are codecs that could not be
// prepared, for one of those may be the one.
bool lacks_codec(const config::Settings& settings, const std::vector<Ready>& ready) {
  const int wire_id = wire_id_of(settings.topic.defaults.compression_type);
  if (wire_id == TN_WIRE_NONE) return false;
  const auto is_table = [](const PluginTable& table) { return table.kind == "codec"; };
  auto unprepared = std::ranges::count_if(settings.plugins.tables, is_table);
  for (const Ready& one : ready) {
    if (one.descriptor->kind != TN_CODEC) continue;
    --unprepared;
    const auto api = codec_interface(*one.descriptor, one.info.path);
    if (!api || (*api)->wire_id == wire_id) return false;
  }
  return unprepared == 0;
}

Problem no_codec(const config::Settings& settings) {
  const config::Origin& origin = settings.origins.at("topic.defaults.compression");
  return {
      origin.at,
      fmt::format("\"topic.defaults.compression\" is \"{0}\", but no table [codec.{0}] loads it",
                  origin.text)};
}

Result<std::vector<PluginInfo>> describe_all(Image image) {
  const std::string path = image.origin();
  const auto note = plugin::identify(image.path(), path);
  if (!note) return std::unexpected(note.error());
  const Note::Plugin& first = note->plugins.front();
  const std::string label = fmt::format("{} {} {}", first.kind, first.name, first.version);
  const auto module = open_module(*note, label, std::move(image));
  if (!module) return std::unexpected(module.error());
  std::vector<PluginInfo> infos;
  for (uint32_t i = 0; i < (*module)->n_descriptors; ++i)
    infos.push_back(describe(**module, i, path));
  return infos;
}

}  // namespace

Problems PluginHost::check(const PluginSettings& settings) {
  install_last_words();
  Findings found;
  prepare_all(settings, {settings.directories}, {}, found);
  return all_of(std::move(found));
}

Problems PluginHost::check(const config::Settings& settings, CheckFor purpose) {
  const PluginSettings& all = settings.plugins;
  Findings found;
  if (purpose == CheckFor::kStart) {
    const PluginSettings wanted = admitted(all, Trust::of_program());
    identify_all(wanted, {wanted.directories}, found);
    Problems problems = fatal_of(std::move(found), all);
    if (lacks_codec(settings, {})) problems.push_back(no_codec(settings));
    return problems;
  }
  install_last_words();
  const std::vector<Ready> ready = prepare_all(all, {all.directories}, {}, found);
  const bool lacking = lacks_codec(settings, ready);
  Problems problems = all_of(std::move(found));
  if (lacking) problems.push_back(no_codec(settings));
  return problems;
}

std::optional<Problem> PluginHost::codec_problem(const config::Settings& settings) const {
  if (codecs().known(wire_id_of(settings.topic.defaults.compression_type))) return std::nullopt;
  return no_codec(settings);
}

Result<Note> PluginHost::identify(const std::string& path) {
  const auto file = open_trusted(path, {}, Trust::of_program());
  if (!file) return std::unexpected(file.error());
  return plugin::identify(fmt::format("/proc/self/fd/{}", file->descriptor.get()), path);
}

Result<std::vector<PluginInfo>> PluginHost::inspect(const std::string& path) {
  install_last_words();
  const auto file = open_trusted(path, {}, Trust::of_program());
  if (!file) return std::unexpected(file.error());
  auto image = Image::copy(*file);
  if (!image) return forward(image);
  return describe_all(*std::move(image));
}

std::vector<PluginHost::Available> PluginHost::available(
    const std::vector<std::string>& directories) {
  std::vector<Available> found;
  for (const std::string& path : list_libraries(directories))
    found.push_back({.path = path, .note = identify(path)});
  return found;
}

}  // namespace tenon::plugin
