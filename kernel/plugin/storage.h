// SPDX-License-Identifier: Apache-2.0
//
// Typed handles over the storage ABI (tenon/storage.h): an engine makes logs, a log holds bytes.
// The handles turn tn_code into Result and leases into Payload, and add nothing else.
//
// Threads: as the ABI says. append, truncate, trim, configure, flush and close come from one owner
// at a time; put_blob may run beside them, but close, one at a time; read, lookup, segments and
// get_blob may run beside them all.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/payload.h"
#include "plugin/watch/watch.h"
#include "tenon/storage.h"

namespace tenon::plugin {

struct LogSpec {
  std::string directory;
  std::string name;
  int64_t segment_bytes = 1 << 30;
  int64_t segment_ms = 7LL * 24 * 3600 * 1000;
  int64_t index_interval_bytes = 4096;
  int64_t index_bytes_max = 10 << 20;
  Offset start_offset{0};

  bool operator==(const LogSpec&) const = default;
};

struct LogState {
  bool was_clean = false;
  Offset start_offset{};
  Offset end_offset{};
  int64_t bytes = 0;
  int64_t truncated_bytes = 0;
};

// What an append carries; the meanings are those of tn_append.
struct AppendBatches {
  std::vector<tn_iovec> pieces;
  Offset base_offset{};
  Offset last_offset{};
  int64_t max_timestamp_ms = -1;
  Offset max_timestamp_offset{};
};

struct ReadRange {
  Offset from{};
  Offset end{};  // no batch whose base offset is >= end
  uint64_t max_bytes = 0;
  bool whole_first = true;
};

using Flushed = std::move_only_function<void(Result<>)>;

// The functions of one storage plugin.
struct StorageMeters {
  explicit StorageMeters(const Watch& of) : watch(of) {}

  const Watch& watch;
  CallMeter open = watch.meter("open");
  CallMeter close = watch.meter("close");
  CallMeter append = watch.meter("append");
  CallMeter read = watch.meter("read");
  CallMeter flush = watch.meter("flush");  // until its completion
  CallMeter release = watch.counter("release");
  CallMeter lookup = watch.counter("lookup");
  CallMeter truncate = watch.counter("truncate");
  CallMeter trim = watch.counter("trim");
  CallMeter segments = watch.counter("segments");
  CallMeter put_blob = watch.counter("put_blob");
  CallMeter get_blob = watch.counter("get_blob");
  CallMeter configure = watch.counter("configure");
};

// One open log. Shared, because leases of reads may outlive its owner; the log itself is closed by
// close() or remove(), not by the last reference.
class StorageLog : public std::enable_shared_from_this<StorageLog> {
 public:
  StorageLog(const tn_storage& api, void* log, std::string name,
             std::shared_ptr<const StorageMeters> meters)
      : api_(api), log_(log), name_(std::move(name)), shared_meters_(std::move(meters)) {}
  StorageLog(const StorageLog&) = delete;
  StorageLog& operator=(const StorageLog&) = delete;

  Result<> append(const AppendBatches& batches);
  // The payload's lease keeps this object and the bytes alive. kOffsetOutOfRange outside the log.
  Result<Payload> read(const ReadRange& range);
  // Base offset of the first batch whose max timestamp is >= timestamp_ms; nullopt if there is
  // none.
  Result<std::optional<Offset>> lookup(int64_t timestamp_ms);
  // `done` runs exactly once, on any thread, perhaps before flush returns.
  void flush(Flushed done);
  Result<> truncate(Offset offset);
  Result<Offset> trim(Offset offset);  // the first offset that is left
  Result<std::vector<tn_segment>> segments();
  Result<> put_blob(const std::string& name, ByteView bytes);
  Result<std::optional<Bytes>> get_blob(const std::string& name);
  Result<> configure(const LogSpec& spec);  // its layout
  Result<> close();                         // flushes, marks clean
  Result<> remove();                        // deletes everything of the log
  const std::string& name() const { return name_; }

 private:
  Result<> end(uint32_t remove);
  void release(void* lease);

  const tn_storage& api_;
  void* log_;
  std::string name_;
  // Of the engine, which a lease may outlive.
  const std::shared_ptr<const StorageMeters> shared_meters_;
  const StorageMeters& meters_ = *shared_meters_;
};

struct OpenedLog {
  std::shared_ptr<StorageLog> log;
  LogState state;
};

// One instance of a storage plugin. Any thread; lives until the host is destroyed.
class StorageEngine {
 public:
  StorageEngine(std::string name, const tn_storage& api, void* self,
                const Watch& watch = Watch::none())
      : name_(std::move(name)),
        api_(api),
        self_(self),
        meters_(std::make_shared<const StorageMeters>(watch)) {}
  // Opens or creates the log and recovers it.
  Result<OpenedLog> open(const LogSpec& spec) const;
  const std::string& name() const { return name_; }
  bool durable() const { return (api_.flags & TN_STORAGE_DURABLE) != 0; }

 private:
  std::string name_;
  const tn_storage& api_;
  void* self_;
  std::shared_ptr<const StorageMeters> meters_;
};

}  // namespace tenon::plugin
