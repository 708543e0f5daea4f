// SPDX-License-Identifier: Apache-2.0
//
// The snappy codec (wire id 2): snappy blocks in the framing of xerial's snappy-java, which Kafka's
// Java client writes, and bare snappy blocks, which some other clients write.
//
// Grammar (integers big-endian):
//   stream  = xerial | block            a stream is xerial when it begins with the magic
//   xerial  = (header chunk*)+          a header in the place of a chunk begins a stream joined on
//   header  = 82 "SNAPPY" 00 version:int32 compatible:int32
//   chunk   = length:int32 block        length > 0
//   block   = raw snappy data, which begins with its own decompressed length
// It writes one header and chunks of 32 KiB of input. The format has no end mark, so a stream that
// was cut between two chunks cannot be told from a whole one.
//
// Threads: everything is constant. Memory: nothing beyond what the library takes per block.

#include <snappy.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "tenon/codec.hpp"

namespace tenon::snappy {
namespace {

constexpr uint8_t kHeader[16] = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0, 0, 0, 0, 1, 0, 0, 0, 1};
constexpr size_t kMagicBytes = 8;
constexpr size_t kLengthBytes = 4;
constexpr uint32_t kVersion = 1;
constexpr size_t kChunkBytes = 32 * 1024;
constexpr size_t kRatioMax = 64;  // a copy of up to 64 bytes takes three

bool has_magic(ByteView src) {
  return src.size() >= kMagicBytes && std::equal(kHeader, kHeader + kMagicBytes, src.begin());
}

uint32_t read_u32(ByteView src, size_t at) {
  return uint32_t{src[at]} << 24 | uint32_t{src[at + 1]} << 16 | uint32_t{src[at + 2]} << 8 |
         uint32_t{src[at + 3]};
}

void write_u32(uint8_t* dst, uint32_t value) {
  for (size_t i = 0; i < 4; i++) dst[i] = static_cast<uint8_t>(value >> (24 - 8 * i));
}

const char* text_of(ByteView bytes) {
  return reinterpret_cast<const char*>(bytes.data());
}

Error cut_off() {
  return Error(TN_E_CORRUPT, "snappy: the data is cut off");
}

// Walks the chunks of a xerial stream.
class ChunkReader {
 public:
  explicit ChunkReader(ByteView src) : left_(src) {}

  // Sets `block` to the next chunk's data; false at the end of the stream.
  Result<bool> next(ByteView& block) {
    while (has_magic(left_)) {
      if (left_.size() < sizeof(kHeader)) return cut_off();
      if (read_u32(left_, kMagicBytes + 4) > kVersion)
        return Error(TN_E_CORRUPT, "snappy: a framing version that is not known");
      left_ = left_.from(sizeof(kHeader));
    }
    if (left_.empty()) return false;
    if (left_.size() < kLengthBytes) return cut_off();
    const uint32_t length = read_u32(left_, 0);
    if (length == 0 || length > left_.size() - kLengthBytes) return cut_off();
    block = ByteView(left_.data() + kLengthBytes, length);
    left_ = left_.from(kLengthBytes + length);
    return true;
  }

 private:
  ByteView left_;
};

class SnappyCodec {
 public:
  static constexpr int32_t kWireId = TN_WIRE_SNAPPY;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";

  struct Context {
    std::vector<uint8_t> gathered;  // a chunk that lies in more than one piece
    std::vector<char> spare;        // a compressed chunk, near the end of the destination
  };

  size_t bound(size_t src_len) const {
    const size_t chunks = src_len / kChunkBytes + 1;
    const size_t slack = ::snappy::MaxCompressedLength(kChunkBytes) - kChunkBytes + kLengthBytes;
    return sizeof(kHeader) + src_len + chunks * slack;
  }

  // Snappy has no levels.
  Result<> compress(Context& context, const Pieces& src, int32_t, Sink& out) const {
    if (!out.put(ByteView(kHeader, sizeof(kHeader)))) return no_space();
    context.gathered.clear();
    for (size_t i = 0; i < src.count(); i++)
      if (Result<> put = put_piece(context, src[i], out); !put) return put;
    if (context.gathered.empty()) return {};
    return put_chunk(context, {context.gathered.data(), context.gathered.size()}, out);
  }

