// SPDX-License-Identifier: Apache-2.0
//
// A storage for the tests of this room: in memory, behind the same C ABI as the real ones, with
// switches for what disks do. What was appended but not flushed is lost in crash(); blobs are
// durable at once. One thread. It must outlive every log and payload.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "plugin/storage.h"
#include "record/batch.h"

namespace tenon::log {

class TestingStorage {
 public:
  TestingStorage() : engine_("testing", kApi, this) {}
  TestingStorage(const TestingStorage&) = delete;
  TestingStorage& operator=(const TestingStorage&) = delete;

  const plugin::StorageEngine& engine() const { return engine_; }

  // Switches.
  bool fail_appends = false;
  bool fail_flushes = false;
  bool fail_blobs = false;
  bool fail_configure = false;
  bool hold_flushes = false;  // flushes wait for release_flush()
  // Counters.
  int appends = 0;
  int flushes = 0;
  int reads = 0;
  int blobs_put = 0;
  int configures = 0;

  size_t held_flushes() const { return held_.size(); }
  // Ends the oldest flush that is held.
  void release_flush() {
    auto flush = std::move(held_.front());
    held_.erase(held_.begin());
    flush();
  }
  // The power goes: unflushed batches are lost. Logs may then be opened again.
  void crash() {
    fail_flushes = true;
    while (!held_.empty()) release_flush();
    fail_flushes = false;
    for (auto& [directory, log] : logs_) log->lose_unflushed();
  }
  std::map<std::string, Bytes>& blobs(const std::string& directory) {
    return logs_.at(directory)->blobs;
  }
  size_t logs() const { return logs_.size(); }
  size_t segments(const std::string& directory) const {
    return logs_.at(directory)->segments.size();
  }

 private:
  struct Segment {
    int64_t base = 0;
    int64_t bytes = 0;
    std::vector<Bytes> batches = {};

    int64_t max_timestamp() const {
      int64_t max = -1;
      for (const Bytes& batch : batches) {
        max = std::max(max, record::BatchView(batch).max_timestamp());
      }
      return max;
    }
  };

  struct LogFile {
    TestingStorage* owner = nullptr;
    std::string directory;
    int64_t segment_bytes = 0;
    std::vector<Segment> segments;
    std::map<std::string, Bytes> blobs;
    int64_t end = 0;
    int64_t flushed_end = 0;
    bool clean = true;
    bool created = false;

    int64_t start() const { return segments.front().base; }
    void cut(int64_t offset) {
      const auto gone = [offset](const Bytes& b) {
        return record::BatchView(b).last_offset().value >= offset;
      };
      for (Segment& segment : segments) {
        std::erase_if(segment.batches, gone);
        segment.bytes = 0;
        for (const Bytes& batch : segment.batches) {
          segment.bytes += static_cast<int64_t>(batch.size());
        }
      }
      while (segments.size() > 1 && segments.back().base >= offset) segments.pop_back();
      end = segments.back().base;
      for (const Segment& segment : segments) {
        for (const Bytes& batch : segment.batches) {
          end = record::BatchView(batch).last_offset().value + 1;
        }
      }
      flushed_end = std::min(flushed_end, end);
    }
    void lose_unflushed() {
      cut(flushed_end);
      clean = false;
    }
    void roll() { segments.push_back({.base = end}); }
  };

  static LogFile& file(void* log) { return *static_cast<LogFile*>(log); }

  static tn_code open(void* self, const tn_log_spec* spec, void** log, tn_log_state* state,
                      tn_error*) {
    auto& storage = *static_cast<TestingStorage*>(self);
    auto& slot = storage.logs_[spec->directory];
    if (!slot) {
      slot = std::make_unique<LogFile>();
      slot->owner = &storage;
      slot->directory = spec->directory;
      slot->end = slot->flushed_end = spec->start_offset;
      slot->roll();
    }
    slot->segment_bytes = spec->segment_bytes;
    state->was_clean = slot->clean ? 1 : 0;
    state->start_offset = slot->start();
    state->end_offset = slot->end;
    for (const Segment& segment : slot->segments) state->bytes += segment.bytes;
    slot->clean = false;
    *log = slot.get();
    return TN_OK;
  }

  static tn_code close(void* log, uint32_t remove, tn_error*) {
    LogFile& self = file(log);
    if (remove != 0) {
      self.owner->logs_.erase(std::string(self.directory));
      return TN_OK;
    }
    if (self.owner->fail_flushes) return TN_E_IO;
    self.flushed_end = self.end;
    self.clean = true;
    return TN_OK;
  }

  static tn_code append(void* log, const tn_append* batches, tn_error*) {
    LogFile& self = file(log);
    ++self.owner->appends;
    if (self.owner->fail_appends) return TN_E_IO;
    if (batches->base_offset < self.end) return TN_E_INVALID;
    for (const tn_iovec& piece : std::span(batches->pieces, batches->n_pieces)) {
      const ByteView bytes(static_cast<const uint8_t*>(piece.data), piece.len);
      const auto size = static_cast<int64_t>(bytes.size());
      Segment& last = self.segments.back();
      if (last.bytes > 0 && last.bytes + size > self.segment_bytes) self.roll();
      for (const record::BatchView batch : record::Batches(bytes)) {
        self.segments.back().batches.emplace_back(batch.bytes().begin(), batch.bytes().end());
      }
      self.segments.back().bytes += size;
    }
    self.end = batches->last_offset + 1;
    return TN_OK;
  }

