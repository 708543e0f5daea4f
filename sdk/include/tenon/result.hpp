// SPDX-License-Identifier: Apache-2.0
//
// How C++ plugin code says that something went wrong: Error, and Result<T> = a value or an Error.
//
// Both stay inside one library: the trampolines of partitioner.hpp, codec.hpp and storage.hpp turn
// them into tn_code + tn_error at the boundary. C++17; everything lives in the inline namespace
// tenon::sdk, so that a program which also links Tenon's kernel has no two classes of one name.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "plugin.h"

namespace tenon {
inline namespace sdk {

// Bytes that belong to somebody else. A null `data` with size 0 means "none" where that has a
// meaning.
class ByteView {
 public:
  constexpr ByteView() = default;
  constexpr ByteView(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  constexpr ByteView(tn_bytes bytes) : data_(bytes.data), size_(bytes.len) {}
  ByteView(std::string_view text)
      : data_(reinterpret_cast<const uint8_t*>(text.data())), size_(text.size()) {}

  constexpr const uint8_t* data() const { return data_; }
  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const uint8_t* begin() const { return data_; }
  constexpr const uint8_t* end() const { return data_ + size_; }
  constexpr uint8_t operator[](size_t i) const { return data_[i]; }
  constexpr ByteView from(size_t offset) const { return {data_ + offset, size_ - offset}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }
  constexpr operator tn_bytes() const { return tn_bytes{data_, size_}; }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

// Why a call failed: a code of the ABI and a sentence for a person. May be returned in a Result or
// thrown; the trampolines understand both.
class Error : public std::exception {
 public:
  Error(tn_code code, std::string text) : code_(code), text_(std::move(text)) {}

  tn_code code() const noexcept { return code_; }
  const std::string& text() const noexcept { return text_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  tn_code code_;
  std::string text_;
};

// Copies code and text to the caller's tn_error, as much as fits there; `error` may be null.
// Returns the code, so that a C function can end with `return report(...)`.
inline tn_code report(tn_error* error, tn_code code, std::string_view text) noexcept {
  constexpr size_t kHead = offsetof(tn_error, message);
  if (error == nullptr || error->struct_size <= kHead) return code;
  const size_t size = error->struct_size < sizeof(tn_error) ? error->struct_size : sizeof(tn_error);
  const size_t room = size - kHead - 1;
  const size_t length = text.size() < room ? text.size() : room;
  error->code = code;
  error->line = 0;
  error->column = 0;
  for (size_t i = 0; i < length; i++) error->message[i] = text[i];
  error->message[length] = '\0';
  return code;
}

// An empty tn_error to hand to a host function.
inline tn_error new_error() noexcept {
  tn_error error{};
  error.struct_size = sizeof(tn_error);
  return error;
}

// The Error that a host function described in `error`; "code N" if it said nothing.
inline Error error_from(tn_code code, const tn_error& error) {
  if (error.message[0] != '\0') return Error(code, error.message);
  return Error(code, "code " + std::to_string(code));
}

// A value, or the reason why there is none. Look before you dereference.
template <class T = void>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  T& operator*() & { return *std::get_if<0>(&held_); }
  const T& operator*() const& { return *std::get_if<0>(&held_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&held_)); }
  T* operator->() { return std::get_if<0>(&held_); }
  const T* operator->() const { return std::get_if<0>(&held_); }
  const Error& error() const { return *std::get_if<1>(&held_); }

 private:
  std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  const Error& error() const { return *std::get_if<1>(&held_); }

 private:
  std::variant<std::monostate, Error> held_;
};

// Result<> of a host call that answered `code` and perhaps filled `error`.
inline Result<> result_of(tn_code code, const tn_error& error) {
  if (code == TN_OK) return {};
  return error_from(code, error);
}

}  // namespace sdk
}  // namespace tenon
