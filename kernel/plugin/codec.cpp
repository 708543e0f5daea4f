// SPDX-License-Identifier: Apache-2.0
#include "plugin/codec.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "base/assert.h"
#include "plugin/abi_error.h"

namespace tenon::plugin {

namespace {

// The first buffer when the stream does not say its size, as a multiple of the input.
constexpr size_t kGuessedRatio = 4;
// What the stream says of its size is believed up to this multiple of the input: a short stream
// must not make the broker allocate, and clear, as much as it claims.
constexpr size_t kBelievedRatio = 64;
constexpr size_t kFirstBufferBytesMin = 16 << 10;

size_t first_buffer(size_t claimed, size_t src_bytes, size_t bytes_max) {
  const size_t guess =
      claimed > 0 ? std::min(claimed, src_bytes * kBelievedRatio) : src_bytes * kGuessedRatio;
  // An exact claim must not be rounded up to the minimum: it saves the final shrinking.
  const size_t at_least =
      claimed > 0 ? std::min(claimed, kFirstBufferBytesMin) : kFirstBufferBytesMin;
  return std::min(std::max(guess, at_least), bytes_max);
}

}  // namespace

// A plugin's instance, and its contexts that no thread is using. There are never more than threads
// that were compressing at the same moment; the lock is held for a push or a pop.
class Codec::Generation {
 public:
  Generation(const tn_codec& api, void* self, std::shared_ptr<const void> instance,
             const Suspect* suspect)
      : api_(api), self_(self), instance_(std::move(instance)), suspect_(suspect) {}
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;
  ~Generation() {
    const CallScope call(suspect_, "free_context");
    for (void* context : idle_) api_.free_context(self_, context);
  }

  const tn_codec& api() const { return api_; }
  void* self() const { return self_; }

  // A context for one call, given back at its end.
  class Borrowed {
   public:
    explicit Borrowed(Generation& owner) : owner_(owner), context_(owner.take()) {}
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    ~Borrowed() {
      if (context_) owner_.give_back(context_);
    }
    void* get() const { return context_; }
    // A codec without contexts always has what it needs; one with contexts may lack memory.
    bool usable() const { return context_ || !owner_.needed(); }

   private:
    Generation& owner_;
    void* context_;
  };

 private:
  bool needed() const {
    return TN_HAS(&api_, tn_codec, new_context) && TN_HAS(&api_, tn_codec, free_context);
  }
  void* take() {
    if (!needed()) return nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        void* context = idle_.back();
        idle_.pop_back();
        return context;
      }
    }
    return api_.new_context(self_);
  }
  void give_back(void* context) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(context);
  }

  const tn_codec& api_;
  void* self_;
  std::shared_ptr<const void> instance_;
  const Suspect* suspect_;  // this version, should the process die in it
  std::mutex mutex_;
  std::vector<void*> idle_;  // under mutex_
};

Codec::Codec(std::string name, const tn_codec& api, void* self,
             std::shared_ptr<const void> instance, const Watch& watch)
    : name_(std::move(name)),
      wire_id_(api.wire_id),
      generations_(std::make_shared<Generation>(api, self, std::move(instance), watch.suspect())),
      watch_(watch) {}

Codec::~Codec() = default;

void Codec::swap(const tn_codec& api, void* self, std::shared_ptr<const void> instance) {
  TN_ASSERT(api.wire_id == wire_id_);
  generations_.publish(
      std::make_shared<Generation>(api, self, std::move(instance), watch_.suspect()));
}

std::unexpected<Error> Codec::broken(const WatchedCall& call, std::string_view how) const {
  call.count_error();
  return fail(Errc::kPluginFailed, name_, how);
}

Result<> Codec::compress(ByteView src, Bytes& out, int level) const {
  const WatchedCall call(watch_, compress_);
  const auto generation = generations_.latest();
  const tn_codec& api = generation->api();
  const Generation::Borrowed context(*generation);
  if (!context.usable()) return broken(call, "the codec has no context left");
  const size_t before = out.size();
  const size_t bound = api.bound(generation->self(), src.size());
  out.resize(before + bound);
  const tn_bytes piece{src.data(), src.size()};
  size_t written = 0;
  tn_error error = empty_error();
  const tn_code code = call(api.compress(generation->self(), context.get(), &piece, 1, level,
                                         out.data() + before, bound, &written, &error));
  out.resize(before + (code == TN_OK ? std::min(written, bound) : 0));
  if (code != TN_OK) return plugin_failure(code, name_, error);
  if (written > bound) return broken(call, "the codec wrote past its bound");
  return {};
}

Result<Bytes> Codec::decompress(ByteView src, size_t bytes_max) const {
  const WatchedCall call(watch_, decompress_);
  const auto generation = generations_.latest();
  const tn_codec& api = generation->api();
  const Generation::Borrowed context(*generation);
  if (!context.usable()) return broken(call, "the codec has no context left");
  const tn_bytes input{src.data(), src.size()};
  const size_t claimed =
      TN_HAS(&api, tn_codec, content_size) ? api.content_size(generation->self(), input) : 0;
  Bytes out(first_buffer(claimed, src.size(), bytes_max));
  while (true) {
    size_t written = 0;
    tn_error error = empty_error();
    const tn_code code = api.decompress(generation->self(), context.get(), input, out.data(),
                                        out.size(), &written, &error);
    if (code == TN_OK && written <= out.size()) {
      out.resize(written);
      return out;
    }
    if (code == TN_OK) return broken(call, "the codec wrote past its buffer");
    // No fault of the codec: any client can send what is damaged.
    if (code == TN_E_CORRUPT) return fail(Errc::kCorruptMessage, name_, message_of(code, error));
    if (code != TN_E_LIMIT || out.size() >= bytes_max)
      return plugin_failure(call(code), name_, error);
    // Nothing of the last attempt is kept, so nothing of it is copied into the larger buffer.
    const size_t larger = std::min(bytes_max, out.size() * 4);
    out = Bytes(larger);
  }
}

int wire_id_of(config::Compression compression) {
  switch (compression) {
    case config::Compression::kProducer:
    case config::Compression::kUncompressed:
      return TN_WIRE_NONE;
    case config::Compression::kGzip:
      return TN_WIRE_GZIP;
    case config::Compression::kSnappy:
      return TN_WIRE_SNAPPY;
    case config::Compression::kLz4:
      return TN_WIRE_LZ4;
    case config::Compression::kZstd:
      return TN_WIRE_ZSTD;
  }
  return TN_WIRE_NONE;
}

const Codec* Codecs::find(std::string_view name) const {
  const auto named = [&](const Codec* codec) { return codec && codec->name() == name; };
  const auto it = std::ranges::find_if(by_id_, named);
  return it == by_id_.end() ? nullptr : *it;
}

}  // namespace tenon::plugin
