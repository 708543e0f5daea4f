// SPDX-License-Identifier: Apache-2.0
//
// A log in memory: gone when it is closed. For scratch topics and for tests.
//
// Batches lie one after the other in chunks, which are never moved or written over, so that a read
// is a few slices of them and its lease keeps them alive. Segments are what a log is trimmed by,
// with the rules of the segment plugin: by size, by time, by the range of relative offsets.
//
// Threads: as the ABI says; one mutex, held while batches are looked up or copied in.
// Invariants: 1. there is at least one segment until close; bases and batches rise. 2. bytes of a
// chunk below `used` never change.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tenon/storage.hpp"

namespace tenon::memory {

// Memory for batches; filled from its start.
struct Chunk {
  explicit Chunk(size_t size) : bytes(new uint8_t[size]), capacity(size) {}
  const std::unique_ptr<uint8_t[]> bytes;
  const size_t capacity;
  size_t used = 0;  // guarded by the log's mutex
};

struct StoredBatch {
  int64_t base_offset;
  int64_t last_offset;
  int64_t max_timestamp_ms;
  size_t bytes;
  size_t position;  // in the chunk
  std::shared_ptr<Chunk> chunk;
};

struct MemorySegment {
  int64_t base_offset = 0;
  int64_t created_ms = 0;
  uint64_t bytes = 0;
  int64_t max_timestamp_ms = -1;
  std::deque<StoredBatch> batches;
};

class MemoryLog {
 public:
  struct Settings {
    std::string name;
    int64_t segment_bytes;
    int64_t segment_ms;
    int64_t start_offset;
    int64_t log_bytes_max;  // 0 = no limit
  };
  MemoryLog(const tn_host_clock& clock, Settings settings);

  // The contracts are those of tn_storage.
  Result<> close(bool remove);
  Result<> append(const tn_append& batches);
  Result<> read(const ReadRange& range, tn_read& found);
  void release(void* lease);
  Result<int64_t> lookup(int64_t timestamp_ms);
  void flush(Flushed done);
  Result<> truncate(int64_t offset);
  Result<int64_t> trim(int64_t offset);
  Result<size_t> segments(tn_segment* list, size_t cap);
  Result<> put_blob(const char* name, ByteView bytes);
  Result<size_t> get_blob(const char* name, uint8_t* dst, size_t cap);
  Result<> configure(const tn_log_spec& spec);
  // True if a log can be laid out like that.
  static bool is_layout(const tn_log_spec& spec);

 private:
  struct Lease;
  struct Parsed;

  Result<Parsed> parse(const tn_append& batches) const;
  bool is_roll_due(const tn_append& batches, uint64_t bytes) const;
  void begin_segment(int64_t base_offset);
  Chunk& chunk_for(size_t bytes);
  size_t index_of(int64_t offset) const;
  int64_t end_of(size_t segment) const;
  void take(Lease& lease, tn_read& found, const StoredBatch& batch, uint64_t bytes) const;
  Error closed() const { return Error(TN_E_INVALID, settings_.name + ": the log is closed"); }

  const tn_host_clock& clock_;
  Settings settings_;  // the owner changes it

  std::mutex mutex_;
  std::deque<MemorySegment> segments_;                 // guarded by mutex_
  int64_t end_offset_ = 0;                             // guarded by mutex_
  uint64_t bytes_ = 0;                                 // guarded by mutex_
  std::shared_ptr<Chunk> chunk_;                       // guarded by mutex_: the one being filled
  std::map<std::string, std::vector<uint8_t>> blobs_;  // guarded by mutex_
};

}  // namespace tenon::memory
