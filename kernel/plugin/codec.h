// SPDX-License-Identifier: Apache-2.0
//
// Typed handle over the codec ABI (tenon/codec.h), and the table of the codecs that are loaded.
// Any thread: a handle keeps as many contexts as threads have used it at the same moment.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "config/topic_config.h"
#include "tenon/codec.h"

namespace tenon::plugin {

class Codec {
 public:
  Codec(std::string name, const tn_codec& api, void* self);
  ~Codec();
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // Appends the compressed form of `src` to `out`. Level -1 = the instance's own.
  Result<> compress(ByteView src, Bytes& out, int level = -1) const;
  // The whole decompressed content, never more than `bytes_max`: kTooLarge beyond, kCorruptMessage
  // for bytes that are damaged.
  Result<Bytes> decompress(ByteView src, size_t bytes_max) const;
  int wire_id() const { return api_.wire_id; }  // 1 gzip, 2 snappy, 3 lz4, 4 zstd
  const std::string& name() const { return name_; }

 private:
  class Contexts;
  std::string name_;
  const tn_codec& api_;
  void* self_;
  std::unique_ptr<Contexts> contexts_;
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
