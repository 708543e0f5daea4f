// SPDX-License-Identifier: Apache-2.0
//
// Which partition a record goes to: a partitioner plugin, loaded through the kernel's own plugin
// host, as the broker would load it. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cli/client/client.h"
#include "plugin/host.h"

namespace tenon::cli {

struct PartitionerChoice {
  std::string plugin{};                    // a name, or the path of a library; must be set to load
  std::vector<std::string> options{};      // key=value
  std::vector<std::string> directories{};  // where names are looked for
};

class PartitionChooser {
 public:
  // Loads the plugin. kNotFound, or kUsage for options that it does not take.
  static Outcome<std::unique_ptr<PartitionChooser>> load(const PartitionerChoice& choice);

  // Must be called before choose.
  void set_topic(const TopicMetadata& topic);
  // Always a partition of the topic. `record.struct_size` is set here.
  int32_t choose(tn_record record);
  const std::string& name() const { return partitioner_->name(); }

 private:
  PartitionChooser() = default;
  void count_bytes(int32_t partition, uint64_t bytes);

  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<plugin::PluginHost> host_;
  const plugin::Partitioner* partitioner_ = nullptr;
  std::unique_ptr<plugin::Partitioner::State> state_;
  std::string topic_name_;
  std::vector<uint64_t> available_;
  std::vector<uint64_t> batch_bytes_;  // of the batch that is open on each partition
  tn_topic_view topic_{};
};

}  // namespace tenon::cli
