// SPDX-License-Identifier: Apache-2.0

#include "cli/produce/partition_chooser.h"

#include <fmt/format.h>

#include <filesystem>

namespace tenon::cli {
namespace {

// After so many bytes on one partition, sticky partitioners move on. librdkafka does not say when
// it closes a batch; this is the size at which the Java client does (batch.size).
constexpr uint64_t kBatchBytes = 16384;
constexpr const char* kKind = "partitioner";

// Texts that users give on the command line have the option for a position.
config::Position option_position() {
  return {"--partitioner", 0, 0};
}

bool is_path(const std::string& plugin) {
  return plugin.find('/') != std::string::npos || plugin.ends_with(".so");
}

// The name of the partitioner that the library holds.
Outcome<std::string> name_in(const std::string& path) {
  const auto note = plugin::PluginHost::identify(path);
  if (!note) {
    const bool missing = note.error().code == Errc::kPluginMissing;
    return failed(missing ? kNotFound : kFailed, "--partitioner: " + note.error().text());
  }
  for (const plugin::Note::Plugin& plugin : note->plugins) {
    if (plugin.kind == kKind) return plugin.name;
  }
  return failed(kUsage, fmt::format("--partitioner {}: holds the {} {}, but no partitioner", path,
                                    note->plugins.front().kind, note->plugins.front().name));
}

Outcome<config::PluginTable> plugin_table(const PartitionerChoice& choice) {
  config::PluginTable table;
  table.kind = kKind;
  table.name = choice.plugin;
  table.at = option_position();
  if (is_path(choice.plugin)) {
    table.path = std::filesystem::absolute(choice.plugin).lexically_normal();
    table.path_at = table.at;
    auto name = name_in(table.path);
    if (!name) return std::unexpected(std::move(name.error()));
    table.name = *name;
  }
  const config::Position at{"--partitioner-option", 0, 0};
  for (const std::string& option : choice.options) {
    const size_t equals = option.find('=');
    if (equals == std::string::npos || equals == 0)
      return failed(kUsage, fmt::format("--partitioner-option {}: is not key=value", option));
    table.options.push_back({.key = option.substr(0, equals),
                             .at = at,
                             .value = config::text_value(option.substr(equals + 1), at)});
  }
  return table;
}

}  // namespace

Outcome<std::unique_ptr<PartitionChooser>> PartitionChooser::load(const PartitionerChoice& choice) {
  auto table = plugin_table(choice);
  if (!table) return std::unexpected(std::move(table.error()));
  std::unique_ptr<PartitionChooser> chooser(new PartitionChooser());
  config::PluginSettings settings;
  settings.directories = choice.directories;
  settings.tables = {*table};
  auto host = plugin::PluginHost::load(settings, {&chooser->clock_, &chooser->random_, nullptr});
  if (!host) {
    std::string text;
    for (const config::Problem& problem : host.error())
      text += (text.empty() ? "" : "\ntenon: ") + problem.message();
    return failed(kUsage, text);
  }
  chooser->host_ = std::move(*host);
  chooser->partitioner_ = chooser->host_->partitioner(table->name);
  return chooser;
}

void PartitionChooser::set_topic(const TopicMetadata& topic) {
  const size_t count = topic.partitions.size();
  topic_name_ = topic.name;
  available_.assign((count + 63) / 64, 0);
  for (size_t i = 0; i < count; ++i) {
    if (topic.partitions[i].leader >= 0) available_[i / 64] |= 1ULL << (i % 64);
  }
  batch_bytes_.assign(count, 0);
  topic_ = {.struct_size = sizeof topic_,
            .n_partitions = static_cast<int32_t>(count),
            .name = {reinterpret_cast<const uint8_t*>(topic_name_.data()), topic_name_.size()},
            .available = available_.data(),
            .epoch = 1};
  state_ = std::make_unique<plugin::Partitioner::State>(partitioner_->new_state(random_.next()));
}

int32_t PartitionChooser::choose(tn_record record) {
  record.struct_size = sizeof record;
  const int32_t partition = partitioner_->choose(*state_, topic_, record);
  count_bytes(partition, record.key.len + record.value.len);
  return partition;
}

void PartitionChooser::count_bytes(int32_t partition, uint64_t bytes) {
  uint64_t& open = batch_bytes_[static_cast<size_t>(partition)];
  open += bytes;
  if (open < kBatchBytes) return;
  partitioner_->on_new_batch(*state_, topic_, partition);
  open = 0;
}

}  // namespace tenon::cli
