// SPDX-License-Identifier: Apache-2.0
//
// Where partitions lie: <data dir>/<topic>-<partition>, as Kafka lays them out, each with a file
// `partition.metadata` that ties the directory to a topic id:
//
//   version: 0
//   topic_id: <22 characters>
//
// A directory of the right name but of another topic id belongs to a topic that was deleted while
// the broker was down. It is set aside as <its id>-<partition>-stray, never deleted.
//
// Threads: any; the pool opens many partitions at once.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "base/ids.h"

namespace tenon::replication {

class LogDirectories {
 public:
  // Absolute paths of directories that exist.
  explicit LogDirectories(std::vector<std::string> data_dirs);

  // The directory of that partition: the one that is there, or a new one in the data directory that
  // holds the fewest. The metadata file is durable when this returns. The partition's name is then
  // held until release() or forget(). kInUse while a topic that was deleted still holds it: try
  // again.
  Result<std::string> place(const TopicPartition& name, const Uuid& topic_id);
  // Sets the directories of topics that are not known aside: what a broker that died while it was
  // removing them has left. How many there were. At start, before anything is placed.
  size_t set_strays_aside(const std::function<bool(const Uuid&)>& is_known);
  // Gives the directory up and leaves it as it is.
  void release(const std::string& directory);
  // Removes what is left of a deleted partition's directory, then gives it up.
  void forget(const std::string& directory);
  const std::vector<std::string>& data_dirs() const { return data_dirs_; }

 private:
  std::string emptiest();
  Result<std::string> make(const std::string& data_dir, const TopicPartition& name,
                           const Uuid& topic_id);
  Result<std::string> find_or_make(const TopicPartition& name, const Uuid& topic_id);
  // Names, not directories: a directory that is being removed may be gone already and still be
  // removed from.
  bool hold(const std::string& partition);
  void give_up(const std::string& partition);

  std::vector<std::string> data_dirs_;
  std::mutex mutex_;
  std::unordered_set<std::string> held_;                // "topic-0"; guarded by mutex_
  std::unordered_map<std::string, size_t> partitions_;  // by data directory; guarded by mutex_
};

}  // namespace tenon::replication
