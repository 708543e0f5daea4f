// SPDX-License-Identifier: Apache-2.0
//
// Whose data directory this is: the file meta.properties, written once, at the first start, before
// anything else is kept there.
//
//   meta.properties = { line "\n" }*
//   line = "version=1" | "cluster.id=" text | "node.id=" decimal | "directory.id=" text | "#"
//   comment
//
// The names are Kafka's (KIP-631, KIP-858), so that an operator knows them. Version 1 of the format
// is ours to count. Blocking; called at start.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/ids.h"
#include "base/random.h"
#include "controller/disk/files.h"

namespace tenon::controller {

struct Identity {
  std::string cluster_id;
  BrokerId node_id{-1};
  Uuid directory_id;  // tells the data directories of one node apart

  bool operator==(const Identity&) const = default;
};

// The identity in `data_directory`; nullopt if it has none yet. kCorruptData with file and line for
// one that cannot be understood, kUnsupportedVersion for a newer format.
Result<std::optional<Identity>> read_identity(Files& files, const std::string& data_directory);

Result<> write_identity(Files& files, const std::string& data_directory, const Identity& identity);

// A random cluster id, in the form of Kafka's: a uuid in 22 characters.
std::string make_cluster_id(Random& random);

// Refuses, with kBadConfig and a sentence, a directory that belongs to another node or, when
// `cluster_id` is given, to another cluster.
Result<> check_identity(const Identity& found, const std::string& data_directory, BrokerId node_id,
                        const std::optional<std::string>& cluster_id);

}  // namespace tenon::controller
