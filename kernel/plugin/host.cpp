// SPDX-License-Identifier: Apache-2.0
#include "plugin/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>

#include "base/log.h"
#include "plugin/abi_error.h"
#include "plugin/host_state.h"
#include "plugin/interface_check.h"
#include "plugin/library.h"
#include "plugin/load/finder.h"
#include "plugin/load/module_check.h"
#include "plugin/watch/last_words.h"

namespace tenon::plugin {

using config::PluginSettings;
using config::PluginTable;
using config::Problem;
using config::Problems;

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

namespace {

Problem problem_of(const PluginTable& table, const Error& error) {
  const config::Position& at = table.path.empty() ? table.at : table.path_at;
  return {at, fmt::format("{}: {}", label_of(table), error.text())};
}

// The datum of an image whose note says that it may be loaded.
Result<const tn_module*> open_module(const Note& note, Image image) {
  const std::string origin = image.origin();
  auto module = open_library(std::move(image));
  if (!module) return module;
  if (auto checked = check_module(**module, origin); !checked) return forward(checked);
  if (auto checked = check_agreement(note, **module, origin); !checked) return forward(checked);
  return module;
}

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

uint32_t index_of(const tn_module& module, const tn_descriptor* descriptor) {
  const auto* const* end = module.descriptors + module.n_descriptors;
  return static_cast<uint32_t>(std::find(module.descriptors, end, descriptor) - module.descriptors);
}

}  // namespace

Result<Ready> prepare(const PluginTable& table, Image image, Problems& problems) {
  const std::string path = image.origin();
  const std::string sum = image.sha256();
  const auto note = plugin::identify(image.path(), path);
  if (!note) return std::unexpected(note.error());
  if (auto held = check_held(*note, table.kind, table.name, path); !held) return forward(held);
  const auto module = open_module(*note, std::move(image));
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

namespace {

// What is wrong: mistakes, which stop a start, and faults of libraries, which do so only where the
// configuration does not say that they are to be left out.
struct Findings {
  Problems mistakes;
  Problems faults;
};

std::vector<Ready> prepare_all(const PluginSettings& settings, const Sources& from,
                               Findings& found) {
  std::vector<Ready> ready;
  for (const PluginTable& table : settings.tables) {
    auto image = fetch(table, from);
    if (!image) {
      found.faults.push_back(std::move(image.error()));
      continue;
    }
    auto one = prepare(table, *std::move(image), found.mistakes);
    if (one) {
      ready.push_back(*std::move(one));
    } else {
      found.faults.push_back(problem_of(table, one.error()));
    }
  }
  return ready;
}

// Everything that was found, in order.
Problems all_of(Findings found) {
  std::ranges::move(found.faults, std::back_inserter(found.mistakes));
  config::sort_problems(found.mistakes);
  return std::move(found.mistakes);
}

// What stops a start.
Problems fatal_of(Findings found, const PluginSettings& settings) {
  if (settings.on_fault == config::OnFault::kSkip) found.faults.clear();
  return all_of(std::move(found));
}

// In safe mode only what came with Tenon is loaded: the tables that ask for something else go, each
// with a line in the log.
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

void log_left_out(const PluginSettings& settings, const PluginSettings& wanted) {
  for (const PluginTable& table : settings.tables) {
    const auto same = [&](const PluginTable& other) {
      return other.kind == table.kind && other.name == table.name;
    };
    if (std::ranges::any_of(wanted.tables, same)) continue;
    log_warn("safe mode: {} did not come with Tenon and is left out", label_of(table));
  }
}

// Whether no codec with that wire id is there; false while there are codecs that could not be
// prepared, for one of those may be the one.
bool lacks_codec(const PluginSettings& settings, const std::vector<Ready>& ready, int wire_id) {
  if (wire_id == TN_WIRE_NONE) return false;
  const auto is_table = [](const PluginTable& table) { return table.kind == "codec"; };
  auto unprepared = std::ranges::count_if(settings.tables, is_table);
  for (const Ready& one : ready) {
    if (one.descriptor->kind != TN_CODEC) continue;
    --unprepared;
    const auto api = codec_interface(*one.descriptor, one.info.path);
    if (!api || (*api)->wire_id == wire_id) return false;
  }
  return unprepared == 0;
}

Result<std::vector<PluginInfo>> describe_all(Image image) {
  const std::string path = image.origin();
  const auto note = plugin::identify(image.path(), path);
  if (!note) return std::unexpected(note.error());
  const auto module = open_module(*note, std::move(image));
  if (!module) return std::unexpected(module.error());
  std::vector<PluginInfo> infos;
  for (uint32_t i = 0; i < (*module)->n_descriptors; ++i)
    infos.push_back(describe(**module, i, path));
  return infos;
}

}  // namespace

Result<InstancePointer> PluginHost::State::make(const Ready& ready, Watch& watch) {
  const PluginBuild build = ready.build();
  const Suspect* suspect = make_suspect(build.label, ready.info.path);
  announce_library(ready.descriptor, suspect);
  auto host =
      std::make_unique<InstanceHost>(extensions, ready.table->kind + " " + ready.table->name);
  const tn_config config = ready.options.view();
  void* self = nullptr;
  tn_error error = empty_error();
  if (crash_book) crash_book->calling(build);
  const tn_code code = [&] {
    const CallScope call(suspect, "create");
    return ready.descriptor->create(host->view(), &config, &self, &error);
  }();
  if (crash_book) crash_book->returned();
  if (code != TN_OK) {
    return fail(Errc::kPluginFailed, ready.info.path,
                fmt::format("it could not be made: {}", message_of(code, error)));
  }
  watch.set_suspect(suspect);
  return Retired::keep(retired,
                       std::make_unique<Instance>(std::move(host), *ready.descriptor, self));
}

Result<> PluginHost::State::create(const Ready& ready) {
  if (const auto why = crash_book ? crash_book->verdict(ready.build()) : std::nullopt)
    return fail(Errc::kPluginRefused, ready.info.path, *why);
  watches.push_back(std::make_unique<Watch>(ready.table->kind, ready.table->name, metrics, &clock));
  Watch& watch = *watches.back();
  auto instance = make(ready, watch);
  if (!instance) return forward(instance);
  if (auto added = add_handle(ready, *instance, watch); !added) return added;
  Slot slot{.table = *ready.table,
            .loaded = ready.info,
            .instance = *std::move(instance),
            .sums = {ready.info.sha256},
            .watch = &watch};
  slot.loaded.since_ms = clock.wall_ms();
  slots.push_back(std::move(slot));
  return {};
}

Result<> PluginHost::State::add_handle(const Ready& ready, const InstancePointer& instance,
                                       const Watch& watch) {
  const std::string& name = ready.table->name;
  switch (ready.descriptor->kind) {
    case TN_CODEC:
      return add_codec(ready, instance, watch);
    case TN_STORAGE: {
      const auto api = storage_interface(*ready.descriptor, ready.info.path);
      if (!api) return std::unexpected(api.error());
      engines.push_back(std::make_unique<StorageEngine>(name, **api, instance->self(), watch));
      return {};
    }
    case TN_PARTITIONER: {
      const auto api = partitioner_interface(*ready.descriptor, ready.info.path);
      if (!api) return std::unexpected(api.error());
      partitioners.push_back(
          std::make_unique<Partitioner>(name, **api, instance->self(), instance, watch));
      return {};
    }
    case TN_ASSIGNOR: {
      const auto api = assignor_interface(*ready.descriptor, ready.info.path);
      if (!api) return std::unexpected(api.error());
      assignors.push_back(
          std::make_unique<Assignor>(name, **api, instance->self(), instance, watch));
      return {};
    }
    default:
      return fail(Errc::kPluginRefused, ready.info.path, "this release has no use for its kind");
  }
}

Result<> PluginHost::State::add_codec(const Ready& ready, const InstancePointer& instance,
                                      const Watch& watch) {
  const auto api = codec_interface(*ready.descriptor, ready.info.path);
  if (!api) return std::unexpected(api.error());
  if (const Codec* other = codecs_by_id.find((*api)->wire_id)) {
    return fail(
        Errc::kPluginRefused, ready.info.path,
        fmt::format("codec \"{}\" has the wire id {}, too", other->name(), (*api)->wire_id));
  }
  codecs.push_back(
      std::make_unique<Codec>(ready.table->name, **api, instance->self(), instance, watch));
  codecs_by_id.add(*codecs.back());
  return {};
}

std::expected<std::unique_ptr<PluginHost>, Problems> PluginHost::load(
    const PluginSettings& settings, const HostServices& services) {
  install_last_words();
  auto state = std::make_unique<State>(settings, services);
  const PluginSettings wanted = admitted(settings, state->trust);
  log_left_out(settings, wanted);
  Findings found;
  const std::vector<Ready> ready = prepare_all(wanted, {wanted.directories, state->trust}, found);
  // Nothing is created while something is known to be wrong.
  if (auto fatal = fatal_of(found, settings); !fatal.empty()) return std::unexpected(fatal);
  for (const Ready& one : ready) {
    if (auto created = state->create(one); !created)
      found.faults.push_back(problem_of(*one.table, created.error()));
  }
  if (auto fatal = fatal_of(found, settings); !fatal.empty()) return std::unexpected(fatal);
  for (const Problem& fault : found.faults)
    log_error("{}; it is left out, as plugins.on_fault says", fault.message());
  return std::unique_ptr<PluginHost>(new PluginHost(std::move(state)));
}

Problems PluginHost::check(const PluginSettings& settings) {
  Findings found;
  prepare_all(settings, {settings.directories}, found);
  return all_of(std::move(found));
}

Problems PluginHost::check(const config::Settings& settings, CheckFor purpose) {
  const PluginSettings& all = settings.plugins;
  const bool starts = purpose == CheckFor::kStart;
  const PluginSettings wanted = starts ? admitted(all, Trust::of_program()) : all;
  Findings found;
  const std::vector<Ready> ready = prepare_all(wanted, {wanted.directories}, found);
  const config::Compression compression = settings.topic.defaults.compression_type;
  const bool lacking = lacks_codec(all, ready, wire_id_of(compression));
  Problems problems = starts ? fatal_of(std::move(found), all) : all_of(std::move(found));
  if (!lacking) return problems;
  const config::Origin& origin = settings.origins.at("topic.defaults.compression");
  problems.emplace_back(
      origin.at,
      fmt::format("\"topic.defaults.compression\" is \"{0}\", but no table [codec.{0}] loads it",
                  origin.text));
  return problems;
}

Result<Note> PluginHost::identify(const std::string& path) {
  const auto file = open_trusted(path, {}, Trust::of_program());
  if (!file) return std::unexpected(file.error());
  return plugin::identify(fmt::format("/proc/self/fd/{}", file->descriptor.get()), path);
}

Result<std::vector<PluginInfo>> PluginHost::inspect(const std::string& path) {
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

PluginHost::PluginHost(std::unique_ptr<State> state) : state_(std::move(state)) {}
PluginHost::~PluginHost() = default;

const StorageEngine* PluginHost::storage(std::string_view name) const {
  return find_named(state_->engines, name);
}

const Partitioner* PluginHost::partitioner(std::string_view name) const {
  return find_named(state_->partitioners, name);
}

const Assignor* PluginHost::assignor(std::string_view name) const {
  return find_named(state_->assignors, name);
}

const Codecs& PluginHost::codecs() const {
  return state_->codecs_by_id;
}

std::vector<LoadedPlugin> PluginHost::list() const {
  const std::lock_guard lock(state_->listing);
  std::vector<LoadedPlugin> all;
  for (const Slot& slot : state_->slots) all.push_back(slot.loaded);
  return all;
}

std::vector<std::string> PluginHost::storage_names() const {
  std::vector<std::string> names;
  for (const auto& engine : state_->engines) names.push_back(engine->name());
  return names;
}

std::vector<std::string> PluginHost::assignor_names() const {
  std::vector<std::string> names;
  for (const auto& assignor : state_->assignors) names.push_back(assignor->name());
  return names;
}

}  // namespace tenon::plugin
