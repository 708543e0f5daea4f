// SPDX-License-Identifier: Apache-2.0
//
// What tests of storage plugins are written with: record batches, a log called through the C table,
// and a model of what a log has to answer.
//
//   TestHost host;
//   Instance plugin(host, "segment");
//   TestLog log(plugin, *host.fs().get());
//   log.open(spec_in(directory.path()));
//   log.append({make_batch({.base_offset = 0, .count = 3})});
//
// One thread, except where said. Deterministic.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/instance.hpp"
#include "conformance/test_host.hpp"
#include "tenon/storage.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// A record batch (magic 2) whose records are noise: what storage does not look into.
struct TestBatch {
  int64_t base_offset = 0;
  int64_t last_offset = 0;
  int64_t max_timestamp_ms = 0;
  std::vector<uint8_t> bytes;
};

struct BatchSpec {
  int64_t base_offset = 0;
  int32_t count = 1;
  int64_t max_timestamp_ms = 1000;
  size_t records_bytes = 40;
};

template <class Int>
void put_be(uint8_t* to, Int value) {
  auto bits = static_cast<uint64_t>(value);
  for (size_t i = sizeof(Int); i-- > 0; bits >>= 8) to[i] = static_cast<uint8_t>(bits);
}
template <class Int>
Int get_be(const uint8_t* from) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(Int); i++) value = value << 8 | from[i];
  return static_cast<Int>(value);
}

inline constexpr size_t kTestBatchHeader = 61;

inline TestBatch make_batch(const BatchSpec& spec) {
  const int64_t last = spec.base_offset + spec.count - 1;
  TestBatch batch{spec.base_offset, last, spec.max_timestamp_ms, {}};
  batch.bytes.resize(kTestBatchHeader + spec.records_bytes);
  uint8_t* at = batch.bytes.data();
  put_be<int64_t>(at, spec.base_offset);
  put_be<int32_t>(at + 8, static_cast<int32_t>(batch.bytes.size() - 12));
  at[16] = 2;
  put_be<int32_t>(at + 23, spec.count - 1);
  put_be<int64_t>(at + 27, spec.max_timestamp_ms);
  put_be<int64_t>(at + 35, spec.max_timestamp_ms);
  put_be<int64_t>(at + 43, -1);
  put_be<int16_t>(at + 51, -1);
  put_be<int32_t>(at + 53, -1);
  put_be<int32_t>(at + 57, spec.count);
  TestRandom noise(static_cast<uint64_t>(spec.base_offset) * 31 + spec.records_bytes);
  for (size_t i = kTestBatchHeader; i < batch.bytes.size(); i++)
    at[i] = static_cast<uint8_t>(noise.next());
  put_be<uint32_t>(at + 17, crc32c(0, at + 21, batch.bytes.size() - 21));
  return batch;
}

inline std::vector<uint8_t> join(const std::vector<TestBatch>& batches) {
  std::vector<uint8_t> all;
  for (const TestBatch& batch : batches)
    all.insert(all.end(), batch.bytes.begin(), batch.bytes.end());
  return all;
}

// A specification with small segments, so that tests cross their borders. The strings must outlive
// it.
struct TestSpec {
  std::string directory;
  std::string name = "orders-0";
  int64_t segment_bytes = 4096;
  int64_t segment_ms = 3600 * 1000;
  int64_t index_interval_bytes = 256;
  int64_t index_bytes_max = 1 << 20;
  int64_t start_offset = 0;

  tn_log_spec get() const {
    return {sizeof(tn_log_spec), 0,          directory.c_str(),    name.c_str(),
            segment_bytes,       segment_ms, index_interval_bytes, index_bytes_max,
            start_offset};
  }
};

struct ReadOutcome {
  tn_code code = TN_OK;
  std::string text;
  std::vector<uint8_t> bytes;
  size_t slices = 0;
};

// What one flush came to; `calls` must end up 1.
struct FlushOutcome {
  int calls = 0;
  tn_code code = TN_OK;
  static void done(void* arg, tn_code code, const tn_error*) {
    auto* outcome = static_cast<FlushOutcome*>(arg);
    outcome->calls++;
    outcome->code = code;
  }
};

