// SPDX-License-Identifier: Apache-2.0
//
// What the plugin host keeps, and the steps of its own. For host.cpp and host_swap.cpp alone.
//
// Invariants
//   1. A slot's handle, its `loaded` and its `instance` are of the same generation, but for the
//      moment of a swap.
//   2. The handles stay where they are for the host's whole life; only what they call is exchanged.
#pragma once

#include <algorithm>
#include <mutex>
#include <set>

#include "plugin/host.h"
#include "plugin/load/image.h"
#include "plugin/prepare.h"
#include "plugin/services/instance_host.h"
#include "plugin/swap/instance.h"

namespace tenon::plugin {

// What runs for one table, and every library that ever did.
struct Slot {
  config::PluginTable table;
  LoadedPlugin loaded;
  InstancePointer instance;
  std::set<std::string> sums;
  Watch* watch = nullptr;
};

template <class T>
T* find_named(const std::vector<std::unique_ptr<T>>& all, std::string_view name) {
  const auto it = std::ranges::find_if(all, [&](const auto& one) { return one->name() == name; });
  return it == all.end() ? nullptr : it->get();
}

struct PluginHost::State {
  State(const config::PluginSettings& settings, const HostServices& services)
      : directories(settings.safe_mode ? std::vector{settings.builtin_directory}
                                       : settings.directories),
        versions_max(static_cast<size_t>(settings.versions_max)),
        trust(services.trust ? *services.trust : Trust::of_program()),
        clock(*services.clock),
        metrics(services.metrics),
        crash_book(services.crash_book),
        extensions(services) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    // The handles call their instances, so they go first.
    codecs.clear();
    engines.clear();
    partitioners.clear();
    assignors.clear();
    for (; !slots.empty(); slots.pop_back()) {
      slots.back().instance.reset();
      retired->sweep();
    }
    retired->sweep();
  }

  // Makes an instance; from now on `watch` names this build.
  Result<InstancePointer> make(const Ready& ready, Watch& watch);
  Result<> create(const Ready& ready);
  Result<> add_handle(const Ready& ready, const InstancePointer& instance, const Watch& watch);
  Result<> add_codec(const Ready& ready, const InstancePointer& instance, const Watch& watch);

  Result<PluginSwap> swap(std::string_view kind, std::string_view name, const std::string& path);
  Result<Image> admit(const config::PluginTable& table, const Slot& slot);
  Result<InstancePointer> exchange(const Ready& ready, Watch& watch);
  template <class Handle, class Api>
  Result<InstancePointer> hand_over(const Ready& ready, Watch& watch, Handle* handle,
                                    const Result<const Api*>& api);
  Slot* find_slot(std::string_view kind, std::string_view name);

  const std::vector<std::string> directories;  // where swaps may take libraries from
  const size_t versions_max;
  const Trust trust;
  const Clock& clock;
  MetricRegistry* const metrics;
  CrashBook* const crash_book;
  Extensions extensions;
  const std::shared_ptr<Retired> retired = std::make_shared<Retired>();
  std::mutex swapping;         // one swap at a time
  mutable std::mutex listing;  // guards Slot::loaded of all slots
  std::vector<std::unique_ptr<Watch>> watches;
  std::vector<Slot> slots;
  std::vector<std::unique_ptr<StorageEngine>> engines;
  std::vector<std::unique_ptr<Codec>> codecs;
  std::vector<std::unique_ptr<Partitioner>> partitioners;
  std::vector<std::unique_ptr<Assignor>> assignors;
  Codecs codecs_by_id;
};

}  // namespace tenon::plugin
