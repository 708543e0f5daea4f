// SPDX-License-Identifier: Apache-2.0
//
// The codec example-name: gzip (wire id 1, RFC 1952) over zlib. Put your own implementation in the
// place of zlib's; the wire's format stays gzip, since clients read and write it.
//
//   stream = member+    what it reads; it writes one member
//
// Threads: the instance is constant after its construction; a Context belongs to one thread at a
// time.

#include <zlib.h>

#include <algorithm>
#include <string>
#include <tenon/codec.hpp>

namespace {

using tenon::ByteView;
using tenon::Error;
using tenon::Result;
using tenon::Sink;

constexpr int kWindowBits = 15 + 16;          // the largest window; 16 asks for the gzip wrapper
constexpr size_t kFeedMax = size_t{1} << 30;  // zlib counts in 32 bits

uInt feed_size(size_t n) {
  return static_cast<uInt>(std::min(n, kFeedMax));
}

// One inflate state, kept from stream to stream.
class Inflater {
 public:
  Inflater() : open_(inflateInit2(&stream_, kWindowBits) == Z_OK) {}
  ~Inflater() {
    if (open_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<> run(ByteView src, Sink& out) {
    if (!open_) return Error(TN_E_AGAIN, "no memory for an inflate state");
    if (src.empty()) return Error(TN_E_CORRUPT, "no data");
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
      // Without room, one more byte of output shows that the cap is passed; a member that is
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
      if (full && produced > 0) return Error(TN_E_LIMIT, "more output than the cap");
      if (!full) out.advance(produced);
      if (status == Z_STREAM_END) return {};
      if (status == Z_MEM_ERROR) return Error(TN_E_AGAIN, "no memory for an inflate window");
      if (status != Z_OK && status != Z_BUF_ERROR) return Error(TN_E_CORRUPT, "damaged data");
      if (consumed == 0 && produced == 0) return Error(TN_E_CORRUPT, "the data is cut off");
    }
  }

  z_stream stream_{};
  bool open_;
};

// One deflate state, for one call.
class Deflater {
 public:
  explicit Deflater(int level)
      : open_(deflateInit2(&stream_, level, Z_DEFLATED, kWindowBits, 8, Z_DEFAULT_STRATEGY) ==
              Z_OK) {}
  ~Deflater() {
    if (open_) deflateEnd(&stream_);
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  Result<> run(const tenon::Pieces& src, Sink& out) {
    if (!open_) return Error(TN_E_AGAIN, "no memory for a deflate state");
    for (size_t i = 0; i < src.count(); i++)
      if (Result<> put = run_piece(src[i], Z_NO_FLUSH, out); !put) return put;
    return run_piece({}, Z_FINISH, out);
  }

 private:
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
      if (status != Z_OK && status != Z_BUF_ERROR) return Error(TN_E_PANIC, "deflate failed");
      if (flush == Z_NO_FLUSH && piece.empty()) return {};
      if (out.room() == 0) return Error(TN_E_NOSPACE, "the destination is too small");
    }
  }

  z_stream stream_{};
  bool open_;
};

class ExampleName {
 public:
  static constexpr int32_t kWireId = TN_WIRE_GZIP;
  static constexpr tn_option kOptions[] = {
      tenon::int_option("level", "0 stores, 1 is fastest, 9 is smallest.", "6", 0, 9)};

  struct Context {
    Inflater inflater;
  };

  explicit ExampleName(const tenon::Options& options)
      : level_(static_cast<int32_t>(options.integer("level"))) {}

  // Above zlib's compressBound for every level, with the 18 bytes of the wrapper.
  size_t bound(size_t src_len) const { return src_len + (src_len >> 10) + 64; }

  Result<> compress(Context&, const tenon::Pieces& src, int32_t level, Sink& out) const {
    if (level == TN_LEVEL_OWN) level = level_;
    if (level < 0 || level > 9) return Error(TN_E_INVALID, "the level must be 0 to 9");
    return Deflater(level).run(src, out);
  }

  Result<> decompress(Context& context, ByteView src, Sink& out) const {
    return context.inflater.run(src, out);
  }

 private:
  int32_t level_;
};

}  // namespace

TENON_CODEC(ExampleName, "example-name", "0.1.0", "gzip over zlib, to begin with.")