// One log of a plugin, through its table. Closed by the destructor, if still open.
class TestLog {
 public:
  TestLog(const tn_storage& api, void* self, const tn_host_fs& fs)
      : api_(&api), self_(self), fs_(&fs) {}
  TestLog(const Instance& instance, const tn_host_fs& fs)
      : TestLog(*instance.interface<tn_storage>(TN_STORAGE_ID), instance.self(), fs) {}
  ~TestLog() {
    if (log_ != nullptr) (void)close(false);
  }
  TestLog(const TestLog&) = delete;
  TestLog& operator=(const TestLog&) = delete;

  tn_code open(const TestSpec& spec) {
    const tn_log_spec raw = spec.get();
    state_ = {};
    state_.struct_size = sizeof(state_);
    return told([&](tn_error* error) { return api_->open(self_, &raw, &log_, &state_, error); });
  }
  tn_code close(bool remove) {
    void* log = std::exchange(log_, nullptr);
    return told([&](tn_error* error) { return api_->close(log, remove ? 1 : 0, error); });
  }
  // Each batch is a piece.
  tn_code append(const std::vector<TestBatch>& batches) {
    std::vector<tn_iovec> pieces;
    tn_append call{};
    call.max_timestamp_ms = -1;
    for (const TestBatch& batch : batches) {
      pieces.push_back({batch.bytes.data(), batch.bytes.size()});
      if (batch.max_timestamp_ms <= call.max_timestamp_ms) continue;
      call.max_timestamp_ms = batch.max_timestamp_ms;
      call.max_timestamp_offset = batch.last_offset;
    }
    call.struct_size = sizeof(call);
    call.n_pieces = static_cast<uint32_t>(pieces.size());
    call.pieces = pieces.data();
    call.base_offset = batches.front().base_offset;
    call.last_offset = batches.back().last_offset;
    return append(call);
  }
  tn_code append(const tn_append& call) {
    return told([&](tn_error* error) { return api_->append(log_, &call, error); });
  }
  // [any thread] The slices as they are; release them with release().
  tn_code read_slices(const ReadRange& range, tn_read& found, tn_error* error = nullptr) const {
    found = {};
    found.struct_size = sizeof(found);
    return api_->read(log_, range.from, range.end, range.max_bytes, range.whole_first ? 1 : 0,
                      &found, error);
  }
  // [any thread]
  ReadOutcome read(const ReadRange& range) const {
    tn_error error = new_error();
    tn_read found;
    ReadOutcome outcome;
    outcome.code = read_slices(range, found, &error);
    outcome.text = error.message;
    if (outcome.code != TN_OK) return outcome;
    outcome.bytes = bytes_of(found);
    outcome.slices = found.n_slices;
    release(found);
    return outcome;
  }
  ReadOutcome read_all(int64_t from) const { return read({from, INT64_MAX, UINT64_MAX, true}); }
  std::vector<uint8_t> bytes_of(const tn_read& found) const {
    std::vector<uint8_t> bytes;
    for (uint32_t i = 0; i < found.n_slices; i++) {
      const tn_slice& slice = found.slices[i];
      const size_t at = bytes.size();
      bytes.resize(at + slice.len);
      size_t n = slice.len;
      if (slice.fd < 0)
        std::memcpy(bytes.data() + at, slice.data, slice.len);
      else
        fs_->read_at(fs_->ctx, slice.fd, slice.offset, bytes.data() + at, slice.len, &n, nullptr);
      bytes.resize(at + n);
    }
    return bytes;
  }
  void release(const tn_read& found) const { release(log_, found); }
  // Also after close, with the handle() from before it.
  void release(void* log, const tn_read& found) const {
    if (found.lease != nullptr) api_->release(log, found.lease);
  }

