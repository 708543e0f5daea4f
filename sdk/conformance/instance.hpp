// SPDX-License-Identifier: Apache-2.0
//
// Makes instances of a plugin for tests, from the text that a configuration would hold.
// One thread. An Instance must not outlive its TestHost.
#pragma once

#include <cstdlib>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "conformance/test_host.hpp"
#include "tenon/plugin.h"
#include "tenon/result.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// The descriptor of that name in a module (by default the one linked into this program), or null.
inline const tn_descriptor* find_descriptor(const std::string& name,
                                            const tn_module& module = tenon_module) {
  for (uint32_t i = 0; i < module.n_descriptors; i++)
    if (name == module.descriptors[i]->name) return module.descriptors[i];
  return nullptr;
}

// Options lie as far apart as the plugin's own tn_option is long.
inline const tn_option& option_at(const tn_descriptor& descriptor, uint32_t i) {
  const auto* first = reinterpret_cast<const char*>(descriptor.options);
  return *reinterpret_cast<const tn_option*>(first + size_t{i} * descriptor.options->struct_size);
}

namespace detail {

inline int64_t choice_of(const tn_option& option, const std::string& text) {
  for (int64_t i = 0; option.choices[i] != nullptr; i++)
    if (text == option.choices[i]) return i;
  throw Error(TN_E_CONFIG, text + " is not a choice");
}

inline int64_t factor_of(tn_option_type type, const std::string& unit) {
  static const std::map<std::string, int64_t> kDurations = {
      {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
  static const std::map<std::string, int64_t> kBytes = {
      {"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
  if (unit.empty()) return 1;
  const auto& units = type == TN_OPT_DURATION ? kDurations : kBytes;
  const auto it = units.find(unit);
  if (it == units.end()) throw Error(TN_E_CONFIG, "unknown unit " + unit);
  return it->second;
}

}  // namespace detail

// What `text` means for the option, as TOML would say it: numbers, true/false, "10ms", "64KiB". The
// value borrows the text. Throws Error(TN_E_CONFIG) for what it cannot read.
inline tn_value parse_value(const tn_option& option, std::string_view text) {
  const std::string copy(text);
  tn_value value{};
  value.type = option.type;
  value.str = ByteView(text);
  char* end = nullptr;
  switch (option.type) {
    case TN_OPT_BOOL:
      value.i64 = copy == "true" ? 1 : 0;
      break;
    case TN_OPT_FLOAT:
      value.f64 = std::strtod(copy.c_str(), nullptr);
      break;
    case TN_OPT_ENUM:
      value.i64 = detail::choice_of(option, copy);
      break;
    case TN_OPT_INT:
    case TN_OPT_DURATION:
    case TN_OPT_BYTES:
      value.i64 = std::strtoll(copy.c_str(), &end, 10);
      value.i64 *= detail::factor_of(option.type, end);
      break;
    default:
      break;  // strings and paths are their text
  }
  return value;
}

// Values for the options of a descriptor: defaults, with the given texts over them. Throws
// Error(TN_E_CONFIG) for an unknown name.
class TestConfig {
 public:
  using Texts = std::map<std::string, std::string>;

  TestConfig(const tn_descriptor& descriptor, const Texts& texts) {
    size_t used = 0;
    for (uint32_t i = 0; i < descriptor.n_options; i++) {
      const tn_option& option = option_at(descriptor, i);
      const auto given = texts.find(option.name);
      if (given != texts.end()) used++;
      const char* fallback = option.default_text == nullptr ? "" : option.default_text;
      values_.push_back(parse(option, given != texts.end() ? given->second : fallback));
    }
    if (used != texts.size()) throw Error(TN_E_CONFIG, "a text names no option of the plugin");
    config_ = {sizeof(config_), descriptor.n_options, values_.data()};
  }
  TestConfig(const TestConfig&) = delete;
  TestConfig& operator=(const TestConfig&) = delete;

  const tn_config* get() const { return &config_; }

 private:
  tn_value parse(const tn_option& option, const std::string& text) {
    return parse_value(option, strings_.emplace_back(text));
  }

  std::deque<std::string> strings_;  // addresses stay
  std::vector<tn_value> values_;
  tn_config config_{};
};

// One instance; destroyed by the destructor. Throws the plugin's Error if create fails.
class Instance {
 public:
  Instance(const TestHost& host, const tn_descriptor& descriptor,
           const TestConfig::Texts& texts = {})
      : descriptor_(descriptor) {
    const TestConfig config(descriptor, texts);
    tn_error error = new_error();
    const tn_code code = descriptor.create(host.get(), config.get(), &self_, &error);
    if (code != TN_OK) throw error_from(code, error);
  }
  Instance(const TestHost& host, const std::string& name, const TestConfig::Texts& texts = {})
      : Instance(host, named(name), texts) {}
  ~Instance() { descriptor_.destroy(self_); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  void* self() const { return self_; }
  // The table of that id, or null.
  template <class Table>
  const Table* interface(const char* id) const {
    return static_cast<const Table*>(descriptor_.get_interface(id));
  }

 private:
  static const tn_descriptor& named(const std::string& name) {
    const tn_descriptor* descriptor = find_descriptor(name);
    if (descriptor == nullptr) throw Error(TN_E_NOT_FOUND, "no plugin is called " + name);
    return *descriptor;
  }

  const tn_descriptor& descriptor_;
  void* self_ = nullptr;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
