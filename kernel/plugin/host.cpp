// SPDX-License-Identifier: Apache-2.0
#include "plugin/host.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "plugin/abi_error.h"
#include "plugin/interface_check.h"
#include "plugin/library.h"
#include "plugin/load/finder.h"
#include "plugin/load/module_check.h"
#include "plugin/load/option_check.h"
#include "plugin/services/instance_host.h"

namespace tenon::plugin {

namespace {

using config::PluginSettings;
using config::PluginTable;
using config::Problem;
using config::Problems;

// A plugin that has passed every check and can be made.
struct Ready {
  const PluginTable* table = nullptr;
  const tn_descriptor* descriptor = nullptr;
  CheckedOptions options;
  PluginInfo info;
};

std::string label_of(const PluginTable& table) {
  return fmt::format("{} \"{}\"", table.kind, table.name);
}

Problem problem_of(const PluginTable& table, const Error& error) {
  const config::Position& at = table.path.empty() ? table.at : table.path_at;
  return {at, fmt::format("{}: {}", label_of(table), error.text())};
}

// The datum of a library whose note says that it may be loaded.
Result<const tn_module*> open_module(const Note& note, const std::string& path) {
  auto module = open_library(path);
  if (!module) return module;
  if (auto checked = check_module(**module, path); !checked) return forward(checked);
  if (auto checked = check_agreement(note, **module, path); !checked) return forward(checked);
  return module;
}

Result<std::string> locate(const PluginTable& table, const std::vector<std::string>& directories) {
  if (!table.path.empty()) return check_file(table.path);
  return find_library(table.kind, table.name, directories);
}

uint32_t index_of(const tn_module& module, const tn_descriptor* descriptor) {
  const auto* const* end = module.descriptors + module.n_descriptors;
  return static_cast<uint32_t>(std::find(module.descriptors, end, descriptor) - module.descriptors);
}

Result<Ready> prepare(const PluginTable& table, const std::vector<std::string>& directories,
                      Problems& problems) {
  auto path = locate(table, directories);
  if (!path) return forward(path);
  const auto note = identify(*path);
  if (!note) return std::unexpected(note.error());
  if (auto held = check_held(*note, table.kind, table.name, *path); !held) return forward(held);
  const auto module = open_module(*note, *path);
  if (!module) return std::unexpected(module.error());
  const auto descriptor = find_descriptor(**module, table.kind, table.name, *path);
  if (!descriptor) return std::unexpected(descriptor.error());
  return Ready{.table = &table,
               .descriptor = *descriptor,
               .options = check_options(**descriptor, table, problems),
               .info = describe(**module, index_of(**module, *descriptor), *path)};
}

std::vector<Ready> prepare_all(const PluginSettings& settings, Problems& problems) {
  std::vector<Ready> ready;
  for (const PluginTable& table : settings.tables) {
    auto one = prepare(table, settings.directories, problems);
    if (one) {
      ready.push_back(*std::move(one));
    } else {
      problems.push_back(problem_of(table, one.error()));
    }
  }
  config::sort_problems(problems);
  return ready;
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

Result<std::vector<PluginInfo>> describe_all(const std::string& path) {
  const auto note = identify(path);
  if (!note) return std::unexpected(note.error());
  const auto module = open_module(*note, path);
  if (!module) return std::unexpected(module.error());
  std::vector<PluginInfo> infos;
  for (uint32_t i = 0; i < (*module)->n_descriptors; ++i)
    infos.push_back(describe(**module, i, path));
  return infos;
}

template <class T>
const T* find_named(const std::vector<std::unique_ptr<T>>& all, std::string_view name) {
  const auto it = std::ranges::find_if(all, [&](const auto& one) { return one->name() == name; });
  return it == all.end() ? nullptr : it->get();
}

// An instance that runs, and what it was given.
struct Instance {
  std::unique_ptr<InstanceHost> host;
  const tn_descriptor* descriptor;
  void* self;
};

}  // namespace

struct PluginHost::State {
  explicit State(const HostServices& services) : extensions(services) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    // The handles call their instances, so they go first.
    codecs.clear();
    engines.clear();
    partitioners.clear();
    while (!instances.empty()) {
      instances.back().descriptor->destroy(instances.back().self);
      instances.pop_back();
    }
  }

  Result<> create(const Ready& ready);
  Result<> add_handle(const Ready& ready, void* self);
  Result<> add_codec(const Ready& ready, void* self);

