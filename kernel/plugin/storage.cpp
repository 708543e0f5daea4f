// SPDX-License-Identifier: Apache-2.0
#include "plugin/storage.h"

#include "base/trace.h"
#include "plugin/abi_error.h"

namespace tenon::plugin {

namespace {

// A flush on its way: keeps the log alive until the plugin has answered.
struct PendingFlush {
  std::shared_ptr<StorageLog> log;
  Flushed done;
  const StorageMeters& meters;
  MonoTime began;

  void count(tn_code code) const {
    const CallMeter& flush = meters.flush;
    if (flush.calls) flush.calls->add();
    if (flush.errors && is_fault(code)) flush.errors->add();
    const Clock* clock = meters.watch.clock();
    if (flush.seconds && clock) flush.seconds->observe(clock->now() - began);
  }
};

void flush_done(void* arg, tn_code code, const tn_error* error) {
  const std::unique_ptr<PendingFlush> pending(static_cast<PendingFlush*>(arg));
  pending->count(code);
  // What follows is the broker's own, though a plugin has called it.
  const CallScope broker(nullptr, nullptr);
  if (code == TN_OK) return pending->done({});
  const tn_error nothing_said = empty_error();
  pending->done(plugin_failure(code, pending->log->name(), error ? *error : nothing_said));
}

// Points into `spec`.
tn_log_spec raw_spec(const LogSpec& spec) {
  return {.struct_size = sizeof(tn_log_spec),
          .reserved = 0,
          .directory = spec.directory.c_str(),
          .name = spec.name.c_str(),
          .segment_bytes = spec.segment_bytes,
          .segment_ms = spec.segment_ms,
          .index_interval_bytes = spec.index_interval_bytes,
          .index_bytes_max = spec.index_bytes_max,
          .start_offset = spec.start_offset.value};
}

}  // namespace

Result<OpenedLog> StorageEngine::open(const LogSpec& spec) const {
  const tn_log_spec raw = raw_spec(spec);
  void* log = nullptr;
  tn_log_state state{};
  state.struct_size = sizeof state;
  tn_error error = empty_error();
  const WatchedCall call(meters_->watch, meters_->open);
  const tn_code code = call(api_.open(self_, &raw, &log, &state, &error));
  if (code != TN_OK) return plugin_failure(code, spec.name, error);
  if (!log) return fail(Errc::kPluginFailed, spec.name, "the storage plugin opened no log");
  return OpenedLog{.log = std::make_shared<StorageLog>(api_, log, spec.name, meters_),
                   .state = {.was_clean = state.was_clean != 0,
                             .start_offset = Offset{state.start_offset},
                             .end_offset = Offset{state.end_offset},
                             .bytes = state.bytes,
                             .truncated_bytes = state.truncated_bytes}};
}

Result<> StorageLog::append(const AppendBatches& batches) {
  trace(TraceWay::kIn, "plugin/storage");
  const tn_append raw{.struct_size = sizeof(tn_append),
                      .n_pieces = static_cast<uint32_t>(batches.pieces.size()),
                      .pieces = batches.pieces.data(),
                      .base_offset = batches.base_offset.value,
                      .last_offset = batches.last_offset.value,
                      .max_timestamp_ms = batches.max_timestamp_ms,
                      .max_timestamp_offset = batches.max_timestamp_offset.value};
  tn_error error = empty_error();
  const WatchedCall call(meters_.watch, meters_.append);
  const tn_code code = call(api_.append(log_, &raw, &error));
  if (code != TN_OK) return plugin_failure(code, name_, error);
  return {};
}

Result<Payload> StorageLog::read(const ReadRange& range) {
  trace(TraceWay::kIn, "plugin/storage");
  tn_read found{};
  found.struct_size = sizeof found;
  tn_error error = empty_error();
  const WatchedCall call(meters_.watch, meters_.read);
  const tn_code code = call(api_.read(log_, range.from.value, range.end.value, range.max_bytes,
                                      range.whole_first ? 1 : 0, &found, &error));
  if (code == TN_E_NOT_FOUND) return fail(Errc::kOffsetOutOfRange, name_, message_of(code, error));
  if (code != TN_OK) return plugin_failure(code, name_, error);

  Payload payload;
  if (found.lease) {
    payload.lease = Lease([log = shared_from_this(), lease = found.lease] { log->release(lease); });
  }
  if (found.n_slices > TN_READ_SLICES_MAX)
    return fail(Errc::kPluginFailed, name_, "the storage plugin answered with too many slices");
  payload.slices.reserve(found.n_slices);
  for (const tn_slice& slice : std::span(found.slices, found.n_slices)) {
    payload.slices.push_back(
        {.fd = slice.fd, .offset = slice.offset, .length = slice.len, .data = slice.data});
    payload.bytes += slice.len;
  }
  return payload;
}

void StorageLog::release(void* lease) {
  const WatchedCall call(meters_.watch, meters_.release);
  api_.release(log_, lease);
}

Result<std::optional<Offset>> StorageLog::lookup(int64_t timestamp_ms) {
  int64_t offset = 0;
  tn_error error = empty_error();
  const WatchedCall call(meters_.watch, meters_.lookup);
  const tn_code code = call(api_.lookup(log_, timestamp_ms, &offset, &error));
  if (code == TN_E_NOT_FOUND) return std::nullopt;
  if (code != TN_OK) return plugin_failure(code, name_, error);
  return Offset{offset};
}

void StorageLog::flush(Flushed done) {
  const Clock* clock = meters_.watch.clock();
  auto pending = std::make_unique<PendingFlush>(shared_from_this(), std::move(done), meters_,
                                                clock ? clock->now() : MonoTime{});
  const CallScope call(meters_.watch.suspect(), meters_.flush.function);
  api_.flush(log_, flush_done, pending.release());
}

Result<> StorageLog::truncate(Offset offset) {
  tn_error error = empty_error();
  const WatchedCall call(meters_.watch, meters_.truncate);
  const tn_code code = call(api_.truncate(log_, offset.value, &error));
  if (code != TN_OK) return plugin_failure(code, name_, error);
  return {};
}

Result<Offset> StorageLog::trim(Offset offset) {
  int64_t start = 0;
  tn_error error = empty_error();
  const WatchedCall call(meters_.watch, meters_.trim);
  const tn_code code = call(api_.trim(log_, offset.value, &start, &error));
  if (code != TN_OK) return plugin_failure(code, name_, error);
  return Offset{start};
}

Result<std::vector<tn_segment>> StorageLog::segments() {
  std::vector<tn_segment> segments(16);
  // The log may roll between two calls, so the room for the answer grows until it fits.
  while (true) {
    size_t n = 0;
    tn_error error = empty_error();
    const WatchedCall call(meters_.watch, meters_.segments);
    const tn_code code = call(api_.segments(log_, segments.data(), segments.size(), &n, &error));
    if (code != TN_OK) return plugin_failure(code, name_, error);
    const bool fits = n <= segments.size();
    segments.resize(fits ? n : n + 4);
    if (fits) return segments;
  }
}

Result<> StorageLog::put_blob(const std::string& name, ByteView bytes) {
  tn_error error = empty_error();
  const WatchedCall call(meters_.watch, meters_.put_blob);
  const tn_code code =
      call(api_.put_blob(log_, name.c_str(), {bytes.data(), bytes.size()}, &error));
  if (code != TN_OK) return plugin_failure(code, name_, error);
  return {};
}

Result<std::optional<Bytes>> StorageLog::get_blob(const std::string& name) {
  Bytes blob(4096);
  // A blob may be replaced by a larger one between two calls.
  while (true) {
    size_t length = 0;
    tn_error error = empty_error();
    const WatchedCall call(meters_.watch, meters_.get_blob);
    const tn_code code =
        call(api_.get_blob(log_, name.c_str(), blob.data(), blob.size(), &length, &error));
    if (code == TN_E_NOT_FOUND) return std::nullopt;
    const bool too_small = code == TN_E_NOSPACE && length > blob.size();
    if (code != TN_OK && !too_small) return plugin_failure(code, name_, error);
    if (!too_small && length > blob.size())
      return fail(Errc::kPluginFailed, name_, "the storage plugin read past the end of a buffer");
    blob.resize(length);
    if (!too_small) return blob;
  }
}

Result<> StorageLog::configure(const LogSpec& spec) {
  const tn_log_spec raw = raw_spec(spec);
  tn_error error = empty_error();
  const WatchedCall call(meters_.watch, meters_.configure);
  const tn_code code = call(api_.configure(log_, &raw, &error));
  if (code != TN_OK) return plugin_failure(code, name_, error);
  return {};
}

Result<> StorageLog::close() {
  return end(0);
}

Result<> StorageLog::remove() {
  return end(1);
}

Result<> StorageLog::end(uint32_t remove) {
  tn_error error = empty_error();
  const WatchedCall call(meters_.watch, meters_.close);
  const tn_code code = call(api_.close(log_, remove, &error));
  if (code != TN_OK) return plugin_failure(code, name_, error);
  return {};
}

}  // namespace tenon::plugin