  Result<> decompress(Context&, ByteView src, Sink& out) const {
    if (src.empty()) return Error(TN_E_CORRUPT, "snappy: no data");
    if (!has_magic(src)) return take_block(src, out);
    ChunkReader chunks(src);
    for (;;) {
      ByteView block;
      Result<bool> more = chunks.next(block);
      if (!more) return more.error();
      if (!*more) return {};
      if (Result<> taken = take_block(block, out); !taken) return taken;
    }
  }

  size_t content_size(ByteView src) const {
    if (!has_magic(src)) return block_size(src);
    ChunkReader chunks(src);
    size_t total = 0;
    for (;;) {
      ByteView block;
      const Result<bool> more = chunks.next(block);
      if (!more || !*more) return total;
      total += block_size(block);
    }
  }

 private:
  static Error no_space() { return Error(TN_E_NOSPACE, "snappy: the destination is too small"); }

  // Cuts off chunks of 32 KiB; what is left waits in `gathered` for the next piece.
  static Result<> put_piece(Context& context, ByteView piece, Sink& out) {
    std::vector<uint8_t>& gathered = context.gathered;
    while (!piece.empty()) {
      const ByteView part(piece.data(), std::min(piece.size(), kChunkBytes - gathered.size()));
      piece = piece.from(part.size());
      if (part.size() == kChunkBytes) {
        if (Result<> put = put_chunk(context, part, out); !put) return put;
        continue;
      }
      gathered.insert(gathered.end(), part.begin(), part.end());
      if (gathered.size() < kChunkBytes) continue;
      if (Result<> put = put_chunk(context, {gathered.data(), gathered.size()}, out); !put)
        return put;
      gathered.clear();
    }
    return {};
  }

  // The library writes up to its worst case, so near the end of the destination it gets a buffer.
  static Result<> put_chunk(Context& context, ByteView chunk, Sink& out) {
    const size_t worst = kLengthBytes + ::snappy::MaxCompressedLength(chunk.size());
    size_t size = 0;
    if (out.room() >= worst) {
      ::snappy::RawCompress(text_of(chunk), chunk.size(),
                            reinterpret_cast<char*>(out.next() + kLengthBytes), &size);
      write_u32(out.next(), static_cast<uint32_t>(size));
      out.advance(kLengthBytes + size);
      return {};
    }
    context.spare.resize(worst);
    ::snappy::RawCompress(text_of(chunk), chunk.size(), context.spare.data(), &size);
    uint8_t length[kLengthBytes];
    write_u32(length, static_cast<uint32_t>(size));
    const std::string_view block(context.spare.data(), size);
    if (!out.put(ByteView(length, kLengthBytes)) || !out.put(ByteView(block))) return no_space();
    return {};
  }

  static Result<> take_block(ByteView block, Sink& out) {
    size_t size = 0;
    if (!::snappy::GetUncompressedLength(text_of(block), block.size(), &size))
      return Error(TN_E_CORRUPT, "snappy: a block without its length");
    if (size > block.size() * kRatioMax)
      return Error(TN_E_CORRUPT, "snappy: a block that claims more than it can hold");
    if (size > out.room()) return Error(TN_E_LIMIT, "snappy: more output than the limit");
    uint8_t nothing = 0;
    auto* dst = reinterpret_cast<char*>(size == 0 ? &nothing : out.next());
    if (!::snappy::RawUncompress(text_of(block), block.size(), dst))
      return Error(TN_E_CORRUPT, "snappy: a damaged block");
    out.advance(size);
    return {};
  }

  static size_t block_size(ByteView block) {
    size_t size = 0;
    if (!::snappy::GetUncompressedLength(text_of(block), block.size(), &size)) return 0;
    return std::min(size, block.size() * kRatioMax);
  }
};

}  // namespace
}  // namespace tenon::snappy

TENON_CODEC(tenon::snappy::SnappyCodec, "snappy", "1.0.0",
            "Snappy in the framing of snappy-java, and bare snappy (libsnappy).")
