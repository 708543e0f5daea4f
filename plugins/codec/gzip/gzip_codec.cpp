// SPDX-License-Identifier: Apache-2.0
//
// The gzip codec (wire id 1): zlib with the gzip wrapper (RFC 1952).
//
// Grammar of what it reads:  stream = member+ ;  member = header deflate-data crc32 isize
// It writes one member. Anything after the last member that is not a member is damage.
//
// Threads: the instance is constant after its construction; a Context belongs to one thread at a
// time. Memory: one inflate state (about 44 KiB) and one deflate state (about 260 KiB) per context,
// kept.

#include <zlib.h>

#include <algorithm>
#include <string>

#include "tenon/codec.hpp"

namespace tenon::gzip {
namespace {

constexpr int kWindowBits = 15 + 16;  // the largest window; 16 asks for the gzip wrapper
constexpr int kMemoryLevel = 8;
constexpr size_t kFeedMax = size_t{1} << 30;  // zlib counts in 32 bits
constexpr size_t kMemberMin = 18;             // header and trailer
constexpr size_t kRatioMax = 1032;            // deflate cannot do better (zlib's technical notes)

uInt feed_size(size_t n) {
  return static_cast<uInt>(std::min(n, kFeedMax));
}

class Inflater {
 public:
  Inflater() { open_ = inflateInit2(&stream_, kWindowBits) == Z_OK; }
  ~Inflater() {
    if (open_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<> run(ByteView src, Sink& out) {
    if (!open_) return Error(TN_E_AGAIN, "no memory for an inflate state");
    if (src.empty()) return Error(TN_E_CORRUPT, "gzip: no data");
    while (!src.empty()) {
      inflateReset(&stream_);
      if (Result<> member = run_member(src, out); !member) return member;
    }
    return {};
  }

 private:
  // Reads one member and takes it off the front of `src`.
  Result<> run_member(ByteView& src, Sink& out) {
    for (;;) {
      // With no room left, one more byte of output shows that the limit is passed; a member that is
      // complete needs none.
      uint8_t beyond = 0;
      const bool full = out.room() == 0;
      stream_.next_in = const_cast<Bytef*>(src.data());
      stream_.avail_in = feed_size(src.size());
      stream_.next_out = full ? &beyond : out.next();
      stream_.avail_out = full ? 1 : feed_size(out.room());
      const uInt fed = stream_.avail_in, offered = stream_.avail_out;

      const int status = inflate(&stream_, Z_NO_FLUSH);

      const uInt consumed = fed - stream_.avail_in, produced = offered - stream_.avail_out;
      src = src.from(consumed);
      if (full && produced > 0) return Error(TN_E_LIMIT, "gzip: more output than the limit");
      if (!full) out.advance(produced);
      if (status == Z_STREAM_END) return {};
      if (status == Z_MEM_ERROR) return Error(TN_E_AGAIN, "no memory for an inflate window");
      if (status != Z_OK && status != Z_BUF_ERROR) return damaged();
      if (consumed == 0 && produced == 0) return Error(TN_E_CORRUPT, "gzip: the data is cut off");
    }
  }

  Error damaged() const {
    return Error(TN_E_CORRUPT,
                 std::string("gzip: ") + (stream_.msg ? stream_.msg : "damaged data"));
  }

  z_stream stream_{};
  bool open_ = false;
};

class Deflater {
 public:
  Deflater() = default;
  ~Deflater() { close(); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  Result<> run(const Pieces& src, int level, Sink& out) {
    if (Result<> ready = prepare(level); !ready) return ready;
    for (size_t i = 0; i < src.count(); i++)
      if (Result<> put = run_piece(src[i], Z_NO_FLUSH, out); !put) return put;
    return run_piece({}, Z_FINISH, out);
  }

 private:
  Result<> prepare(int level) {
    if (open_ && level_ == level) {
      deflateReset(&stream_);
      return {};
    }
    close();
    stream_ = {};
    const int status =
        deflateInit2(&stream_, level, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY);
    if (status != Z_OK) return Error(TN_E_AGAIN, "no memory for a deflate state");
    open_ = true;
    level_ = level;
    return {};
  }
  void close() {
    if (open_) deflateEnd(&stream_);
    open_ = false;
  }

  Result<> run_piece(ByteView piece, int flush, Sink& out) {
    for (;;) {
      uint8_t nothing = 0;  // zlib refuses a null pointer, even for no bytes
      stream_.next_in = const_cast<Bytef*>(piece.empty() ? &nothing : piece.data());
      stream_.avail_in = feed_size(piece.size());
      stream_.next_out = out.room() == 0 ? &nothing : out.next();
      stream_.avail_out = feed_size(out.room());
      const uInt fed = stream_.avail_in, offered = stream_.avail_out;

      const int status = deflate(&stream_, flush);

      out.advance(offered - stream_.avail_out);
      piece = piece.from(fed - stream_.avail_in);
      if (status == Z_STREAM_END) return {};
      if (status != Z_OK && status != Z_BUF_ERROR) return Error(TN_E_PANIC, "gzip: deflate failed");
      if (flush == Z_NO_FLUSH && piece.empty()) return {};
      if (out.room() == 0) return Error(TN_E_NOSPACE, "gzip: the destination is too small");
    }
  }

  z_stream stream_{};
  bool open_ = false;
  int level_ = 0;
};

class GzipCodec {
 public:
  static constexpr int32_t kWireId = TN_WIRE_GZIP;
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";
  static constexpr tn_option kOptions[] = {int_option(
      "level", "0 stores, 1 is fastest, 9 is smallest, -1 is zlib's own choice (6).", "-1", -1, 9)};

  struct Context {
    Inflater inflater;
    Deflater deflater;
  };

  explicit GzipCodec(const Options& options) : level_(static_cast<int>(options.integer("level"))) {}

  // Above compressBound for every level, with the 18 bytes of the wrapper.
  size_t bound(size_t src_len) const { return src_len + (src_len >> 10) + 64; }

  Result<> compress(Context& context, const Pieces& src, int32_t level, Sink& out) const {
    if (level == TN_LEVEL_OWN) level = level_;
    if (level < -1 || level > 9) return Error(TN_E_INVALID, "gzip: the level must be -1 to 9");
    return context.deflater.run(src, level, out);
  }

  Result<> decompress(Context& context, ByteView src, Sink& out) const {
    return context.inflater.run(src, out);
  }

  // ISIZE of the last member: exact for one member below 4 GiB, too low otherwise.
  size_t content_size(ByteView src) const {
    if (src.size() < kMemberMin) return 0;
    size_t size = 0;
    for (size_t i = 0; i < 4; i++) size |= size_t{src[src.size() - 4 + i]} << 8 * i;
    return std::min(size, src.size() * kRatioMax);
  }

 private:
  int level_;
};

}  // namespace
}  // namespace tenon::gzip

TENON_CODEC(tenon::gzip::GzipCodec, "gzip", "1.0.0", "gzip as Kafka's clients write it (zlib).")
