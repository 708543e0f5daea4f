// SPDX-License-Identifier: Apache-2.0
//
// C++ over the codec ABI (codec.h). A codec is a class with
//
//   static constexpr int32_t kWireId = TN_WIRE_...;
//   struct Context;                           // made from nothing; one thread at a time uses one
//   size_t bound(size_t src_len) const;
//   Result<> compress(Context& context, const Pieces& src, int32_t level, Sink& out) const;
//   Result<> decompress(Context& context, ByteView src, Sink& out) const;
//   size_t content_size(ByteView src) const;  // optional
//
// and the registration line TENON_CODEC(Class, "name", "1.0.0", "about"). `level` is
// TN_LEVEL_OWN for the instance's own. Sink keeps the hard cap: what is written is counted, and
// nothing lands past the end.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

#include "codec.h"
#include "plugin.hpp"

namespace tenon {
inline namespace sdk {

// The pieces of one stream, in order.
class Pieces {
 public:
  Pieces(const tn_bytes* pieces, size_t n) : pieces_(pieces), n_(n) {}

  size_t count() const { return n_; }
  ByteView operator[](size_t i) const { return pieces_[i]; }
  size_t total_size() const {
    size_t total = 0;
    for (size_t i = 0; i < n_; i++) total += pieces_[i].len;
    return total;
  }

 private:
  const tn_bytes* pieces_;
  size_t n_;
};

// A bounded place for output. Write at next(), at most room() bytes, then advance.
class Sink {
 public:
  Sink(uint8_t* data, size_t capacity) : data_(data), capacity_(capacity) {}

  uint8_t* data() const { return data_; }
  uint8_t* next() const { return data_ + size_; }
  size_t size() const { return size_; }
  size_t room() const { return capacity_ - size_; }
  void advance(size_t n) { size_ += n; }
  // Copies `bytes` if they fit; otherwise changes nothing and says false.
  bool put(ByteView bytes) {
    if (bytes.size() > room()) return false;
    if (!bytes.empty()) std::memcpy(next(), bytes.data(), bytes.size());
    advance(bytes.size());
    return true;
  }

 private:
  uint8_t* data_;
  size_t capacity_;
  size_t size_ = 0;
};

namespace detail {

template <class T, class = void>
struct HasContentSize : std::false_type {};
template <class T>
struct HasContentSize<T, std::void_t<decltype(&T::content_size)>> : std::true_type {};

template <class T>
struct CodecTable {
  using Context = typename T::Context;
  using ContentSize = size_t (*)(void*, tn_bytes);

  // Contexts may be null, if new_context found no memory or the host never asked for one: then a
  // call makes its own.
  static void* new_context(void*) noexcept {
    try {
      return new Context();
    } catch (...) {
      return nullptr;
    }
  }
  static void free_context(void*, void* context) noexcept { delete static_cast<Context*>(context); }
  static size_t bound(void* self, size_t src_len) noexcept {
    return static_cast<const T*>(self)->bound(src_len);
  }
  static tn_code compress(void* self, void* context, const tn_bytes* src, size_t n_src,
                          int32_t level, uint8_t* dst, size_t dst_cap, size_t* dst_len,
                          tn_error* error) noexcept {
    return run(context, dst, dst_cap, dst_len, error, [&](Context& own, Sink& out) {
      return static_cast<const T*>(self)->compress(own, Pieces(src, n_src), level, out);
    });
  }
  static tn_code decompress(void* self, void* context, tn_bytes src, uint8_t* dst, size_t dst_cap,
                            size_t* dst_len, tn_error* error) noexcept {
    return run(context, dst, dst_cap, dst_len, error, [&](Context& own, Sink& out) {
      return static_cast<const T*>(self)->decompress(own, src, out);
    });
  }
  static size_t content_size(void* self, tn_bytes src) noexcept {
    size_t size = 0;
    const tn_code code = guard(nullptr, [&]() -> tn_code {
      size = static_cast<const T*>(self)->content_size(src);
      return TN_OK;
    });
    return code == TN_OK ? size : 0;
  }

  // Runs one call on the given context, or on one of its own.
  template <class Call>
  static tn_code run(void* context, uint8_t* dst, size_t dst_cap, size_t* dst_len, tn_error* error,
                     Call&& call) noexcept {
    *dst_len = 0;
    return guard(error, [&]() -> Result<> {
      Sink out(dst, dst_cap);
      std::unique_ptr<Context> own;
      if (context == nullptr) own = std::make_unique<Context>();
      Result<> result = call(own ? *own : *static_cast<Context*>(context), out);
      *dst_len = out.size();
      return result;
    });
  }
  static constexpr ContentSize content_size_or_null() {
    if constexpr (HasContentSize<T>::value) {
      return &content_size;
    } else {
      return nullptr;
    }
  }

  static constexpr tn_codec table = {
      sizeof(tn_codec), T::kWireId, Flags<T>::value, 0,           &new_context,
      &free_context,    &bound,     &compress,       &decompress, content_size_or_null()};

  static const void* get(const char* id) noexcept {
    return id != nullptr && std::string_view(id) == TN_CODEC_ID ? &table : nullptr;
  }
};

}  // namespace detail

// The descriptor of codec class T, for TENON_MODULE.
template <class T>
constexpr tn_descriptor codec(const char* name, const char* version, const char* about) {
  return detail::describe<T, detail::CodecTable<T>>(TN_CODEC, name, version, about);
}

}  // namespace sdk
}  // namespace tenon

// Makes class T the library's codec. Use it once, outside every namespace.
#define TENON_CODEC(T, name, version, about) \
  TENON_MODULE(::tenon::sdk::codec<T>(name, version, about))
