// SPDX-License-Identifier: Apache-2.0
//
// C++ over the plugin ABI (plugin.h): options, instances, and the module datum. Header-only, C++17.
//
// A plugin is a class, and one registration line outside every namespace:
//
//   class Pinned {
//    public:
//     static constexpr tn_option kOptions[] = {
//         tenon::int_option("partition", "Where every record goes.", "0", 0, 1000000)};
//     explicit Pinned(const tenon::Options& options) : partition_(options.integer("partition")) {}
//     int32_t partition(const tenon::Topic& topic, const tenon::Record& record) const;
//     ...
//   };
//   TENON_PARTITIONER(Pinned, "pinned", "1.0.0", "Sends every record to one partition.")
//
// A library with several: TENON_MODULE(tenon::partitioner<A>("a", "1.0.0", "..."),
//                                      tenon::codec<B>("b", "1.0.0", "..."))
//
// What a class may have, all optional: kOptions; kVendor and kLicense (texts); a constructor that
// takes (const Options&, const Host&), (const Options&) or nothing. A constructor fails by throwing
// tenon::Error. Nothing is thrown across the boundary: every function the host calls is noexcept
// and answers TN_E_PANIC for an exception that it does not know.
//
// The datum and the descriptors are constants: loading the library runs no code of it. The same
// line writes the note (module.h), from which a host knows the library before it loads it.
#pragma once

#include <array>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "host.hpp"
#include "module.h"
#include "plugin.h"
#include "result.hpp"

