// SPDX-License-Identifier: Apache-2.0
//
// Typed handle over the codec ABI (tenon/codec.h), and the table of the codecs that are loaded.
//
// The plugin behind a handle can be exchanged while it is in use. Each call is served by one
// generation from its beginning to its end, with a context of that generation; what was compressed
// by one is read by the next, for the wire id, and so the format, stays the same.
//
// Any thread: a handle keeps as many contexts as threads have used it at the same moment. swap from
// one thread at a time, beside the others.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "config/topic_config.h"
#include "plugin/swap/published.h"
#include "plugin/watch/watch.h"
#include "tenon/codec.h"

namespace tenon::plugin {

class Codec {
 public:
  // `instance` is let go of after the last call on `self`; null if somebody else keeps that alive.
  Codec(std::string name, const tn_codec& api, void* self,
        std::shared_ptr<const void> instance = nullptr, const Watch& watch = Watch::none());
  ~Codec();
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // Appends the compressed form of `src` to `out`. A level of the codec's scale, or TN_LEVEL_OWN
  // for the instance's own.
  Result<> compress(ByteView src, Bytes& out, int level = TN_LEVEL_OWN) const;
  // The whole decompressed content, never more than `bytes_max`: kTooLarge beyond, kCorruptMessage
  // for bytes that are damaged.
  Result<Bytes> decompress(ByteView src, size_t bytes_max) const;
  // Calls that begin from now on go to this plugin, which has the same wire id.
  void swap(const tn_codec& api, void* self, std::shared_ptr<const void> instance);
  int wire_id() const { return wire_id_; }  // 1 gzip, 2 snappy, 3 lz4, 4 zstd
  const std::string& name() const { return name_; }

 private:
  class Generation;
  // The codec has not kept its promise: counts that.
  std::unexpected<Error> broken(const WatchedCall& call, std::string_view how) const;

  std::string name_;
  int wire_id_;
  Published<Generation> generations_;
  const Watch& watch_;
  CallMeter compress_ = watch_.meter("compress");
  CallMeter decompress_ = watch_.meter("decompress");
};

// The wire id of what compression.type asks for; 0 where no codec is needed.
int wire_id_of(config::Compression compression);

// The codecs of one broker, by wire id. Does not own them.
class Codecs {
 public:
  void add(const Codec& codec) { by_id_.at(static_cast<size_t>(codec.wire_id())) = &codec; }
  // Null for ids that are not loaded, and for 0, which needs no codec.
  const Codec* find(int wire_id) const {
    return wire_id > 0 && wire_id < static_cast<int>(by_id_.size())
               ? by_id_[static_cast<size_t>(wire_id)]
               : nullptr;
  }
  const Codec* find(std::string_view name) const;
  // 0 (none) and every loaded id.
  bool known(int wire_id) const { return wire_id == 0 || find(wire_id) != nullptr; }

 private:
  std::array<const Codec*, 8> by_id_{};
};

}  // namespace tenon::plugin
