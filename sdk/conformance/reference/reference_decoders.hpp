// SPDX-License-Identifier: Apache-2.0
//
// Decoders that are not the plugin's own: the libraries zlib, snappy, lz4 and zstd of this machine,
// opened when they are needed, so that neither the kits nor `tenon` are linked with them. They say
// whether others can read what a codec writes, which a round trip cannot. Strict: a stream must be
// whole, and nothing may stand behind it. The declarations are those of the libraries' public
// interfaces, which their sonames promise to keep. Any thread.
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tenon/codec.h"
#include "tenon/result.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// What a decoder made of a stream.
struct Decoded {
  std::string wrong{};  // "" = it was read to its end
  std::vector<uint8_t> bytes{};
};

namespace detail {

// A library of this machine, never closed.
class ReferenceLibrary {
 public:
  explicit ReferenceLibrary(const char* name) : library_(::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) missing_ = std::string(name) + " is not installed";
  }
  // Sets `function` to the one of that name.
  template <class Function>
  void find(const char* name, Function*& function) {
    void* found = library_ == nullptr ? nullptr : ::dlsym(library_, name);
    function = reinterpret_cast<Function*>(found);
    if (found == nullptr && missing_.empty()) missing_ = std::string(name) + "() was not found";
  }
  const std::string& missing() const { return missing_; }

 private:
  void* library_;
  std::string missing_;
};

struct ZlibDecoder {
  struct Stream {  // z_stream of zlib.h
    const uint8_t* next_in;
    unsigned avail_in;
    unsigned long total_in;
    uint8_t* next_out;
    unsigned avail_out;
    unsigned long total_out;
    const char* msg;
    void* state;
    void* zalloc;
    void* zfree;
    void* opaque;
    int data_type;
    unsigned long adler;
    unsigned long reserved;
  };
  static constexpr int kGzipWindow = 15 + 16, kFinish = 4, kStreamEnd = 1;

  ReferenceLibrary library{"libz.so.1"};
  int (*init)(Stream*, int window, const char* version, int stream_size) = nullptr;
  int (*inflate)(Stream*, int flush) = nullptr;
  int (*end)(Stream*) = nullptr;

  ZlibDecoder() {
    library.find("inflateInit2_", init);
    library.find("inflate", inflate);
    library.find("inflateEnd", end);
  }
  // One member after the other.
  Decoded decode(ByteView src, size_t cap) const {
    Decoded out{"", std::vector<uint8_t>(cap + 1)};
    size_t size = 0;
    do {
      Stream stream{};
      stream.next_in = src.data();
      stream.avail_in = static_cast<unsigned>(src.size());
      stream.next_out = out.bytes.data() + size;
      stream.avail_out = static_cast<unsigned>(out.bytes.size() - size);
      if (init(&stream, kGzipWindow, "1.2.11", sizeof(stream)) != 0) return {"no memory"};
      const int result = inflate(&stream, kFinish);
      const std::string text = stream.msg == nullptr ? "it ends early" : stream.msg;
      src = ByteView(src.data() + stream.total_in, src.size() - stream.total_in);
      size += stream.total_out;
      end(&stream);
      if (result != kStreamEnd) return {"zlib: " + text};
    } while (!src.empty());
    out.bytes.resize(size);
    return out;
  }
};

struct Lz4Decoder {
  static constexpr unsigned kVersion = 100;  // LZ4F_VERSION

  ReferenceLibrary library{"liblz4.so.1"};
  size_t (*create)(void** context, unsigned version) = nullptr;
  size_t (*release)(void* context) = nullptr;
  size_t (*run)(void* context, void* dst, size_t* dst_size, const void* src, size_t* src_size,
                const void* options) = nullptr;
  unsigned (*is_error)(size_t code) = nullptr;
  const char* (*error_name)(size_t code) = nullptr;

  Lz4Decoder() {
    library.find("LZ4F_createDecompressionContext", create);
    library.find("LZ4F_freeDecompressionContext", release);
    library.find("LZ4F_decompress", run);
    library.find("LZ4F_isError", is_error);
    library.find("LZ4F_getErrorName", error_name);
  }
  Decoded decode(ByteView src, size_t cap) const {
    Decoded out{"", std::vector<uint8_t>(cap + 1)};
    void* context = nullptr;
    if (is_error(create(&context, kVersion)) != 0) return {"no memory"};
    size_t used = 0, size = 0, hint = 1;
    while (out.wrong.empty() && used < src.size()) {
      size_t taken = src.size() - used, written = out.bytes.size() - size;
      hint = run(context, out.bytes.data() + size, &written, src.data() + used, &taken, nullptr);
      if (is_error(hint) != 0) {
        out.wrong = std::string("lz4: ") + error_name(hint);
      } else if (taken == 0 && written == 0) {
        out.wrong = "lz4: it holds more than was put in";
      }
      used += taken;
      size += written;
    }
    if (out.wrong.empty() && hint != 0) out.wrong = "lz4: it ends early";
    release(context);
    out.bytes.resize(size);
    return out;
  }
};

