// SPDX-License-Identifier: Apache-2.0
//
// C++ over the storage ABI (storage.h). A storage plugin is two classes:
//
//   class Engine {
//    public:
//     static constexpr uint32_t kFlags = TN_STORAGE_DURABLE;
//     class Log { ... };                             // may also be a `using Log = ...`
//     Result<std::shared_ptr<Log>> open(const tn_log_spec& spec, tn_log_state& state);
//   };
//   TENON_STORAGE(Engine, "name", "1.0.0", "about")
//
// and Log has, with the contracts of tn_storage:
//
//   Result<>        close(bool remove);
//   Result<>        append(const tn_append& batches);
//   Result<>        read(const ReadRange& range, tn_read& found);
//   void            release(void* lease);
//   Result<int64_t> lookup(int64_t timestamp_ms);
//   void            flush(Flushed done);
//   Result<>        truncate(int64_t offset);
//   Result<int64_t> trim(int64_t offset);                    // the first offset that is left
//   Result<size_t>  segments(tn_segment* segments, size_t cap);
//   Result<>        put_blob(const char* name, ByteView bytes);
//   Result<size_t>  get_blob(const char* name, uint8_t* dst, size_t cap);  // copies min(size, cap)
//   Result<>        configure(const tn_log_spec& spec);
//
// Life of a Log: the handle that the host holds keeps it alive until close has returned and every
// lease that read gave out is released; work in flight on another thread keeps it alive by a
// shared_ptr of its own (std::enable_shared_from_this). A log is closed even when its close reports
// an error.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "plugin.hpp"
#include "storage.h"