  void flush(FlushOutcome& outcome) { api_->flush(log_, &FlushOutcome::done, &outcome); }
  tn_code truncate(int64_t offset) {
    return told([&](tn_error* error) { return api_->truncate(log_, offset, error); });
  }
  tn_code trim(int64_t offset, int64_t& start) {
    return told([&](tn_error* error) { return api_->trim(log_, offset, &start, error); });
  }
  // -1 if there is none, -2 for any other error. [any thread]
  int64_t lookup(int64_t timestamp_ms) const {
    int64_t offset = -1;
    const tn_code code = api_->lookup(log_, timestamp_ms, &offset, nullptr);
    return code == TN_OK ? offset : code == TN_E_NOT_FOUND ? -1 : -2;
  }
  std::vector<tn_segment> segments() const {
    size_t n = 0;
    api_->segments(log_, nullptr, 0, &n, nullptr);
    std::vector<tn_segment> list(n);
    api_->segments(log_, list.data(), list.size(), &n, nullptr);
    return list;
  }
  tn_code put_blob(const char* name, std::string_view text) {
    return told([&](tn_error* error) { return api_->put_blob(log_, name, ByteView(text), error); });
  }
  std::optional<std::string> get_blob(const char* name) const {
    std::string text(64, '\0');
    size_t size = 0;
    for (;;) {
      auto* dst = reinterpret_cast<uint8_t*>(text.data());
      const tn_code code = api_->get_blob(log_, name, dst, text.size(), &size, nullptr);
      if (code != TN_OK && code != TN_E_NOSPACE) return std::nullopt;
      text.resize(size);
      if (code == TN_OK) return text;
    }
  }

  tn_code configure(const TestSpec& spec) {
    const tn_log_spec raw = spec.get();
    return told([&](tn_error* error) { return api_->configure(log_, &raw, error); });
  }

  const tn_log_state& state() const { return state_; }
  void* handle() const { return log_; }
  const std::string& error() const { return error_; }  // of the last call that failed
  const tn_storage& api() const { return *api_; }

 private:
  template <class Call>
  tn_code told(Call call) {
    tn_error error = new_error();
    const tn_code code = call(&error);
    if (code != TN_OK) error_ = error.message;
    return code;
  }

  const tn_storage* api_;
  void* self_;
  const tn_host_fs* fs_;
  void* log_ = nullptr;
  tn_log_state state_{};
  std::string error_;
};

// What a log has to answer: the batches it holds.
class LogModel {
 public:
  explicit LogModel(int64_t start_offset = 0) : start_(start_offset), end_(start_offset) {}

  int64_t start() const { return start_; }
  int64_t end() const { return end_; }
  const std::vector<TestBatch>& batches() const { return batches_; }

  void append(const std::vector<TestBatch>& batches) {
    batches_.insert(batches_.end(), batches.begin(), batches.end());
    end_ = batches_.back().last_offset + 1;
  }
  // `end` is where the log says it ends then: after a gap there is a choice.
  void truncate(int64_t offset, int64_t start, int64_t end) {
    std::erase_if(batches_, [&](const TestBatch& b) { return b.last_offset >= offset; });
    start_ = start;
    end_ = end;
  }
  void trim(int64_t start) {
    std::erase_if(batches_, [&](const TestBatch& b) { return b.last_offset < start; });
    start_ = start;
  }
  std::vector<uint8_t> read(const ReadRange& range) const {
    std::vector<TestBatch> seen;
    if (range.from < std::min(range.end, end_))
      std::copy_if(batches_.begin(), batches_.end(), std::back_inserter(seen),
                   [&](const TestBatch& batch) {
                     return batch.last_offset >= range.from && batch.base_offset < range.end;
                   });
    if (seen.empty()) return {};
    std::vector<uint8_t> all = join(seen);
    const size_t first = range.whole_first ? seen.front().bytes.size() : 0;
    all.resize(std::min<uint64_t>(all.size(), std::max<uint64_t>(first, range.max_bytes)));
    return all;
  }
  int64_t lookup(int64_t timestamp_ms) const {
    for (const TestBatch& batch : batches_)
      if (batch.max_timestamp_ms >= timestamp_ms) return batch.base_offset;
    return -1;
  }

 private:
  std::vector<TestBatch> batches_;
  int64_t start_;
  int64_t end_;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
