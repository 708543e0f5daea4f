// SPDX-License-Identifier: Apache-2.0
//
// The zstd codec (wire id 4), RFC 8878.
//
// Grammar of what it reads:  stream = (frame | skippable-frame)+
// It writes one frame that states its content size. Frames of the formats before 1.0 are refused,
// and so are windows beyond 128 MiB, which stock clients cannot read.
//
// Frames are decompressed in one pass straight into the destination, which serves as the window:
// however large a window the frame claims, no memory is taken for it.
//
// Threads: the instance is constant after its construction; a Context belongs to one thread at a
// time.

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <memory>
#include <string>

#include "tenon/codec.hpp"

namespace tenon::zstd {
namespace {

constexpr uint32_t kMagic = 0xfd2fb528;
constexpr uint32_t kSkippableMagic = 0x184d2a50;  // the low four bits are free
constexpr int kWindowLogMax = 27;
constexpr size_t kRatioMax = 32768;  // a block of one repeated byte: 4 bytes make 128 KiB

struct CompressorDeleter {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct DecompressorDeleter {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

Error error_of(size_t status) {
  const char* text = ZSTD_getErrorName(status);
  switch (ZSTD_getErrorCode(status)) {
    case ZSTD_error_dstSize_tooSmall:
      return Error(TN_E_LIMIT, "zstd: more output than the limit");
    case ZSTD_error_memory_allocation:
      return Error(TN_E_AGAIN, std::string("zstd: ") + text);
    default:
      return Error(TN_E_CORRUPT, std::string("zstd: ") + text);
  }
}

uint32_t magic_of(ByteView frame) {
  if (frame.size() < 4) return 0;
  return uint32_t{frame[0]} | uint32_t{frame[1]} << 8 | uint32_t{frame[2]} << 16 |
         uint32_t{frame[3]} << 24;
}

// Window_Descriptor follows the Frame_Header_Descriptor unless its bit 5 (Single_Segment) is set.
bool window_too_large(ByteView frame) {
  if (frame.size() < 6 || (frame[4] & 0x20) != 0) return false;
  return 10 + (frame[5] >> 3) > kWindowLogMax;
}

class ZstdCodec {
 public:
  static constexpr int32_t kWireId = TN_WIRE_ZSTD;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";
  static constexpr tn_option kOptions[] = {int_option(
      "level", "1 is fast, 19 is small, 22 is slow; below 0 is faster still.", "3", -131072, 22)};

  struct Context {
    std::unique_ptr<ZSTD_CCtx, CompressorDeleter> compressor;
    std::unique_ptr<ZSTD_DCtx, DecompressorDeleter> decompressor;
  };

  explicit ZstdCodec(const Options& options) : level_(static_cast<int>(options.integer("level"))) {}

  size_t bound(size_t src_len) const { return ZSTD_compressBound(src_len) + 64; }

  Result<> compress(Context& context, const Pieces& src, int32_t level, Sink& out) const {
    if (level == TN_LEVEL_OWN) level = level_;
    if (level < ZSTD_minCLevel() || level > ZSTD_maxCLevel())
      return Error(TN_E_INVALID, "zstd: the level must be -131072 to 22");
    if (!context.compressor) context.compressor.reset(ZSTD_createCCtx());
    ZSTD_CCtx* stream = context.compressor.get();
    if (stream == nullptr) return Error(TN_E_AGAIN, "no memory for a zstd compressor");
    ZSTD_CCtx_reset(stream, ZSTD_reset_session_only);
    ZSTD_CCtx_setParameter(stream, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setPledgedSrcSize(stream, src.total_size());
    for (size_t i = 0; i < src.count(); i++) {
      const bool last = i + 1 == src.count();
      if (Result<> put = put_piece(stream, src[i], last ? ZSTD_e_end : ZSTD_e_continue, out); !put)
        return put;
    }
    if (src.count() == 0) return put_piece(stream, {}, ZSTD_e_end, out);
    return {};
  }

  Result<> decompress(Context& context, ByteView src, Sink& out) const {
    if (src.empty()) return Error(TN_E_CORRUPT, "zstd: no data");
    if (!context.decompressor) context.decompressor.reset(ZSTD_createDCtx());
    if (!context.decompressor) return Error(TN_E_AGAIN, "no memory for a zstd decompressor");
    while (!src.empty()) {
      const size_t size = ZSTD_findFrameCompressedSize(src.data(), src.size());
      if (ZSTD_isError(size)) return error_of(size);
      const ByteView frame(src.data(), size);
      if (Result<> taken = take_frame(context.decompressor.get(), frame, out); !taken) return taken;
      src = src.from(size);
    }
    return {};
  }

  size_t content_size(ByteView src) const {
    const unsigned long long size = ZSTD_getFrameContentSize(src.data(), src.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return 0;
    return static_cast<size_t>(std::min<unsigned long long>(size, src.size() * kRatioMax));
  }

 private:
  static Result<> put_piece(ZSTD_CCtx* stream, ByteView piece, ZSTD_EndDirective end, Sink& out) {
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    for (;;) {
      ZSTD_outBuffer buffer{out.next(), out.room(), 0};
      const size_t left = ZSTD_compressStream2(stream, &buffer, &in, end);
      if (ZSTD_isError(left)) return Error(TN_E_PANIC, ZSTD_getErrorName(left));
      out.advance(buffer.pos);
      const bool done = end == ZSTD_e_end ? left == 0 : in.pos == in.size;
      if (done) return {};
      if (out.room() == 0) return Error(TN_E_NOSPACE, "zstd: the destination is too small");
    }
  }

  static Result<> take_frame(ZSTD_DCtx* context, ByteView frame, Sink& out) {
    const uint32_t magic = magic_of(frame);
    if ((magic & 0xfffffff0u) == kSkippableMagic) return {};
    if (magic != kMagic) return Error(TN_E_CORRUPT, "zstd: not a zstd frame");
    if (window_too_large(frame)) return Error(TN_E_CORRUPT, "zstd: the window is over 128 MiB");
    uint8_t nothing = 0;
    uint8_t* dst = out.room() == 0 ? &nothing : out.next();
    const size_t size = ZSTD_decompressDCtx(context, dst, out.room(), frame.data(), frame.size());
    if (ZSTD_isError(size)) return error_of(size);
    out.advance(size);
    return {};
  }

  int level_;
};

}  // namespace
}  // namespace tenon::zstd

TENON_CODEC(tenon::zstd::ZstdCodec, "zstd", "1.0.0", "Zstandard frames (libzstd).")
