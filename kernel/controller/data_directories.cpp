// SPDX-License-Identifier: Apache-2.0

#include "controller/data_directories.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/log.h"

namespace tenon::controller {

namespace {

// The identity of each directory, where it has one; all of this node and of one cluster.
Result<std::vector<std::optional<Identity>>> read_identities(
    const DataDirectoriesOptions& options) {
  std::vector<std::optional<Identity>> found;
  std::optional<std::string> cluster_id = options.cluster_id;
  for (const std::string& path : options.paths) {
    if (auto made = options.files->make_directories(path); !made) return forward(made);
    auto identity = read_identity(*options.files, path);
    if (!identity) return forward(identity);
    found.push_back(std::move(*identity));
    if (!found.back()) continue;
    auto ours = check_identity(*found.back(), path, options.node_id, cluster_id);
    if (!ours) return forward(ours);
    cluster_id = found.back()->cluster_id;
    const auto same = [&](const auto& other) {
      return other && other->directory_id == found.back()->directory_id;
    };
    if (std::ranges::count_if(found, same) > 1)
      return fail(Errc::kBadConfig, path,
                  "has the directory.id of another data directory: one is a copy of the other");
  }
  return found;
}

// The directory's own name must last, too. Its parent may not be ours to open, and then we did not
// make the directory either, so a failure is told and no more.
void keep_name(Files& files, const std::string& path) {
  const size_t slash = path.find_last_of('/');
  const std::string parent = slash == std::string::npos ? "." : path.substr(0, slash);
  if (auto done = files.sync_directory(parent.empty() ? "/" : parent); !done)
    log_warn("{}", done.error().text());
}

// Gives each directory without an identity one, and makes all of them durable: also one that was
// found may be of a life that ended before it had synced it.
Result<> complete_identities(const DataDirectoriesOptions& options, DataDirectories& opened,
                             std::vector<std::optional<Identity>> found) {
  for (size_t i = 0; i < found.size(); ++i) {
    const std::string& path = options.paths[i];
    if (!found[i]) {
      const uint64_t high = options.random->next();
      found[i] = Identity{.cluster_id = opened.cluster_id,
                          .node_id = options.node_id,
                          .directory_id = Uuid::from_random(high, options.random->next())};
      if (auto done = write_identity(*options.files, path, *found[i]); !done) return done;
    }
    if (auto done = options.files->sync_directory(path); !done) return done;
    keep_name(*options.files, path);
    opened.identities.push_back(std::move(*found[i]));
  }
  return {};
}

}  // namespace

Result<DataDirectories> open_data_directories(const DataDirectoriesOptions& options) {
  TN_ASSERT(options.files && options.random && !options.paths.empty());
  auto found = read_identities(options);
  if (!found) return forward(found);
  const auto known = std::ranges::find_if(*found, [](const auto& one) { return one.has_value(); });
  DataDirectories opened;
  opened.first_start = known == found->end();
  auto journal = Journal::open({.files = options.files,
                                .directory = options.paths.front() + "/metadata",
                                .scheduler = options.scheduler,
                                .pool = options.pool,
                                .must_exist = !opened.first_start});
  if (!journal) return forward(journal);
  opened.journal = std::move(*journal);
  if (opened.first_start && (opened.journal->durable_index() > 0 || opened.journal->snapshot()))
    return fail(Errc::kCorruptData, options.paths.front(),
                "has a metadata journal but no meta.properties, which says whose it is; restore "
                "that file from a copy");
  opened.cluster_id = !opened.first_start  ? (*known)->cluster_id
                      : options.cluster_id ? *options.cluster_id
                                           : make_cluster_id(*options.random);
  if (auto done = complete_identities(options, opened, std::move(*found)); !done)
    return forward(done);
  return opened;
}

}  // namespace tenon::controller
