// SPDX-License-Identifier: Apache-2.0
//
// compression.type: the codec that a topic wants its batches in. The one path on which the broker
// copies batches that it appends; and what opens them for whoever must look into them. Pure; any
// thread.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "config/topic_config.h"
#include "plugin/codec.h"
#include "record/batch.h"
#include "record/validate.h"

namespace tenon::log {

// The codec's wire id, 0 for "uncompressed"; nullopt for "producer": whatever comes.
std::optional<int> wanted_codec(config::Compression compression);
// The level that the topic asks of that codec; TN_LEVEL_OWN = the codec's own.
int wanted_level(const config::TopicConfig& config, int codec_id);

struct Recompression {
  const plugin::Codecs* codecs = nullptr;
  int codec_id = 0;  // the one wanted
  int level = TN_LEVEL_OWN;
  std::optional<ByteView> records = std::nullopt;  // of the batch, if they are already decompressed
};

// The records of a compressed batch, never more than `bytes_max`. kUnsupportedCompressionType if
// its codec is missing, kCorruptMessage for a damaged section, kMessageTooLarge beyond the bound.
Result<Bytes> decompress(const record::BatchView& batch, const plugin::Codecs* codecs,
                         size_t bytes_max);

// Appends to `out` the batch `batch`, which has passed record::validate, in the wanted codec; its
// records are checked as those of an uncompressed batch are. kUnsupportedCompressionType if a codec
// is missing, kCorruptMessage for a damaged section, kMessageTooLarge when it is too large
// uncompressed.
Result<> recompress(const record::BatchView& batch, const Recompression& how,
                    const record::Limits& limits, Bytes& out);

}  // namespace tenon::log