  static tn_code read(void* log, int64_t offset, int64_t end, uint64_t max_bytes, uint32_t whole,
                      tn_read* result, tn_error*) {
    LogFile& self = file(log);
    ++self.owner->reads;
    if (offset < self.start() || offset > self.end) return TN_E_NOT_FOUND;
    auto found = std::make_unique<Bytes>();
    uint64_t limit = max_bytes;
    for (const Segment& segment : self.segments) {
      for (const Bytes& bytes : segment.batches) {
        const record::BatchView batch(bytes);
        const bool wanted = batch.last_offset().value >= offset && batch.base_offset().value < end;
        if (!wanted || (!found->empty() && found->size() >= limit)) continue;
        if (found->empty() && whole != 0) limit = std::max<uint64_t>(limit, bytes.size());
        found->insert(found->end(), bytes.begin(), bytes.end());
      }
    }
    found->resize(std::min<uint64_t>(found->size(), limit));
    result->bytes = found->size();
    if (found->empty()) return TN_OK;
    result->n_slices = 1;
    result->slices[0] = {
        .fd = -1, .reserved = 0, .offset = 0, .len = found->size(), .data = found->data()};
    result->lease = found.release();
    return TN_OK;
  }

  static void release(void*, void* lease) { delete static_cast<Bytes*>(lease); }

  static tn_code lookup(void* log, int64_t timestamp_ms, int64_t* batch_offset, tn_error*) {
    for (const Segment& segment : file(log).segments) {
      for (const Bytes& bytes : segment.batches) {
        if (record::BatchView(bytes).max_timestamp() < timestamp_ms) continue;
        *batch_offset = record::BatchView(bytes).base_offset().value;
        return TN_OK;
      }
    }
    return TN_E_NOT_FOUND;
  }

  static void flush(void* log, tn_flushed done, void* arg) {
    LogFile& self = file(log);
    ++self.owner->flushes;
    // The log may have been removed when the flush ends.
    auto finish = [owner = self.owner, directory = std::string(self.directory), done, arg,
                   until = self.end] {
      const bool ok = !owner->fail_flushes;
      const auto found = owner->logs_.find(directory);
      if (ok && found != owner->logs_.end()) {
        LogFile& flushed = *found->second;
        flushed.flushed_end = std::max(flushed.flushed_end, std::min(until, flushed.end));
      }
      done(arg, ok ? TN_OK : TN_E_IO, nullptr);
    };
    if (self.owner->hold_flushes) {
      self.owner->held_.push_back(std::move(finish));
    } else {
      finish();
    }
  }

  static tn_code truncate(void* log, int64_t offset, tn_error*) {
    file(log).cut(offset);
    return TN_OK;
  }

  static tn_code trim(void* log, int64_t offset, int64_t* start_offset, tn_error*) {
    LogFile& self = file(log);
    if (offset >= self.end && self.segments.back().bytes > 0) self.roll();
    while (self.segments.size() > 1 && self.segments[1].base <= offset) {
      self.segments.erase(self.segments.begin());
    }
    *start_offset = self.start();
    return TN_OK;
  }

  static tn_code list_segments(void* log, tn_segment* segments, size_t cap, size_t* n, tn_error*) {
    LogFile& self = file(log);
    *n = self.segments.size();
    for (size_t i = 0; i < std::min(cap, *n); ++i) {
      const Segment& segment = self.segments[i];
      const bool last = i + 1 == *n;
      segments[i] = {.base_offset = segment.base,
                     .end_offset = last ? self.end : self.segments[i + 1].base,
                     .bytes = segment.bytes,
                     .max_timestamp_ms = segment.max_timestamp()};
    }
    return TN_OK;
  }

  static tn_code put_blob(void* log, const char* name, tn_bytes bytes, tn_error*) {
    LogFile& self = file(log);
    if (self.owner->fail_blobs) return TN_E_IO;
    ++self.owner->blobs_put;
    self.blobs[name] = Bytes(bytes.data, bytes.data + bytes.len);
    return TN_OK;
  }

  static tn_code get_blob(void* log, const char* name, uint8_t* dst, size_t cap, size_t* len,
                          tn_error*) {
    const auto& blobs = file(log).blobs;
    const auto found = blobs.find(name);
    if (found == blobs.end()) return TN_E_NOT_FOUND;
    *len = found->second.size();
    if (*len > cap) return TN_E_NOSPACE;
    std::ranges::copy(found->second, dst);
    return TN_OK;
  }

  static tn_code configure(void* log, const tn_log_spec* spec, tn_error*) {
    if (file(log).owner->fail_configure) return TN_E_INVALID;
    file(log).segment_bytes = spec->segment_bytes;
    ++file(log).owner->configures;
    return TN_OK;
  }

  static constexpr tn_storage kApi = {.struct_size = sizeof(tn_storage),
                                      .flags = TN_STORAGE_DURABLE,
                                      .open = open,
                                      .close = close,
                                      .append = append,
                                      .read = read,
                                      .release = release,
                                      .lookup = lookup,
                                      .flush = flush,
                                      .truncate = truncate,
                                      .trim = trim,
                                      .segments = list_segments,
                                      .put_blob = put_blob,
                                      .get_blob = get_blob,
                                      .configure = configure};

  std::map<std::string, std::unique_ptr<LogFile>> logs_;
  std::vector<std::function<void()>> held_;
  plugin::StorageEngine engine_;
};

}  // namespace tenon::log
