// SPDX-License-Identifier: Apache-2.0

#include "controller/data_directory.h"

#include <utility>

#include "base/assert.h"
#include "base/log.h"

namespace tenon::controller {

namespace {

// The directory's own name must last, too. Its parent may not be ours to open, and then we did not
// make the directory either, so a failure is told and no more.
void keep_name(Files& files, const std::string& path) {
  const size_t slash = path.find_last_of('/');
  const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash);
  if (auto done = files.sync_directory(parent.empty() ? "/" : parent); !done)
    log_warn("{}", done.error().text());
}

Result<Identity> begin(const DataDirectoryOptions& options, const Journal& journal) {
  if (journal.durable_index() > 0 || journal.snapshot())
    return fail(Errc::kCorruptData, options.path,
                "has a metadata journal but no meta.properties, which says whose it is; restore "
                "that file from a copy");
  Identity identity;
  identity.node_id = options.node_id;
  identity.cluster_id = options.cluster_id ? *options.cluster_id : make_cluster_id(*options.random);
  const uint64_t high = options.random->next();
  identity.directory_id = Uuid::from_random(high, options.random->next());
  auto written = write_identity(*options.files, options.path, identity);
  if (!written) return forward(written);
  return identity;
}

}  // namespace

Result<DataDirectory> open_data_directory(const DataDirectoryOptions& options) {
  TN_ASSERT(options.files && options.random);
  if (auto made = options.files->make_directories(options.path); !made) return forward(made);
  auto known = read_identity(*options.files, options.path);
  if (!known) return forward(known);
  if (*known) {
    auto ours = check_identity(**known, options.path, options.node_id, options.cluster_id);
    if (!ours) return forward(ours);
  }
  auto journal = Journal::open({.files = options.files,
                                .directory = options.path + "/metadata",
                                .scheduler = options.scheduler,
                                .pool = options.pool,
                                .must_exist = known->has_value()});
  if (!journal) return forward(journal);
  DataDirectory opened;
  opened.first_start = !known->has_value();
  opened.journal = std::move(*journal);
  auto identity = *known ? Result<Identity>(**known) : begin(options, *opened.journal);
  if (!identity) return forward(identity);
  opened.identity = std::move(*identity);
  // Also of an identity that was found: the life that wrote it may have ended before this.
  if (auto kept = options.files->sync_directory(options.path); !kept) return forward(kept);
  keep_name(*options.files, options.path);
  return opened;
}

}  // namespace tenon::controller
