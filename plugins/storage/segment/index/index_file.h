// SPDX-License-Identifier: Apache-2.0
//
// A file of fixed-size entries whose keys rise: what the offset index and the time index share.
//
// The newest entries are kept in memory and written to the file a few kilobytes at a time; the
// older ones are found through a read-only mapping, made when somebody first looks. Nothing is
// written through a mapping, so that a full disk is an error code and not a signal, and the file is
// never longer than its entries. No descriptor is kept open.
//
// Threads: one owner appends and truncates; find, spill and sync may come from others at the same
// time. A short lock guards the members; no file is synced and no page is faulted in under it.
// Invariants: 1. file entries [0, spilled_) + memory entries = all entries. 2. view_ covers
// [0, viewed_), viewed_ <= spilled_, and those bytes of the file do not change while somebody else
// may hold the view: truncate asks for an index that nobody else uses.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tenon/host.hpp"

namespace tenon::segment {

class IndexFile {
 public:
  IndexFile(const Fs& fs, std::string path, size_t entry_bytes, size_t entries_max)
      : fs_(fs), path_(std::move(path)), entry_bytes_(entry_bytes), entries_max_(entries_max) {}

  // Takes the file's first `entries` entries as they are. Before any other use.
  void adopt(size_t entries) { spilled_ = entries; }
  // How many whole entries the file on disk has; TN_E_NOT_FOUND if it is missing, TN_E_CORRUPT if
  // its size is not a multiple of an entry's.
  Result<size_t> count_on_disk() const;

  size_t size() const;
  size_t entries_max() const { return entries_max_; }
  size_t entry_bytes() const { return entry_bytes_; }
  const std::string& path() const { return path_; }

  // Adds an entry in memory, and writes what has gathered when it is enough; the write is tried
  // again later if it fails. [owner]
  void append(const uint8_t* entry);
  // How many entries is_before(entry) holds for, which must be the first ones; the last of them is
  // copied to `entry`.
  template <class IsBefore>
  Result<size_t> find_last(IsBefore is_before, uint8_t* entry) const;
  // Writes what is in memory to the file (making the file if there is none).
  Result<> spill();
  // Spills and syncs the file. After one failure every further call fails: what the page cache
  // holds can no longer be trusted.
  Result<> sync();
  // Keeps the first `entries` only. [owner; nobody else uses the index]
  Result<> truncate(size_t entries);
  // Gives the mapping back until somebody looks again.
  void drop_view();
  // From now on the file of this path is somebody else's: spill and sync do nothing, and find goes
  // on with the entries there are now.
  void abandon();

 private:
  // The older entries, as far as they are in the file.
  struct View {
    std::shared_ptr<const uint8_t> data;
    size_t entries = 0;
  };
  static constexpr size_t kSpillEntries = 512;

  Result<View> view_locked() const;
  Result<std::shared_ptr<const uint8_t>> load_locked(size_t bytes) const;
  Result<> spill_locked();
  template <class IsBefore>
  size_t search(const uint8_t* entries, size_t n, IsBefore is_before, uint8_t* entry) const;

  const Fs fs_;
  const std::string path_;
  const size_t entry_bytes_;
  const size_t entries_max_;

  mutable std::mutex mutex_;
  size_t spilled_ = 0;           // guarded by mutex_
  std::vector<uint8_t> recent_;  // guarded by mutex_; entries [spilled_, size)
  mutable View view_;            // guarded by mutex_
  bool failed_ = false;          // guarded by mutex_
  bool abandoned_ = false;       // guarded by mutex_
};

template <class IsBefore>
size_t IndexFile::search(const uint8_t* entries, size_t n, IsBefore is_before,
                         uint8_t* entry) const {
  size_t low = 0;
  size_t high = n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (is_before(entries + middle * entry_bytes_))
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return 0;
  const uint8_t* found = entries + (low - 1) * entry_bytes_;
  std::copy(found, found + entry_bytes_, entry);
  return low;
}

template <class IsBefore>
Result<size_t> IndexFile::find_last(IsBefore is_before, uint8_t* entry) const {
  View view;
  {
    std::lock_guard lock(mutex_);
    const size_t n = search(recent_.data(), recent_.size() / entry_bytes_, is_before, entry);
    if (n > 0 || spilled_ == 0) return n > 0 ? spilled_ + n : 0;
    Result<View> made = view_locked();
    if (!made) return made.error();
    view = std::move(*made);
  }
  return search(view.data.get(), view.entries, is_before, entry);
}

}  // namespace tenon::segment