namespace tenon {
inline namespace sdk {

// --- options: the schema ----------------------------------------------------------------------

constexpr tn_option make_option(tn_option_type type, const char* name, const char* about,
                                const char* default_text) {
  tn_option option{};
  option.struct_size = sizeof(tn_option);
  option.type = type;
  option.name = name;
  option.about = about;
  option.default_text = default_text;
  return option;
}

constexpr tn_option with_bounds(tn_option option, int64_t min, int64_t max) {
  option.min = min;
  option.max = max;
  return option;
}

// The same option without a default: a configuration must say it.
constexpr tn_option required(tn_option option) {
  option.default_text = nullptr;
  option.flags |= TN_OPT_REQUIRED;
  return option;
}

// The same option, its value never printed.
constexpr tn_option secret(tn_option option) {
  option.flags |= TN_OPT_SECRET;
  return option;
}

// `default_text` is what a user would write in TOML. min = max = 0 means unbounded.
constexpr tn_option bool_option(const char* name, const char* about, const char* default_text) {
  return make_option(TN_OPT_BOOL, name, about, default_text);
}
constexpr tn_option int_option(const char* name, const char* about, const char* default_text,
                               int64_t min = 0, int64_t max = 0) {
  return with_bounds(make_option(TN_OPT_INT, name, about, default_text), min, max);
}
constexpr tn_option float_option(const char* name, const char* about, const char* default_text) {
  return make_option(TN_OPT_FLOAT, name, about, default_text);
}
constexpr tn_option string_option(const char* name, const char* about, const char* default_text) {
  return make_option(TN_OPT_STRING, name, about, default_text);
}
constexpr tn_option path_option(const char* name, const char* about, const char* default_text) {
  return make_option(TN_OPT_PATH, name, about, default_text);
}
// Milliseconds; written "10ms", "5s", "7d".
constexpr tn_option duration_option(const char* name, const char* about, const char* default_text,
                                    int64_t min = 0, int64_t max = 0) {
  return with_bounds(make_option(TN_OPT_DURATION, name, about, default_text), min, max);
}
// Bytes; written "64KiB", "1GiB".
constexpr tn_option bytes_option(const char* name, const char* about, const char* default_text,
                                 int64_t min = 0, int64_t max = 0) {
  return with_bounds(make_option(TN_OPT_BYTES, name, about, default_text), min, max);
}
// `choices` ends with null and must live as long as the library.
constexpr tn_option enum_option(const char* name, const char* about, const char* default_text,
                                const char* const* choices) {
  tn_option option = make_option(TN_OPT_ENUM, name, about, default_text);
  option.choices = choices;
  return option;
}

// --- options: the values ----------------------------------------------------------------------

// The checked values of one instance, by the names of its schema. Valid inside the constructor
// only. Asking for a name or type that the schema lacks is a bug of the plugin and throws
// TN_E_INVALID.
class Options {
 public:
  Options(const tn_option* schema, size_t n, const tn_config* config)
      : schema_(schema), n_(n), config_(config) {}

  bool boolean(std::string_view name) const { return at(name, kBool).i64 != 0; }
  int64_t integer(std::string_view name) const { return at(name, kInteger).i64; }
  int64_t duration_ms(std::string_view name) const { return at(name, kDuration).i64; }
  int64_t bytes(std::string_view name) const { return at(name, kBytes).i64; }
  double number(std::string_view name) const { return at(name, kFloat).f64; }
  // STRING, ENUM or PATH.
  std::string text(std::string_view name) const {
    return std::string(ByteView(at(name, kText).str).text());
  }
  // Which of the choices an ENUM names, from 0.
  int64_t choice(std::string_view name) const { return at(name, kEnum).i64; }

 private:
  using Types = uint32_t;  // one bit per tn_option_type
  static constexpr Types kBool = 1u << TN_OPT_BOOL;
  static constexpr Types kInteger = 1u << TN_OPT_INT;
  static constexpr Types kFloat = 1u << TN_OPT_FLOAT;
  static constexpr Types kDuration = 1u << TN_OPT_DURATION;
  static constexpr Types kBytes = 1u << TN_OPT_BYTES;
  static constexpr Types kEnum = 1u << TN_OPT_ENUM;
  static constexpr Types kText = 1u << TN_OPT_STRING | 1u << TN_OPT_ENUM | 1u << TN_OPT_PATH;

  const tn_value& at(std::string_view name, Types types) const {
    for (size_t i = 0; i < n_; i++) {
      if (name != schema_[i].name) continue;
      if ((types >> schema_[i].type & 1u) == 0)
        throw Error(TN_E_INVALID, "option " + std::string(name) + " is of another type");
      if (config_ == nullptr || i >= config_->n_values)
        throw Error(TN_E_INVALID, "the host gave no value for option " + std::string(name));
      return config_->values[i];
    }
    throw Error(TN_E_INVALID, "no option is called " + std::string(name));
  }

  const tn_option* schema_;
  size_t n_;
  const tn_config* config_;
};

// --- the boundary -----------------------------------------------------------------------------

namespace detail {

inline tn_code to_code(tn_error*, tn_code code) noexcept {
  return code;
}
inline tn_code to_code(tn_error* error, const Result<>& result) noexcept {
  if (result) return TN_OK;
  return report(error, result.error().code(), result.error().text());
}

// Runs `call`, which returns a tn_code or a Result<>, and lets nothing out but its code.
template <class Call>
tn_code guard(tn_error* error, Call&& call) noexcept {
  try {
    return to_code(error, call());
  } catch (const Error& failure) {
    return report(error, failure.code(), failure.text());
  } catch (const std::bad_alloc&) {
    return report(error, TN_E_AGAIN, "out of memory");
  } catch (const std::exception& failure) {
    return report(error, TN_E_PANIC, failure.what());
  } catch (...) {
    return report(error, TN_E_PANIC, "an exception that is not a std::exception");
  }
}

template <class T, class = void>
struct Schema {
  static constexpr const tn_option* options = nullptr;
  static constexpr uint32_t n = 0;
};
template <class T>
struct Schema<T, std::void_t<decltype(T::kOptions)>> {
  static constexpr const tn_option* options = &T::kOptions[0];
  static constexpr uint32_t n = static_cast<uint32_t>(std::extent_v<decltype(T::kOptions)>);
};

template <class T, class = void>
struct Vendor {
  static constexpr const char* text = "";
};
template <class T>
struct Vendor<T, std::void_t<decltype(T::kVendor)>> {
  static constexpr const char* text = T::kVendor;
};

template <class T, class = void>
struct License {
  static constexpr const char* text = "";
};
template <class T>
struct License<T, std::void_t<decltype(T::kLicense)>> {
  static constexpr const char* text = T::kLicense;
};

template <class T, class = void>
struct Flags {
  static constexpr uint32_t value = 0;
};
template <class T>
struct Flags<T, std::void_t<decltype(T::kFlags)>> {
  static constexpr uint32_t value = T::kFlags;
};

template <class T>
T* construct(const Options& options, const Host& host) {
  if constexpr (std::is_constructible_v<T, const Options&, const Host&>) {
    return new T(options, host);
  } else if constexpr (std::is_constructible_v<T, const Options&>) {
    return new T(options);
  } else {
    static_assert(std::is_default_constructible_v<T>,
                  "a plugin class is constructed from (const Options&, const Host&), "
                  "(const Options&) or nothing");
    return new T();
  }
}

template <class T>
tn_code create(const tn_host* host, const tn_config* config, void** self,
               tn_error* error) noexcept {
  return guard(error, [&]() -> tn_code {
    if (host == nullptr || self == nullptr || host->abi_major != TN_ABI_MAJOR)
      return report(error, TN_E_INVALID,
                    "create needs a host of ABI 1 and a place for the instance");
    *self = construct<T>(Options(Schema<T>::options, Schema<T>::n, config), Host(host));
    return TN_OK;
  });
}

template <class T>
void destroy(void* self) noexcept {
  delete static_cast<T*>(self);
}

// A descriptor of class T for `kind`; `Interface::get` answers get_interface.
template <class T, class Interface>
constexpr tn_descriptor describe(tn_kind kind, const char* name, const char* version,
                                 const char* about) {
  tn_descriptor descriptor{};
  descriptor.struct_size = sizeof(tn_descriptor);
  descriptor.kind = kind;
  descriptor.name = name;
  descriptor.version = version;
  descriptor.vendor = Vendor<T>::text;
  descriptor.license = License<T>::text;
  descriptor.about = about;
  descriptor.options = Schema<T>::options;
  descriptor.n_options = Schema<T>::n;
  descriptor.create = &create<T>;
  descriptor.get_interface = &Interface::get;
  descriptor.destroy = &destroy<T>;
  return descriptor;
}

template <size_t N, size_t... I>
constexpr std::array<const tn_descriptor*, N> point_at(const tn_descriptor (&list)[N],
                                                       std::index_sequence<I...>) {
  return {{&list[I]...}};
}

// --- the note: layout and text as module.h describes them ---------------------------------------

constexpr const char* kind_word(tn_kind kind) {
  constexpr const char* kWords[] = {"partitioner", "assignor", "codec", "storage", "coordination"};
  return kWords[kind - TN_PARTITIONER];
}

// What would split a line of the note, or could not be a file's name, is found by the compiler.
constexpr bool is_name(std::string_view text) {
  for (const char c : text)
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_') return false;
  return !text.empty();
}
constexpr bool is_version(std::string_view text) {
  for (const char c : text)
    if (c <= ' ') return false;
  return !text.empty();
}
template <size_t N>
constexpr bool are_named(const tn_descriptor (&list)[N]) {
  for (const tn_descriptor& one : list)
    if (!is_name(one.name) || !is_version(one.version)) return false;
  return true;
}

// Counts the characters of a text, and writes them where there is a place for them.
class NoteWriter {
 public:
  constexpr explicit NoteWriter(char* to) : to_(to) {}
  constexpr void put(const char* text) {
    for (; *text != '\0'; text++) {
      if (to_ != nullptr) to_[size_] = *text;
      size_++;
    }
  }
  constexpr size_t size() const { return size_; }

 private:
  char* to_;
  size_t size_ = 0;
};

// The size of the note's text, its NUL included; writes the text to `to` unless that is null.
template <size_t N>
constexpr size_t write_note(const tn_descriptor (&list)[N], char* to) {
  NoteWriter writer(to);
  writer.put(TN_NOTE_ABI);
  for (const tn_descriptor& one : list) {
    writer.put(kind_word(one.kind));
    writer.put(" ");
    writer.put(one.name);
    writer.put(" ");
    writer.put(one.version);
    writer.put("\n");
  }
  writer.put(TN_NOTE_END);
  return writer.size() + 1;
}

template <size_t kTextSize>
struct Note {
  uint32_t owner_size = sizeof(TN_NOTE_OWNER);
  uint32_t text_size = kTextSize;
  uint32_t type = TN_NOTE_TYPE;
  char owner[8] = TN_NOTE_OWNER;
  char text[kTextSize] = {};
};

template <size_t kTextSize, size_t N>
constexpr Note<kTextSize> make_note(const tn_descriptor (&list)[N]) {
  Note<kTextSize> note;
  write_note(list, note.text);
  return note;
}

}  // namespace detail
}  // namespace sdk
}  // namespace tenon

