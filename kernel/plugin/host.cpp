// SPDX-License-Identifier: Apache-2.0
#include "plugin/host.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "plugin/abi_error.h"
#include "plugin/host_state.h"
#include "plugin/load/interface_check.h"
#include "plugin/watch/last_words.h"

namespace tenon::plugin {

using config::PluginSettings;
using config::PluginTable;
using config::Problem;
using config::Problems;

namespace {

void log_left_out(const PluginSettings& settings, const PluginSettings& wanted) {
  for (const PluginTable& table : settings.tables) {
    const auto same = [&](const PluginTable& other) {
      return other.kind == table.kind && other.name == table.name;
    };
    if (std::ranges::any_of(wanted.tables, same)) continue;
    log_warn("safe mode: {} did not come with Tenon and is left out", label_of(table));
  }
}

}  // namespace

Result<InstancePointer> PluginHost::State::make(const Ready& ready, Watch& watch) {
  const Suspect* suspect = make_suspect(ready.build().label, ready.info.path);
  auto host =
      std::make_unique<InstanceHost>(extensions, ready.table->kind + " " + ready.table->name);
  const tn_config config = ready.options.view();
  void* self = nullptr;
  tn_error error = empty_error();
  const tn_code code = [&] {
    const CallScope call(suspect, "create");
    return ready.descriptor->create(host->view(), &config, &self, &error);
  }();
  if (code != TN_OK) {
    return fail(Errc::kPluginFailed, ready.info.path,
                fmt::format("it could not be made: {}", message_of(code, error)));
  }
  watch.set_suspect(suspect);
  return Retired::keep(
      retired, std::make_unique<Instance>(std::move(host), *ready.descriptor, self, suspect));
}

Result<> PluginHost::State::create(const Ready& ready) {
  watches.push_back(std::make_unique<Watch>(ready.table->kind, ready.table->name, metrics, &clock));
  Watch& watch = *watches.back();
  if (crash_book) crash_book->calling(ready.build());
  auto instance = make(ready, watch);
  if (crash_book) crash_book->returned();
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
  const std::vector<Ready> ready =
      prepare_all(wanted, {wanted.directories, state->trust},
                  {.book = state->crash_book, .starting = true}, found);
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
