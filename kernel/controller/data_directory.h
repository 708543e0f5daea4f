// SPDX-License-Identifier: Apache-2.0
//
// Opens what a data directory keeps of the cluster: whose it is (identity.h) and the journal
// (journal.h), and sees that the two belong together. Called once at start, by whoever holds the
// directory's lock; blocking, any thread.
//
//   <data directory>/meta.properties     identity
//   <data directory>/metadata/           journal
//
// Happy path: the first start makes an empty journal, then the identity, so that from then on a
// directory with an identity has a journal.
// Failure: an identity without a journal, or a journal with entries but without an identity, is a
// directory of which something was lost. Both are refused with a sentence: to begin anew would give
// every topic up.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "controller/disk/files.h"
#include "controller/identity.h"
#include "controller/journal.h"

namespace tenon::controller {

struct DataDirectoryOptions {
  Files* files = nullptr;
  std::string path;
  BrokerId node_id{-1};
  // nullopt = that of the directory, or at the first start a random one.
  std::optional<std::string> cluster_id;
  Random* random = nullptr;
  Scheduler* scheduler = nullptr;  // on which the journal completes
  BlockingPool* pool = nullptr;
};

struct DataDirectory {
  Identity identity;
  std::unique_ptr<Journal> journal;
  bool first_start = false;
};

// kBadConfig for a directory of another node or cluster, kCorruptData for one that lost a part.
Result<DataDirectory> open_data_directory(const DataDirectoryOptions& options);

}  // namespace tenon::controller
