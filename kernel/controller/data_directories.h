// SPDX-License-Identifier: Apache-2.0
//
// Opens what the data directories keep of the cluster: whose they are (identity.h) and the journal
// (journal.h), and sees that all belong together. Called once at start, by whoever holds the
// directories' locks; blocking, any thread.
//
//   <each data directory>/meta.properties     identity
//   <first data directory>/metadata/          journal
//
// Happy path: the first start makes an empty journal, then the identities, the first directory's
// first; so wherever there is an identity there is a journal. A directory that is added later gets
// its identity then. Failure: an identity without a journal (or with the directories in another
// order), or a journal with entries but without an identity, is a node of which something was lost.
// Both are refused with a sentence: to begin anew would give every topic up.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "controller/disk/files.h"
#include "controller/identity.h"
#include "controller/journal.h"

namespace tenon::controller {

struct DataDirectoriesOptions {
  Files* files = nullptr;
  std::vector<std::string> paths;  // not empty; made if missing
  BrokerId node_id{-1};
  // nullopt = that of the directories, or at the first start a random one.
  std::optional<std::string> cluster_id;
  Random* random = nullptr;
  Scheduler* scheduler = nullptr;  // on which the journal completes; may not run yet
  BlockingPool* pool = nullptr;
};

struct DataDirectories {
  std::string cluster_id;
  std::vector<Identity> identities;  // in the order of the paths
  std::unique_ptr<Journal> journal;
  bool first_start = false;
};

// kBadConfig for a directory of another node or cluster, kCorruptData for a node that lost a part.
Result<DataDirectories> open_data_directories(const DataDirectoriesOptions& options);

}  // namespace tenon::controller
