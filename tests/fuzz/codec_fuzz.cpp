// SPDX-License-Identifier: Apache-2.0
//
// Whatever bytes a batch says are compressed: the four codecs that come with Tenon must answer,
// never write past the cap, and still work afterwards. What they read must come back when it is
// compressed. The first input byte chooses the codec, the cap, and whether the bytes are taken as a
// stream or as content that is compressed first and then damaged, so that the search gets behind
// the headers.

#include <array>
#include <cstdlib>

#include "conformance/codec_kit.hpp"

// CMakeLists.txt gives the datum of each codec a name of its own.
extern "C" {
extern const tn_module tenon_module_gzip;
extern const tn_module tenon_module_snappy;
extern const tn_module tenon_module_lz4;
extern const tn_module tenon_module_zstd;
}

namespace {

using namespace tenon;
using namespace tenon::conformance;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::array<size_t, 8> kCaps = {0, 1, 17, 100, 1000, 4096, 30000, 65536};

const CodecKit& kit_at(size_t i) {
  static const TestHost host;
  static const std::array<CodecKit, 4> kits = {CodecKit(host, *tenon_module_gzip.descriptors[0]),
                                               CodecKit(host, *tenon_module_snappy.descriptors[0]),
                                               CodecKit(host, *tenon_module_lz4.descriptors[0]),
                                               CodecKit(host, *tenon_module_zstd.descriptors[0])};
  return kits[i % kits.size()];
}

// The content as a stream of which one byte, chosen by the content, is another.
Buffer damaged(const CodecKit& kit, const Buffer& content) {
  Buffer stream = kit.compress(content);
  const size_t at = content.empty() ? 0 : content[0] * stream.size() / 256;
  if (!stream.empty()) stream[at] ^= content.empty() ? 1 : content.back();
  return stream;
}

void check(const CodecKit& kit, const Buffer& stream, size_t cap) {
  static_cast<void>(kit.content_size(stream));
  const CodecOutcome out = kit.decompress(stream, cap);
  require(!out.overrun);
  require(out.code == TN_OK || out.code == TN_E_CORRUPT || out.code == TN_E_LIMIT);
  if (out.code != TN_OK) return require(!out.text.empty());
  const CodecOutcome again = kit.decompress(kit.compress(out.bytes), out.bytes.size());
  require(again.code == TN_OK && again.bytes == out.bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const CodecKit& kit = kit_at(data[0] & 3);
  const size_t cap = kCaps[data[0] >> 2 & 7];
  const Buffer bytes(data + 1, data + size);
  check(kit, (data[0] & 32) != 0 ? damaged(kit, bytes) : bytes, cap);
  return 0;
}
