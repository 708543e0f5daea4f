// SPDX-License-Identifier: Apache-2.0
//
// Swapping: from a path to an instance that has taken over.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "base/log.h"
#include "plugin/host_state.h"
#include "plugin/library.h"
#include "plugin/load/interface_check.h"

namespace tenon::plugin {

namespace {

std::string one_line(const config::Problems& problems) {
  std::string text;
  for (const config::Problem& problem : problems)
    text += (text.empty() ? "" : "; ") + problem.message();
  return text;
}

}  // namespace

Slot* PluginHost::State::find_slot(std::string_view kind, std::string_view name) {
  const auto is_it = [&](const Slot& slot) {
    return slot.table.kind == kind && slot.table.name == name;
  };
  const auto it = std::ranges::find_if(slots, is_it);
  return it == slots.end() ? nullptr : &*it;
}

// The image of a library that may take over. `table` names it by `path`.
Result<Image> PluginHost::State::admit(const config::PluginTable& table, const Slot& slot) {
  const auto refuse = [&](std::string_view reason) {
    return fail(Errc::kPluginRefused, table.path, reason);
  };
  std::vector<std::string> folders = directories;
  if (!slot.table.path.empty())
    folders.push_back(std::filesystem::path(slot.table.path).parent_path().string());
  auto file = open_trusted(table.path, folders, trust);
  if (!file) return forward(file);
  if (!lies_in(*file, folders, trust)) {
    return refuse(
        fmt::format("it lies in none of the folders that the configuration names ({}): "
                    "put it there, or add its folder to plugins.directories",
                    fmt::join(folders, ", ")));
  }
  auto image = Image::copy(*file);
  if (!image) return image;
  if (!is_pinned(table, *image)) return refuse(pin_text(table, *image));
  if (slot.sums.contains(image->sha256()) || slot.sums.size() < versions_max) return image;
  return refuse(
      fmt::format("{} libraries have been loaded for {}, and all of them stay in memory; "
                  "plugins.versions_max allows no more: restart the broker",
                  slot.sums.size(), label_of(table)));
}

// Makes the instance and lets it take over. Nothing has changed when it fails.
template <class Handle, class Api>
Result<InstancePointer> PluginHost::State::hand_over(const Ready& ready, Watch& watch,
                                                     Handle* handle,
                                                     const Result<const Api*>& api) {
  if (!api) return std::unexpected(api.error());
  auto instance = make(ready, watch);
  if (instance) handle->swap(**api, (*instance)->self(), *instance);
  return instance;
}

Result<InstancePointer> PluginHost::State::exchange(const Ready& ready, Watch& watch) {
  const std::string& name = ready.table->name;
  const std::string& path = ready.info.path;
  if (ready.descriptor->kind == TN_PARTITIONER) {
    return hand_over(ready, watch, find_named(partitioners, name),
                     partitioner_interface(*ready.descriptor, path));
  }
  if (ready.descriptor->kind == TN_ASSIGNOR) {
    return hand_over(ready, watch, find_named(assignors, name),
                     assignor_interface(*ready.descriptor, path));
  }
  Codec* codec = find_named(codecs, name);
  const auto api = codec_interface(*ready.descriptor, path);
  if (api && (*api)->wire_id != codec->wire_id()) {
    return fail(Errc::kPluginRefused, path,
                fmt::format("its wire id is {}, but that of the codec \"{}\" that runs is {}",
                            (*api)->wire_id, name, codec->wire_id()));
  }
  return hand_over(ready, watch, codec, api);
}

Result<PluginSwap> PluginHost::State::swap(std::string_view kind, std::string_view name,
                                           const std::string& path) {
  const std::lock_guard lock(swapping);
  if (kind != "partitioner" && kind != "codec" && kind != "assignor") {
    return fail(Errc::kPluginRefused, "",
                fmt::format("plugins of the kind {} are restart only: change the configuration and "
                            "restart the broker",
                            kind));
  }
  Slot* slot = find_slot(kind, name);
  if (!slot) {
    return fail(Errc::kPluginMissing, "",
                fmt::format("no {} \"{}\" is loaded, so there is none to exchange", kind, name));
  }
  config::PluginTable table = slot->table;
  table.path = path;
  auto image = admit(table, *slot);
  if (!image) return forward(image);
  const std::string sum = image->sha256();
  config::Problems problems;
  const auto ready = prepare(table, *std::move(image), {.book = crash_book}, problems);
  // Even if it is refused, for then it stays in memory.
  if (is_library_open(sum)) slot->sums.insert(sum);
  if (!ready) return std::unexpected(ready.error());
  if (!problems.empty()) return fail(Errc::kPluginRefused, path, one_line(problems));
  auto instance = exchange(*ready, *slot->watch);
  if (!instance) return forward(instance);
  PluginSwap done{.before = slot->loaded, .after = ready->info};
  done.after.generation = done.before.generation + 1;
  done.after.since_ms = clock.wall_ms();
  slot->instance = *std::move(instance);
  {
    const std::lock_guard lists(listing);
    slot->loaded = done.after;
  }
  retired->sweep();
  return done;
}

Result<PluginSwap> PluginHost::swap(std::string_view kind, std::string_view name,
                                    const std::string& path) {
  auto swapped = state_->swap(kind, name, path);
  if (!swapped) {
    log_warn("{} {} stays as it is: {}", kind, name, swapped.error().text());
    return swapped;
  }
  const auto& [before, after] = *swapped;
  log_info("{} {} {} (sha256 {}) has taken over from {} (sha256 {}): generation {}, from {}", kind,
           name, after.version, after.sha256, before.version, before.sha256, after.generation,
           after.path);
  return swapped;
}

}  // namespace tenon::plugin