namespace tenon {
inline namespace sdk {

// What a read may return; the meanings are those of tn_storage.read.
struct ReadRange {
  int64_t from;
  int64_t end;
  uint64_t max_bytes;
  bool whole_first;
};

// The completion of one flush. Call it once, from any thread, holding no lock of the plugin. If it
// is dropped without a call, it tells the host TN_E_PANIC, so that no flush is ever left without an
// answer.
class Flushed {
 public:
  Flushed(tn_flushed done, void* arg) : done_(done), arg_(arg) {}
  Flushed(Flushed&& other) noexcept
      : done_(std::exchange(other.done_, nullptr)), arg_(other.arg_) {}
  Flushed& operator=(Flushed&& other) noexcept {
    std::swap(done_, other.done_);
    std::swap(arg_, other.arg_);
    return *this;
  }
  ~Flushed() {
    if (done_ != nullptr) fail(TN_E_PANIC, "the flush was dropped");
  }

  void operator()(const Result<>& result) noexcept {
    if (!result) return fail(result.error().code(), result.error().text());
    if (tn_flushed done = std::exchange(done_, nullptr)) done(arg_, TN_OK, nullptr);
  }

 private:
  void fail(tn_code code, std::string_view text) noexcept {
    tn_error error = new_error();
    report(&error, code, text);
    if (tn_flushed done = std::exchange(done_, nullptr)) done(arg_, code, &error);
  }

  tn_flushed done_;
  void* arg_;
};

namespace detail {

// What the host holds as `log`: the Log, kept for as long as it is open or leased.
template <class Log>
struct LogHandle {
  std::shared_ptr<Log> log;
  std::atomic<int64_t> holders{1};

  static void let_go(LogHandle* handle) noexcept {
    if (handle->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) delete handle;
  }
};

template <class T>
struct StorageTable {
  using Log = typename T::Log;
  using Handle = LogHandle<Log>;

  static Log& of(void* log) { return *static_cast<Handle*>(log)->log; }

  static tn_code open(void* self, const tn_log_spec* spec, void** log, tn_log_state* state,
                      tn_error* error) noexcept {
    return guard(error, [&]() -> Result<> {
      auto handle = std::make_unique<Handle>();
      Result<std::shared_ptr<Log>> opened = static_cast<T*>(self)->open(*spec, *state);
      if (!opened) return opened.error();
      handle->log = std::move(*opened);
      *log = handle.release();
      return {};
    });
  }
  static tn_code close(void* log, uint32_t remove, tn_error* error) noexcept {
    const tn_code code = guard(error, [&] { return of(log).close(remove != 0); });
    Handle::let_go(static_cast<Handle*>(log));
    return code;
  }
  static tn_code append(void* log, const tn_append* batches, tn_error* error) noexcept {
    return guard(error, [&] { return of(log).append(*batches); });
  }
  static tn_code read(void* log, int64_t offset, int64_t end_offset, uint64_t max_bytes,
                      uint32_t whole_first, tn_read* found, tn_error* error) noexcept {
    const ReadRange range{offset, end_offset, max_bytes, whole_first != 0};
    found->n_slices = 0;
    found->bytes = 0;
    found->lease = nullptr;
    const tn_code code = guard(error, [&] { return of(log).read(range, *found); });
    if (code == TN_OK && found->lease != nullptr)
      static_cast<Handle*>(log)->holders.fetch_add(1, std::memory_order_relaxed);
    return code;
  }
  static void release(void* log, void* lease) noexcept {
    if (lease == nullptr) return;
    guard(nullptr, [&]() -> tn_code {
      of(log).release(lease);
      return TN_OK;
    });
    Handle::let_go(static_cast<Handle*>(log));
  }
  static tn_code lookup(void* log, int64_t timestamp_ms, int64_t* batch_offset,
                        tn_error* error) noexcept {
    return store(error, batch_offset, [&] { return of(log).lookup(timestamp_ms); });
  }
  static void flush(void* log, tn_flushed done, void* arg) noexcept {
    // Flushed answers by itself if the call throws.
    guard(nullptr, [&]() -> tn_code {
      of(log).flush(Flushed(done, arg));
      return TN_OK;
    });
  }
  static tn_code truncate(void* log, int64_t offset, tn_error* error) noexcept {
    return guard(error, [&] { return of(log).truncate(offset); });
  }
  static tn_code trim(void* log, int64_t offset, int64_t* start_offset, tn_error* error) noexcept {
    return store(error, start_offset, [&] { return of(log).trim(offset); });
  }
  static tn_code segments(void* log, tn_segment* list, size_t cap, size_t* n,
                          tn_error* error) noexcept {
    return store(error, n, [&] { return of(log).segments(list, cap); });
  }
  static tn_code put_blob(void* log, const char* name, tn_bytes bytes, tn_error* error) noexcept {
    return guard(error, [&] { return of(log).put_blob(name, bytes); });
  }
  static tn_code get_blob(void* log, const char* name, uint8_t* dst, size_t cap, size_t* len,
                          tn_error* error) noexcept {
    const tn_code code = store(error, len, [&] { return of(log).get_blob(name, dst, cap); });
    if (code != TN_OK || *len <= cap) return code;
    return report(error, TN_E_NOSPACE, "the blob is larger than the buffer");
  }
  static tn_code configure(void* log, const tn_log_spec* spec, tn_error* error) noexcept {
    return guard(error, [&] { return of(log).configure(*spec); });
  }

  // Runs `call` and puts the value it gives at `place`.
  template <class Value, class Call>
  static tn_code store(tn_error* error, Value* place, Call&& call) noexcept {
    return guard(error, [&]() -> Result<> {
      Result<Value> result = call();
      if (!result) return result.error();
      *place = *result;
      return {};
    });
  }

  static constexpr tn_storage table = {
      sizeof(tn_storage), Flags<T>::value, &open,     &close,    &append, &read,
      &release,           &lookup,         &flush,    &truncate, &trim,   &segments,
      &put_blob,          &get_blob,       &configure};

  static const void* get(const char* id) noexcept {
    return id != nullptr && std::string_view(id) == TN_STORAGE_ID ? &table : nullptr;
  }
};

}  // namespace detail

// The descriptor of storage class T, for TENON_MODULE.
template <class T>
constexpr tn_descriptor storage(const char* name, const char* version, const char* about) {
  return detail::describe<T, detail::StorageTable<T>>(TN_STORAGE, name, version, about);
}

}  // namespace sdk
}  // namespace tenon

// Makes class T the library's storage plugin. Use it once, outside every namespace.
#define TENON_STORAGE(T, name, version, about) \
  TENON_MODULE(::tenon::sdk::storage<T>(name, version, about))
