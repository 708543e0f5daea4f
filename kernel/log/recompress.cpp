// SPDX-License-Identifier: Apache-2.0

#include "log/recompress.h"

#include <fmt/format.h>

#include "record/builder.h"

namespace tenon::log {
namespace {

// What a batch may grow to. A bomb is refused at this size, whatever it says of itself.
constexpr size_t kDecompressedBytesMax = 128 << 20;

Result<const plugin::Codec*> find_codec(const plugin::Codecs* codecs, int id) {
  const plugin::Codec* codec = codecs ? codecs->find(id) : nullptr;
  if (codec) return codec;
  return fail(Errc::kUnsupportedCompressionType, "",
              fmt::format("no codec with id {} is loaded", id));
}

}  // namespace

Result<Bytes> decompress(const record::BatchView& batch, const plugin::Codecs* codecs,
                         size_t bytes_max) {
  auto codec = find_codec(codecs, batch.codec_id());
  if (!codec) return forward(codec);
  auto section = (*codec)->decompress(batch.records(), bytes_max);
  if (section) return section;
  const bool too_large = section.error().code == Errc::kTooLarge;
  return fail(too_large ? Errc::kMessageTooLarge : Errc::kCorruptMessage, (*codec)->name(),
              section.error().detail);
}

std::optional<int> wanted_codec(config::Compression compression) {
  if (compression == config::Compression::kProducer) return std::nullopt;
  return plugin::wire_id_of(compression);
}

int wanted_level(const config::TopicConfig& config, int codec_id) {
  switch (codec_id) {
    case TN_WIRE_GZIP:
      return config.gzip_level == -1 ? TN_LEVEL_OWN : static_cast<int>(config.gzip_level);
    case TN_WIRE_LZ4:
      return static_cast<int>(config.lz4_level);
    case TN_WIRE_ZSTD:
      return static_cast<int>(config.zstd_level);
    default:
      return TN_LEVEL_OWN;
  }
}

Result<> recompress(const record::BatchView& batch, const Recompression& how,
                    const record::Limits& limits, Bytes& out) {
  Bytes room;
  ByteView section = batch.records();
  if (batch.codec_id() != TN_WIRE_NONE) {
    if (!how.records) {
      auto plain = decompress(batch, how.codecs, kDecompressedBytesMax);
      if (!plain) return forward(plain);
      room = std::move(*plain);
    }
    section = how.records.value_or(room);
    if (auto valid = record::validate_records(batch, section, limits); !valid)
      return forward(valid);
  }
  Bytes packed;
  if (how.codec_id != TN_WIRE_NONE) {
    auto codec = find_codec(how.codecs, how.codec_id);
    if (!codec) return forward(codec);
    auto compressed = (*codec)->compress(section, packed, how.level);
    if (!compressed) return forward(compressed);
    section = packed;
  }
  record::rebuild_batch(batch, how.codec_id, section, out);
  return {};
}

}  // namespace tenon::log
