// SPDX-License-Identifier: Apache-2.0
//
// What every codec must do, as checks that any test program can run. Each check returns "" or a
// sentence that says what is wrong, and is deterministic. One thread.
//
//   TestHost host;
//   CodecKit kit(host, "gzip");
//   EXPECT_EQ(kit.check_round_trips(), "");
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "conformance/edge_buffer.hpp"
#include "conformance/instance.hpp"
#include "conformance/test_host.hpp"
#include "tenon/codec.h"

namespace tenon {
inline namespace sdk {
namespace conformance {

using Buffer = std::vector<uint8_t>;

// Test contents of a given size: kZero, incompressible, or words as records hold them.
enum class Content { kZero, kRandom, kText };

inline Buffer make_content(Content content, size_t size, uint64_t seed = 7) {
  static const char* const kWords[] = {"order",    "customer", "2024-05-17",
                                       "{\"id\":", "}, ",      "null"};
  Buffer bytes(size, 0);
  TestRandom random(seed);
  for (size_t i = 0; content != Content::kZero && i < size;) {
    if (content == Content::kRandom) {
      bytes[i++] = static_cast<uint8_t>(random.next());
      continue;
    }
    for (const char* word = kWords[random.below(6)]; *word != '\0' && i < size; word++)
      bytes[i++] = static_cast<uint8_t>(*word);
  }
  return bytes;
}

// What one call came to. `overrun` is true if a byte past the cap was touched.
struct CodecOutcome {
  tn_code code = TN_OK;
  std::string text;
  Buffer bytes;
  bool overrun = false;
};

class CodecKit {
 public:
  CodecKit(const TestHost& host, const tn_descriptor& descriptor,
           const TestConfig::Texts& texts = {})
      : instance_(host, descriptor, texts),
        api_(*instance_.interface<tn_codec>(TN_CODEC_ID)),
        context_(new_context()) {}
  // The plugin of that name that is linked into this program.
  CodecKit(const TestHost& host, const std::string& name, const TestConfig::Texts& texts = {})
      : CodecKit(host, linked_descriptor(name), texts) {}
  ~CodecKit() { free_context(context_); }
  CodecKit(const CodecKit&) = delete;
  CodecKit& operator=(const CodecKit&) = delete;

  const tn_codec& api() const { return api_; }
  void* new_context() const {
    return api_.new_context == nullptr ? nullptr : api_.new_context(instance_.self());
  }
  void free_context(void* context) const {
    if (context != nullptr) api_.free_context(instance_.self(), context);
  }
  // Can the format tell a stream that ends early? Xerial's framing of snappy cannot.
  bool has_end_mark() const { return api_.wire_id != TN_WIRE_SNAPPY; }

  CodecOutcome compress(const std::vector<ByteView>& pieces, size_t cap,
                        int32_t level = TN_LEVEL_OWN) const {
    return compress(pieces, cap, level, context_);
  }
  CodecOutcome compress(const std::vector<ByteView>& pieces, size_t cap, int32_t level,
                        void* context) const {
    const std::vector<tn_bytes> src(pieces.begin(), pieces.end());
    return guarded(cap, [&](uint8_t* dst, size_t* size, tn_error* error) {
      return api_.compress(instance_.self(), context, src.data(), src.size(), level, dst, cap, size,
                           error);
    });
  }
  // The whole of `src` with ample room.
  Buffer compress(const Buffer& src, int32_t level = TN_LEVEL_OWN) const {
    return compress({view(src)}, ample(src.size()), level).bytes;
  }
  CodecOutcome decompress(ByteView src, size_t cap, void* context) const {
    return guarded(cap, [&](uint8_t* dst, size_t* size, tn_error* error) {
      return api_.decompress(instance_.self(), context, src, dst, cap, size, error);
    });
  }
  CodecOutcome decompress(const Buffer& src, size_t cap) const {
    return decompress(view(src), cap, context_);
  }
  void* context() const { return context_; }
  size_t bound(size_t size) const { return api_.bound(instance_.self(), size); }
  // Room for whatever `size` bytes are compressed to, should bound() be wrong.
  size_t ample(size_t size) const { return std::max(bound(size), size + size / 8 + 65536); }
  size_t content_size(const Buffer& src) const {
    return api_.content_size == nullptr ? 0 : api_.content_size(instance_.self(), view(src));
  }
  static ByteView view(const Buffer& bytes) { return {bytes.data(), bytes.size()}; }

  // Sizes around every block boundary up to 1 MiB, in every content. Needs no more than bound() for
  // what it compresses.
  std::string check_round_trips(int32_t level = TN_LEVEL_OWN) const {
    static const size_t kSizes[] = {0,     1,     2,     3,      15,     16,     17,
                                    100,   1000,  4096,  32767,  32768,  32769,  65535,
                                    65536, 65537, 98304, 131072, 131073, 300000, 1048576};
    for (const Content content : {Content::kZero, Content::kRandom, Content::kText}) {
      for (const size_t size : kSizes) {
        const std::string wrong = check_round_trip(make_content(content, size), level);
        if (!wrong.empty()) return wrong + " at size " + std::to_string(size);
      }
    }
    return "";
  }

  // However the input is cut into pieces, the stream is whole.
  std::string check_pieces() const {
    const Buffer content = make_content(Content::kText, 200000);
    for (const size_t piece_size : {1u, 7u, 1000u, 32768u, 65536u, 70000u}) {
      std::vector<ByteView> pieces = {ByteView()};
      for (size_t at = 0; at < content.size(); at += piece_size)
        pieces.emplace_back(content.data() + at, std::min<size_t>(piece_size, content.size() - at));
      pieces.emplace_back();
      const CodecOutcome packed = compress(pieces, ample(content.size()));
      if (packed.code != TN_OK) return "pieces are not compressed: " + packed.text;
      if (decompress(packed.bytes, content.size()).bytes != content)
        return "pieces of " + std::to_string(piece_size) + " bytes do not make one stream";
    }
    const CodecOutcome none = compress(std::vector<ByteView>{}, ample(0));
    if (none.code != TN_OK || decompress(none.bytes, 0).code != TN_OK)
      return "no pieces at all fail";
    return "";
  }

  // Each cap below the size of the output: nothing past it is touched, and TN_E_LIMIT or _NOSPACE.
  std::string check_caps() const {
    const Buffer content = make_content(Content::kText, 3000);
    const Buffer packed = compress(content);
    for (size_t cap = 0; cap < content.size(); cap += cap < 20 ? 1 : 97) {
      const CodecOutcome out = decompress(packed, cap);
      if (out.overrun) return "decompress wrote past its cap";
      if (out.code != TN_E_LIMIT) return "decompress beyond its cap is not TN_E_LIMIT: " + out.text;
    }
    for (size_t cap = 0; cap < packed.size(); cap++) {
      const CodecOutcome out = compress({view(content)}, cap);
      if (out.overrun) return "compress wrote past its cap";
      if (out.code != TN_E_NOSPACE) return "compress without room is not TN_E_NOSPACE: " + out.text;
    }
    const CodecOutcome exact = compress({view(content)}, packed.size());
    return exact.bytes == packed ? "" : "compress fails although its output fits: " + exact.text;
  }

  // Cuts a small stream at every byte. Where the format cannot tell a stream that ends early, a
  // prefix of the content will do.
  std::string check_truncation() const {
    const Buffer content = make_content(Content::kText, 500);
    const Buffer packed = compress(content);
    for (size_t size = 0; size < packed.size(); size++) {
      const CodecOutcome out = decompress(prefix(packed, size), content.size());
      const bool is_prefix = out.bytes.size() <= content.size() &&
                             std::equal(out.bytes.begin(), out.bytes.end(), content.begin());
      if (out.code == TN_E_CORRUPT) continue;
      if (out.code == TN_OK && !has_end_mark() && is_prefix && out.bytes.size() < content.size())
        continue;
      return "a stream cut to " + std::to_string(size) + " bytes is not TN_E_CORRUPT";
    }
    return "";
  }

  // Flips every bit of small streams, and bytes of a large one at random: whatever it is then, the
  // result keeps to the cap and is OK, CORRUPT or LIMIT.
  std::string check_damage() const {
    const Buffer content = make_content(Content::kText, 300);
    const Buffer packed = compress(content);
    for (size_t bit = 0; bit < packed.size() * 8; bit++) {
      Buffer damaged = packed;
      damaged[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
      const std::string wrong = check_bounded(damaged, 2 * content.size());
      if (!wrong.empty()) return wrong + " at bit " + std::to_string(bit);
    }
    TestRandom random(11);
    const Buffer large = compress(make_content(Content::kText, 100000));
    for (int round = 0; round < 300; round++) {
      Buffer damaged = large;
      for (int i = 0; i < 3; i++)
        damaged[random.below(damaged.size())] = static_cast<uint8_t>(random.next());
      const std::string wrong = check_bounded(damaged, 100000);
      if (!wrong.empty()) return wrong + " in round " + std::to_string(round);
    }
    return "";
  }

  // Bytes that never were a stream.
  std::string check_noise() const {
    for (uint64_t seed = 0; seed < 300; seed++) {
      const Buffer noise = make_content(Content::kRandom, seed, seed);
      const std::string wrong = check_bounded(noise, 4096);
      if (!wrong.empty()) return wrong + " for noise of seed " + std::to_string(seed);
    }
    return decompress({}, 100).code == TN_E_CORRUPT ? "" : "no bytes at all are not TN_E_CORRUPT";
  }

  // Two streams one after the other decompress to both contents.
  std::string check_concatenated() const {
    const Buffer first = make_content(Content::kText, 70000), second = Buffer(10, 'x');
    Buffer both = compress(first), content = first;
    const Buffer more = compress(second);
    both.insert(both.end(), more.begin(), more.end());
    content.insert(content.end(), second.begin(), second.end());
    const CodecOutcome out = decompress(both, content.size());
    return out.bytes == content ? "" : "streams joined together are not read: " + out.text;
  }

  // The contexts of the kit are reused by every call; a call without one must work, too.
  std::string check_without_context() const {
    const Buffer content = make_content(Content::kText, 1000);
    Buffer packed(ample(content.size())), out(content.size());
    size_t size = 0;
    const tn_bytes src = view(content);
    tn_error error = new_error();
    if (api_.compress(instance_.self(), nullptr, &src, 1, TN_LEVEL_OWN, packed.data(),
                      packed.size(), &size, &error) != TN_OK)
      return "compress needs a context";
    packed.resize(size);
    if (api_.decompress(instance_.self(), nullptr, view(packed), out.data(), out.size(), &size,
                        &error) != TN_OK)
      return "decompress needs a context";
    return out == content ? "" : "wrong bytes without a context";
  }

  std::string check_round_trip(const Buffer& content, int32_t level = TN_LEVEL_OWN) const {
    const CodecOutcome packed = compress({view(content)}, ample(content.size()), level);
    if (packed.code != TN_OK) return "compress fails with ample room: " + packed.text;
    if (packed.overrun) return "compress wrote past its cap";
    const CodecOutcome out = decompress(packed.bytes, content.size());
    if (out.code != TN_OK) return "decompress fails: " + out.text;
    if (out.overrun) return "decompress wrote past its cap";
    return out.bytes == content ? "" : "decompress gives other bytes";
  }

  // With as much room as bound() asks for, compress succeeds.
  std::string check_bound() const {
    for (const Content content : {Content::kZero, Content::kRandom, Content::kText}) {
      for (const size_t size : {0u, 1u, 15u, 1000u, 32768u, 65537u, 300000u}) {
        const Buffer bytes = make_content(content, size);
        const CodecOutcome packed = compress({view(bytes)}, bound(size));
        if (packed.code != TN_OK)
          return "bound() is too low for " + std::to_string(size) + " bytes: " + packed.text;
      }
    }
    return "";
  }

  // content_size is a lower estimate, and copes with anything.
  std::string check_content_size() const {
    for (const size_t size : {0u, 1u, 1000u, 70000u}) {
      const Buffer packed = compress(make_content(Content::kText, size));
      if (content_size(packed) > size)
        return "content_size says more than the " + std::to_string(size) + " bytes that it is";
      for (size_t cut = 0; cut < std::min<size_t>(packed.size(), 100); cut++) {
        const EdgeBuffer edge(ByteView(packed.data(), cut));
        if (api_.content_size != nullptr) (void)api_.content_size(instance_.self(), edge.view());
      }
    }
    return "";
  }

 private:
  static const tn_descriptor& linked_descriptor(const std::string& name) {
    const tn_descriptor* descriptor = find_descriptor(name);
    if (descriptor == nullptr) throw Error(TN_E_NOT_FOUND, "no plugin is called " + name);
    return *descriptor;
  }
  static Buffer prefix(const Buffer& bytes, size_t size) {
    return Buffer(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  }

  std::string check_bounded(const Buffer& src, size_t cap) const {
    const CodecOutcome out = decompress(src, cap);
    (void)content_size(src);
    if (out.overrun) return "decompress wrote past its cap";
    if (out.code == TN_OK || out.code == TN_E_CORRUPT || out.code == TN_E_LIMIT) return "";
    return "damaged bytes give code " + std::to_string(out.code) + ": " + out.text;
  }

  // Calls with a destination of `cap` bytes that has a pattern behind it, and behind that a page
  // that nobody may touch.
  template <class Call>
  static CodecOutcome guarded(size_t cap, Call&& call) {
    constexpr size_t kGuardBytes = 64;
    EdgeBuffer dst(cap + kGuardBytes);
    uint8_t* const end = dst.data() + cap;
    std::memset(end, 0xa5, kGuardBytes);
    CodecOutcome out;
    tn_error error = new_error();
    size_t size = 0;
    out.code = call(dst.data(), &size, &error);
    out.text = error.message;
    out.overrun = size > cap ||
                  std::any_of(end, end + kGuardBytes, [](uint8_t byte) { return byte != 0xa5; });
    out.bytes.assign(dst.data(), dst.data() + std::min(size, cap));
    return out;
  }

  Instance instance_;
  const tn_codec& api_;
  void* context_;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