  Extensions extensions;
  std::vector<Instance> instances;
  std::vector<std::unique_ptr<StorageEngine>> engines;
  std::vector<std::unique_ptr<Codec>> codecs;
  std::vector<std::unique_ptr<Partitioner>> partitioners;
  Codecs codecs_by_id;
  std::vector<PluginInfo> infos;
};

Result<> PluginHost::State::create(const Ready& ready) {
  auto host =
      std::make_unique<InstanceHost>(extensions, ready.table->kind + " " + ready.table->name);
  const tn_config config = ready.options.view();
  void* self = nullptr;
  tn_error error = empty_error();
  const tn_code code = ready.descriptor->create(host->view(), &config, &self, &error);
  if (code != TN_OK) {
    return fail(Errc::kPluginFailed, ready.info.path,
                fmt::format("it could not be made: {}", message_of(code, error)));
  }
  instances.push_back({std::move(host), ready.descriptor, self});
  infos.push_back(ready.info);
  return add_handle(ready, self);
}

Result<> PluginHost::State::add_handle(const Ready& ready, void* self) {
  const std::string& name = ready.table->name;
  switch (ready.descriptor->kind) {
    case TN_CODEC:
      return add_codec(ready, self);
    case TN_STORAGE: {
      const auto api = storage_interface(*ready.descriptor, ready.info.path);
      if (!api) return std::unexpected(api.error());
      engines.push_back(std::make_unique<StorageEngine>(name, **api, self));
      return {};
    }
    case TN_PARTITIONER: {
      const auto api = partitioner_interface(*ready.descriptor, ready.info.path);
      if (!api) return std::unexpected(api.error());
      partitioners.push_back(std::make_unique<Partitioner>(name, **api, self));
      return {};
    }
    default:
      return fail(Errc::kPluginRefused, ready.info.path, "this release has no use for its kind");
  }
}

Result<> PluginHost::State::add_codec(const Ready& ready, void* self) {
  const auto api = codec_interface(*ready.descriptor, ready.info.path);
  if (!api) return std::unexpected(api.error());
  if (const Codec* other = codecs_by_id.find((*api)->wire_id)) {
    return fail(
        Errc::kPluginRefused, ready.info.path,
        fmt::format("codec \"{}\" has the wire id {}, too", other->name(), (*api)->wire_id));
  }
  codecs.push_back(std::make_unique<Codec>(ready.table->name, **api, self));
  codecs_by_id.add(*codecs.back());
  return {};
}

std::expected<std::unique_ptr<PluginHost>, Problems> PluginHost::load(
    const PluginSettings& settings, const HostServices& services) {
  Problems problems;
  const std::vector<Ready> ready = prepare_all(settings, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  auto state = std::make_unique<State>(services);
  for (const Ready& one : ready) {
    if (auto created = state->create(one); !created)
      problems.push_back(problem_of(*one.table, created.error()));
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return std::unique_ptr<PluginHost>(new PluginHost(std::move(state)));
}

Problems PluginHost::check(const PluginSettings& settings) {
  Problems problems;
  prepare_all(settings, problems);
  return problems;
}

Problems PluginHost::check(const config::Settings& settings) {
  Problems problems;
  const std::vector<Ready> ready = prepare_all(settings.plugins, problems);
  const config::Compression wanted = settings.topic.defaults.compression_type;
  if (!lacks_codec(settings.plugins, ready, wire_id_of(wanted))) return problems;
  const config::Origin& origin = settings.origins.at("topic.defaults.compression");
  problems.emplace_back(
      origin.at,
      fmt::format("\"topic.defaults.compression\" is \"{0}\", but no table [codec.{0}] loads it",
                  origin.text));
  return problems;
}

Result<Note> PluginHost::identify(const std::string& path) {
  const auto checked = check_file(path);
  if (!checked) return std::unexpected(checked.error());
  return plugin::identify(*checked);
}

Result<std::vector<PluginInfo>> PluginHost::inspect(const std::string& path) {
  const auto checked = check_file(path);
  if (!checked) return std::unexpected(checked.error());
  return describe_all(*checked);
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

const Codecs& PluginHost::codecs() const {
  return state_->codecs_by_id;
}

const std::vector<PluginInfo>& PluginHost::list() const {
  return state_->infos;
}

std::vector<std::string> PluginHost::storage_names() const {
  std::vector<std::string> names;
  for (const auto& engine : state_->engines) names.push_back(engine->name());
  return names;
}

}  // namespace tenon::plugin
