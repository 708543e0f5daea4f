// SPDX-License-Identifier: Apache-2.0

#include "log/batch_scanner.h"

namespace tenon::log {
namespace {

constexpr uint64_t kChunkBytes = 1 << 20;

}  // namespace

Result<std::optional<record::BatchView>> BatchScanner::next() {
  while (true) {
    auto batch = record::find_batch(ByteView(chunk_).subspan(at_));
    if (!batch) return fail(Errc::kCorruptData, storage_.name(), batch.error().detail);
    if (*batch) {
      // Without this a storage that repeats itself would keep us here for ever.
      if ((*batch)->last_offset() < next_) {
        return fail(Errc::kCorruptData, storage_.name(), "the log's offsets do not rise");
      }
      at_ += (*batch)->size_bytes();
      next_ = (*batch)->last_offset().next();
      return batch;
    }
    if (next_ >= end_) return std::nullopt;
    if (auto read = read_chunk(); !read) return forward(read);
    if (chunk_.empty()) return std::nullopt;
  }
}

Result<> BatchScanner::read_chunk() {
  chunk_.clear();
  at_ = 0;
  auto payload =
      storage_.read({.from = next_, .end = end_, .max_bytes = chunk_bytes_, .whole_first = true});
  if (!payload) return forward(payload);
  chunk_bytes_ = kChunkBytes;
  if (!payload->copy_to(chunk_)) {
    return fail(Errc::kIo, storage_.name(), "the log's bytes cannot be read");
  }
  auto first = record::find_batch(chunk_);
  if (first && !chunk_.empty() && !*first) {
    return fail(Errc::kCorruptData, storage_.name(), "the storage read no whole batch");
  }
  return {};
}

}  // namespace tenon::log