// The one exported datum, of one or more descriptors, and the note that tells of them. Use it once
// per library, outside every namespace.
#define TENON_MODULE(...)                                                                         \
  namespace {                                                                                     \
  constexpr tn_descriptor tenon_descriptors[] = {__VA_ARGS__};                                    \
  static_assert(::tenon::sdk::detail::are_named(tenon_descriptors),                               \
                "a name is lower case, digits, '-' and '_'; a version has no spaces");            \
  constexpr size_t kTenonDescriptors = sizeof(tenon_descriptors) / sizeof(tn_descriptor);         \
  constexpr auto tenon_descriptor_list = ::tenon::sdk::detail::point_at(                          \
      tenon_descriptors, std::make_index_sequence<kTenonDescriptors>());                          \
  constexpr size_t kTenonNoteSize = ::tenon::sdk::detail::write_note(tenon_descriptors, nullptr); \
  TN_IN_NOTE constexpr ::tenon::sdk::detail::Note<kTenonNoteSize> tenon_note =                    \
      ::tenon::sdk::detail::make_note<kTenonNoteSize>(tenon_descriptors);                         \
  }                                                                                               \
  extern "C" TN_EXPORT constexpr tn_module tenon_module = {                                       \
      sizeof(tn_module),           TN_MAGIC, TN_ABI_MAJOR, TN_MIN_MINOR, kTenonDescriptors, 0,    \
      tenon_descriptor_list.data()};