struct ZstdDecoder {
  ReferenceLibrary library{"libzstd.so.1"};
  size_t (*run)(void* dst, size_t dst_cap, const void* src, size_t src_size) = nullptr;
  unsigned (*is_error)(size_t code) = nullptr;
  const char* (*error_name)(size_t code) = nullptr;

  ZstdDecoder() {
    library.find("ZSTD_decompress", run);
    library.find("ZSTD_isError", is_error);
    library.find("ZSTD_getErrorName", error_name);
  }
  Decoded decode(ByteView src, size_t cap) const {
    Decoded out{"", std::vector<uint8_t>(cap + 1)};
    const size_t size = run(out.bytes.data(), out.bytes.size(), src.data(), src.size());
    if (src.empty()) return {"zstd: it is empty"};
    if (is_error(size) != 0) return {std::string("zstd: ") + error_name(size)};
    out.bytes.resize(size);
    return out;
  }
};

// Xerial's framing, which Kafka's clients put around snappy: a header of 16 bytes, and blocks, each
// behind its size.
struct SnappyDecoder {
  static constexpr size_t kHeaderBytes = 16;

  ReferenceLibrary library{"libsnappy.so.1"};
  int (*run)(const char* src, size_t src_size, char* dst, size_t* dst_size) = nullptr;

  SnappyDecoder() { library.find("snappy_uncompress", run); }

  static size_t big_endian(const uint8_t* at) {
    return size_t{at[0]} << 24 | size_t{at[1]} << 16 | size_t{at[2]} << 8 | size_t{at[3]};
  }
  Decoded decode(ByteView src, size_t cap) const {
    static const uint8_t kHeader[kHeaderBytes] = {0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0,
                                                  0,    0,   0,   1,   0,   0,   0,   1};
    if (src.size() < kHeaderBytes || std::memcmp(src.data(), kHeader, kHeaderBytes) != 0)
      return {"snappy: its header is not xerial's, version 1"};
    Decoded out{"", std::vector<uint8_t>(cap + 1)};
    size_t size = 0;
    for (size_t at = kHeaderBytes; at < src.size();) {
      if (src.size() - at < 4) return {"snappy: it ends early"};
      const size_t block = big_endian(src.data() + at);
      at += 4;
      if (block > src.size() - at) return {"snappy: it ends early"};
      size_t room = out.bytes.size() - size;
      if (run(reinterpret_cast<const char*>(src.data()) + at, block,
              reinterpret_cast<char*>(out.bytes.data()) + size, &room) != 0)
        return {"snappy: a block is damaged or holds more than was put in"};
      at += block;
      size += room;
    }
    out.bytes.resize(size);
    return out;
  }
};

template <class Decoder>
const Decoder& reference() {
  static const Decoder kDecoder;
  return kDecoder;
}

}  // namespace detail

// Why this machine has no decoder for that id of the wire, or "".
inline std::string missing_reference(int32_t wire_id) {
  switch (wire_id) {
    case TN_WIRE_GZIP:
      return detail::reference<detail::ZlibDecoder>().library.missing();
    case TN_WIRE_SNAPPY:
      return detail::reference<detail::SnappyDecoder>().library.missing();
    case TN_WIRE_LZ4:
      return detail::reference<detail::Lz4Decoder>().library.missing();
    case TN_WIRE_ZSTD:
      return detail::reference<detail::ZstdDecoder>().library.missing();
    default:
      return "its wire id is none of the wire's";
  }
}

// Decodes a stream that should hold no more than `cap` bytes; nothing may be missing.
inline Decoded decode_by_reference(int32_t wire_id, ByteView src, size_t cap) {
  switch (wire_id) {
    case TN_WIRE_GZIP:
      return detail::reference<detail::ZlibDecoder>().decode(src, cap);
    case TN_WIRE_SNAPPY:
      return detail::reference<detail::SnappyDecoder>().decode(src, cap);
    case TN_WIRE_LZ4:
      return detail::reference<detail::Lz4Decoder>().decode(src, cap);
    default:
      return detail::reference<detail::ZstdDecoder>().decode(src, cap);
  }
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
