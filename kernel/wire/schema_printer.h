// SPDX-License-Identifier: Apache-2.0
//
// The visitor that prints how a message is described, as one line of JSON:
//
//   {"name":"FetchRequest","key":1,"versions":"4-16","flexible":"12+","fields":[
//    {"name":"Topic","type":"string","versions":"0-12","nullable":"none","default":""},
//    {"name":"ClusterId","type":"string","versions":"12+","nullable":"0+","tag":0,"default":null},
//    {"name":"Topics","type":"[]FetchTopic",...,"default":[],"fields":[...]}]}
//
// Types, names and version ranges are written as in Kafka's own schema files, so that
// tests/wire/compare_with_kafka.py can hold one against the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/payload.h"
#include "wire/schema.h"

namespace tenon::wire {

class SchemaPrinter {
 public:
  template <class M>
  static std::string print() {
    SchemaPrinter printer;
    int key = -1;
    if constexpr (requires { M::kApiKey; }) key = static_cast<int>(M::kApiKey);
    if constexpr (requires { M::kRecordType; }) key = M::kRecordType;
    printer.open_message(M::kName, key, M::kVersions, M::kFlexibleSince);
    M message;
    message.fields(printer);
    printer.out_ += "]}";
    return std::move(printer.out_);
  }

  template <class T>
  void field(std::string_view name, T& value, Spec spec = {}) {
    entry(name, kUntagged, value, spec);
  }
  template <class T>
  void tagged(int16_t tag, std::string_view name, T& value, Spec spec, const T& = T{}) {
    entry(name, tag, value, spec);
  }

 private:
  static constexpr int kUntagged = -1;

  // Kafka's name of a type; `fields` prints those of the structs in it.
  template <class T>
  struct Type {
    static std::string name() { return struct_name(__PRETTY_FUNCTION__); }
    static void fields(SchemaPrinter& printer) {
      T value;
      value.fields(printer);
    }
    static constexpr bool kIsStruct = true;
    static std::string text(const T& /*value*/) { return "{}"; }
  };

  template <class T>
  void entry(std::string_view name, int tag, const T& value, Spec spec) {
    open_field(name, Type<T>::name(), tag, spec);
    out_ += Type<T>::text(value);
    if constexpr (Type<T>::kIsStruct) {
      open_fields();
      Type<T>::fields(*this);
      out_ += ']';
    }
    out_ += '}';
  }

  // "EpochEndOffset" out of what the compiler calls Type<...::EpochEndOffset>::name().
  static std::string struct_name(std::string_view function);
  void open_message(std::string_view name, int key, VersionRange versions, int16_t flexible_since);
  void open_field(std::string_view name, const std::string& type, int tag, Spec spec);
  void open_fields();

  std::string out_;
  bool first_ = true;  // no comma yet in the list that is being printed
};

// A type without fields: its name, and how its default is written.
template <class T>
struct PlainType {
  static constexpr bool kIsStruct = false;
  static std::string text(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      return value ? "true" : "false";
    } else if constexpr (std::is_arithmetic_v<T>) {
      return std::to_string(value);
    } else {
      return "\"\"";
    }
  }
};

#define TENON_WIRE_PLAIN_TYPE(T, kafka_name)     \
  template <>                                    \
  struct SchemaPrinter::Type<T> : PlainType<T> { \
    static std::string name() {                  \
      return kafka_name;                         \
    }                                            \
  }
TENON_WIRE_PLAIN_TYPE(bool, "bool");
TENON_WIRE_PLAIN_TYPE(int8_t, "int8");
TENON_WIRE_PLAIN_TYPE(int16_t, "int16");
TENON_WIRE_PLAIN_TYPE(uint16_t, "uint16");
TENON_WIRE_PLAIN_TYPE(int32_t, "int32");
TENON_WIRE_PLAIN_TYPE(int64_t, "int64");
TENON_WIRE_PLAIN_TYPE(double, "float64");
TENON_WIRE_PLAIN_TYPE(Uuid, "uuid");
TENON_WIRE_PLAIN_TYPE(std::string, "string");
TENON_WIRE_PLAIN_TYPE(Bytes, "bytes");
TENON_WIRE_PLAIN_TYPE(MutableBytes, "records");
TENON_WIRE_PLAIN_TYPE(Payload, "records");
#undef TENON_WIRE_PLAIN_TYPE

template <class T>
  requires(!std::is_same_v<T, uint8_t>)
struct SchemaPrinter::Type<std::vector<T>> : SchemaPrinter::Type<T> {
  static std::string name() { return "[]" + Type<T>::name(); }
  static std::string text(const std::vector<T>& /*value*/) { return "[]"; }
};
template <class T>
struct SchemaPrinter::Type<std::optional<T>> : SchemaPrinter::Type<T> {
  static std::string text(const std::optional<T>& value) {
    return value ? Type<T>::text(*value) : "null";
  }
};

}  // namespace tenon::wire
