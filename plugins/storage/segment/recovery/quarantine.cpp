// SPDX-License-Identifier: Apache-2.0

#include "recovery/quarantine.h"

#include <algorithm>
#include <vector>

#include "file_names.h"
#include "state_files.h"

namespace tenon::segment {

namespace {

constexpr size_t kCopyBytes = 1 << 20;

// A name that nothing has yet: what is in quarantine is not replaced either.
Result<std::string> free_name(const Services& services, const std::string& stem) {
  for (int i = 0;; i++) {
    const std::string name =
        stem + (i == 0 ? "" : "." + std::to_string(i)) + std::string(kQuarantinedSuffix);
    Result<tn_file_info> info = services.fs.info(name);
    if (info) continue;
    if (info.error().code() == TN_E_NOT_FOUND) return name;
    return info.error();
  }
}

}  // namespace

Result<> quarantine_tail(const Services& services, const Segment& segment, uint64_t from,
                         uint64_t bytes) {
  Result<std::string> name = free_name(services, segment.path + "." + std::to_string(from));
  if (!name) return name.error();
  Result<File> copy = services.fs.open(*name, TN_FS_WRITE | TN_FS_CREATE | TN_FS_TRUNCATE);
  if (!copy) return copy.error();
  std::vector<uint8_t> buffer(std::min<uint64_t>(kCopyBytes, bytes - from));
  for (uint64_t at = from; at < bytes;) {
    Result<size_t> n =
        segment.file.read_at(at, buffer.data(), std::min<uint64_t>(buffer.size(), bytes - at));
    if (!n) return n.error();
    if (*n == 0) break;
    if (Result<> done = copy->write_at(at - from, buffer.data(), *n); !done) return done;
    at += *n;
  }
  services.host.log(TN_LOG_WARN, "whole batches behind damage are kept in " + *name);
  return copy->sync();
}

Result<> quarantine_segment(const Services& services, const Segment& segment, uint64_t bytes) {
  for (const IndexFile* index : {&segment.offsets.file(), &segment.times.file()}) {
    Result<> removed = remove_if_there(services, index->path());
    if (!removed) return removed;
  }
  if (bytes == 0) return services.fs.remove(segment.path);
  Result<std::string> name = free_name(services, segment.path);
  if (!name) return name.error();
  services.host.log(TN_LOG_WARN, "a segment behind damage is kept in " + *name);
  return services.fs.rename(segment.path, *name);
}

}  // namespace tenon::segment
