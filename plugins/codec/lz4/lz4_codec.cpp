// SPDX-License-Identifier: Apache-2.0
//
// The lz4 codec (wire id 3): the LZ4 frame format, version 1.6.
//
// Grammar of what it reads:  stream = (frame | skippable-frame)+
// It writes one frame as Kafka's clients do: independent blocks of 64 KiB, no content size, no
// content checksum, and the header checksum that KIP-57 made right (over the descriptor, without
// the magic). Content and block checksums are verified where a frame has them.
//
// Threads: the instance is constant after its construction; a Context belongs to one thread at a
// time. Memory: beside the destination a context keeps what one block needs, at most about 8 MiB
// for frames with 4 MiB blocks, whatever the frame claims.

#include <lz4frame.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tenon/codec.hpp"

namespace tenon::lz4 {
namespace {

constexpr size_t kBlockBytes = 64 * 1024;
constexpr size_t kHeaderMax = 19;  // LZ4F_HEADER_SIZE_MAX, which older headers lack
constexpr size_t kEndMax = 8;      // end mark and checksum
constexpr size_t kRatioMax = 255;
constexpr int32_t kLevelMax = 17;  // as Kafka counts; above 12 the library does its best

struct CompressorDeleter {
  void operator()(LZ4F_cctx* context) const { LZ4F_freeCompressionContext(context); }
};
struct DecompressorDeleter {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

LZ4F_preferences_t preferences_of(int level) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.frameInfo.contentChecksumFlag = LZ4F_noContentChecksum;
  preferences.compressionLevel = level;
  preferences.autoFlush = 1;  // blocks are gathered here, so that the output needs no slack
  return preferences;
}

// Writes one frame, block by block.
class FrameWriter {
 public:
  FrameWriter(LZ4F_cctx* context, int level, std::vector<uint8_t>& spare, Sink& out)
      : context_(context), preferences_(preferences_of(level)), spare_(spare), out_(out) {}

  Result<> begin() {
    return emit(kHeaderMax, [&](uint8_t* dst, size_t room) {
      return LZ4F_compressBegin(context_, dst, room, &preferences_);
    });
  }
  Result<> block(ByteView bytes) {
    return emit(LZ4F_compressBound(bytes.size(), &preferences_), [&](uint8_t* dst, size_t room) {
      return LZ4F_compressUpdate(context_, dst, room, bytes.data(), bytes.size(), nullptr);
    });
  }
  Result<> end() {
    return emit(kEndMax, [&](uint8_t* dst, size_t room) {
      return LZ4F_compressEnd(context_, dst, room, nullptr);
    });
  }

 private:
  // The library wants room for the worst case before it writes anything; near the end of the
  // destination it gets a spare buffer, and what it wrote is copied if it fits.
  template <class Write>
  Result<> emit(size_t worst, Write&& write) {
    const bool direct = out_.room() >= worst;
    if (!direct && spare_.size() < worst) spare_.resize(worst);
    uint8_t* dst = direct ? out_.next() : spare_.data();
    const size_t size = write(dst, direct ? out_.room() : spare_.size());
    if (LZ4F_isError(size)) return Error(TN_E_PANIC, LZ4F_getErrorName(size));
    if (direct) {
      out_.advance(size);
    } else if (!out_.put(ByteView(dst, size))) {
      return Error(TN_E_NOSPACE, "lz4: the destination is too small");
    }
    return {};
  }

  LZ4F_cctx* context_;
  LZ4F_preferences_t preferences_;
  std::vector<uint8_t>& spare_;
  Sink& out_;
};

class Lz4Codec {
 public:
  static constexpr int32_t kWireId = TN_WIRE_LZ4;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";
  static constexpr tn_option kOptions[] = {
      int_option("level", "1 is fastest; from 3 on smaller and slower, to 12.", "1", 1, kLevelMax)};

  struct Context {
    std::unique_ptr<LZ4F_cctx, CompressorDeleter> compressor;
    std::unique_ptr<LZ4F_dctx, DecompressorDeleter> decompressor;
    std::vector<uint8_t> spare;     // of FrameWriter
    std::vector<uint8_t> gathered;  // a block that lies in more than one piece
  };

  explicit Lz4Codec(const Options& options) : level_(static_cast<int>(options.integer("level"))) {}

