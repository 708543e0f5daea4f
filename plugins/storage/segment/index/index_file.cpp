// SPDX-License-Identifier: Apache-2.0

#include "index/index_file.h"

namespace tenon::segment {

Result<size_t> IndexFile::count_on_disk() const {
  Result<tn_file_info> info = fs_.info(path_);
  if (!info) return info.error();
  if (info->size % entry_bytes_ != 0)
    return Error(TN_E_CORRUPT, path_ + ": " + std::to_string(info->size) +
                                   " bytes are not a whole number of entries");
  return static_cast<size_t>(info->size / entry_bytes_);
}

size_t IndexFile::size() const {
  std::lock_guard lock(mutex_);
  return spilled_ + recent_.size() / entry_bytes_;
}

void IndexFile::append(const uint8_t* entry) {
  std::lock_guard lock(mutex_);
  recent_.insert(recent_.end(), entry, entry + entry_bytes_);
  // An entry that cannot be written stays in memory, where it serves as well; the next block tries
  // again, and a sync reports what is wrong.
  if (recent_.size() % (kSpillEntries * entry_bytes_) == 0) (void)spill_locked();
}

Result<> IndexFile::spill() {
  std::lock_guard lock(mutex_);
  return spill_locked();
}

Result<> IndexFile::spill_locked() {
  if (abandoned_) return {};
  Result<File> file = fs_.open(path_, TN_FS_WRITE | TN_FS_CREATE);
  if (!file) return file.error();
  if (recent_.empty()) return {};
  Result<> written = file->write_at(spilled_ * entry_bytes_, recent_.data(), recent_.size());
  if (!written) return written;
  spilled_ += recent_.size() / entry_bytes_;
  recent_.clear();
  return {};
}

Result<> IndexFile::sync() {
  Result<File> file = Error(TN_E_IO, path_ + ": an earlier sync failed");
  {
    std::lock_guard lock(mutex_);
    if (abandoned_) return {};
    if (failed_) return file.error();
    if (Result<> spilled = spill_locked(); !spilled) return spilled;
    file = fs_.open(path_, TN_FS_WRITE);
  }
  if (!file) return file.error();
  Result<> synced = file->sync();
  std::lock_guard lock(mutex_);
  if (!synced) failed_ = true;
  if (recent_.empty()) recent_.shrink_to_fit();
  return synced;
}

Result<> IndexFile::truncate(size_t entries) {
  std::lock_guard lock(mutex_);
  if (entries >= spilled_) {
    recent_.resize(std::min(recent_.size(), (entries - spilled_) * entry_bytes_));
    return {};
  }
  recent_.clear();
  view_ = {};
  Result<File> file = fs_.open(path_, TN_FS_WRITE);
  if (!file) return file.error();
  Result<> cut = file->truncate(entries * entry_bytes_);
  if (cut) spilled_ = entries;
  return cut;
}

void IndexFile::drop_view() {
  std::lock_guard lock(mutex_);
  view_ = {};
}

void IndexFile::abandon() {
  std::lock_guard lock(mutex_);
  // Who still reads the segment goes on with the file as it is now, or without it.
  if (!abandoned_ && spilled_ > 0 && !view_locked()) {
    spilled_ = 0;
    recent_.clear();
  }
  abandoned_ = true;
}

Result<IndexFile::View> IndexFile::view_locked() const {
  if (view_.entries == spilled_) return view_;
  Result<std::shared_ptr<const uint8_t>> data = load_locked(spilled_ * entry_bytes_);
  if (!data) return data.error();
  view_ = View{std::move(*data), spilled_};
  return view_;
}

// The first `bytes` of the file, mapped; or, where the host has no mapping left to give, read.
Result<std::shared_ptr<const uint8_t>> IndexFile::load_locked(size_t bytes) const {
  using Data = std::shared_ptr<const uint8_t>;
  Result<File> file = fs_.open(path_, TN_FS_READ);
  if (!file) return file.error();
  if (Result<Mapping> mapped = file->map(bytes, TN_FS_READ)) {
    const auto mapping = std::make_shared<Mapping>(std::move(*mapped));
    return Data(mapping, mapping->data());
  }
  const auto copy = std::make_shared<std::vector<uint8_t>>(bytes);
  Result<size_t> n_read = file->read_at(0, copy->data(), bytes);
  if (!n_read) return n_read.error();
  if (*n_read < bytes) return Error(TN_E_CORRUPT, path_ + ": shorter than its entries");
  return Data(copy, copy->data());
}

}  // namespace tenon::segment