  size_t bound(size_t src_len) const {
    const LZ4F_preferences_t preferences = preferences_of(level_);
    return LZ4F_compressFrameBound(src_len, &preferences) + kHeaderMax + kEndMax;
  }

  Result<> compress(Context& context, const Pieces& src, int32_t level, Sink& out) const {
    if (level == TN_LEVEL_OWN) level = level_;
    if (level < 1 || level > kLevelMax)
      return Error(TN_E_INVALID, "lz4: the level must be 1 to 17");
    if (!context.compressor) {
      LZ4F_cctx* made = nullptr;
      if (LZ4F_isError(LZ4F_createCompressionContext(&made, LZ4F_VERSION)))
        return Error(TN_E_AGAIN, "no memory for an lz4 compressor");
      context.compressor.reset(made);
    }
    FrameWriter writer(context.compressor.get(), level, context.spare, out);
    if (Result<> begun = writer.begin(); !begun) return begun;
    if (Result<> put = put_blocks(writer, src, context.gathered); !put) return put;
    return writer.end();
  }

  Result<> decompress(Context& context, ByteView src, Sink& out) const {
    if (src.empty()) return Error(TN_E_CORRUPT, "lz4: no data");
    if (!context.decompressor) {
      LZ4F_dctx* made = nullptr;
      if (LZ4F_isError(LZ4F_createDecompressionContext(&made, LZ4F_VERSION)))
        return Error(TN_E_AGAIN, "no memory for an lz4 decompressor");
      context.decompressor.reset(made);
    }
    LZ4F_resetDecompressionContext(context.decompressor.get());
    return take_frames(context.decompressor.get(), src, out);
  }

  // Content_Size, if the descriptor's FLG has its bit 3 set.
  size_t content_size(ByteView src) const {
    constexpr uint8_t kMagic[] = {0x04, 0x22, 0x4d, 0x18};
    if (src.size() < 14 || !std::equal(kMagic, kMagic + 4, src.begin())) return 0;
    if ((src[4] & 0x08) == 0) return 0;
    uint64_t size = 0;
    for (size_t i = 0; i < 8; i++) size |= uint64_t{src[6 + i]} << 8 * i;
    return static_cast<size_t>(std::min<uint64_t>(size, src.size() * kRatioMax));
  }

 private:
  // Cuts the pieces into blocks of 64 KiB. A block inside one piece is compressed where it lies.
  static Result<> put_blocks(FrameWriter& writer, const Pieces& src,
                             std::vector<uint8_t>& gathered) {
    gathered.clear();
    for (size_t i = 0; i < src.count(); i++) {
      ByteView left = src[i];
      while (!left.empty()) {
        const ByteView part(left.data(), std::min(left.size(), kBlockBytes - gathered.size()));
        left = left.from(part.size());
        if (part.size() == kBlockBytes) {
          if (Result<> put = writer.block(part); !put) return put;
          continue;
        }
        gathered.insert(gathered.end(), part.begin(), part.end());
        if (gathered.size() < kBlockBytes) continue;
        if (Result<> put = writer.block({gathered.data(), gathered.size()}); !put) return put;
        gathered.clear();
      }
    }
    if (gathered.empty()) return {};
    return writer.block({gathered.data(), gathered.size()});
  }

  static Result<> take_frames(LZ4F_dctx* context, ByteView src, Sink& out) {
    size_t hint = 1;
    while (!src.empty() || hint != 0) {
      // With no room left, one more byte of output shows that the limit is passed.
      uint8_t beyond = 0;
      const bool full = out.room() == 0;
      size_t produced = full ? 1 : out.room();
      size_t consumed = src.size();
      hint = LZ4F_decompress(context, full ? &beyond : out.next(), &produced, src.data(), &consumed,
                             nullptr);
      if (LZ4F_isError(hint))
        return Error(TN_E_CORRUPT, std::string("lz4: ") + LZ4F_getErrorName(hint));
      src = src.from(consumed);
      if (full && produced > 0) return Error(TN_E_LIMIT, "lz4: more output than the limit");
      if (!full) out.advance(produced);
      if (consumed == 0 && produced == 0) break;
    }
    if (hint != 0 || !src.empty()) return Error(TN_E_CORRUPT, "lz4: the data is cut off");
    return {};
  }

  int level_;
};

}  // namespace
}  // namespace tenon::lz4

TENON_CODEC(tenon::lz4::Lz4Codec, "lz4", "1.0.0", "LZ4 frames as Kafka's clients write them.")
