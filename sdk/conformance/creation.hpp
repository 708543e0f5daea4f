// SPDX-License-Identifier: Apache-2.0
//
// Ways to make an instance that a broker would not choose: hosts of other versions, options at the
// edges of what their schema allows, no memory. One thread.
#pragma once

#include <malloc.h>
#include <sys/resource.h>

#include <cfloat>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "conformance/edge_buffer.hpp"
#include "conformance/exercise.hpp"
#include "conformance/instance.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {

// What became of one call of create.
struct Creation {
  tn_code code = TN_OK;
  bool explained = false;  // the text is there, and ends within its room
  std::string text;
};

// What create and the host before it leave to the caller to decide.
struct CreationInput {
  const tn_host* host = nullptr;
  const tn_config* config = nullptr;
  tn_error* error = nullptr;
};

// Creates; uses what was made if `use`, and destroys it.
inline Creation create_once(const tn_descriptor& descriptor, const CreationInput& input,
                            bool use = true) {
  void* self = nullptr;
  input.error->message[0] = '\0';
  Creation made;
  made.code = descriptor.create(input.host, input.config, &self, input.error);
  if (made.code == TN_OK) {
    if (use) exercise(descriptor, self);
    descriptor.destroy(self);
    return made;
  }
  const char* message = input.error->message;
  const size_t length = ::strnlen(message, sizeof(tn_error::message));
  made.explained = length > 0 && length < sizeof(tn_error::message);
  made.text.assign(message, length);
  return made;
}

inline Creation create_once(const tn_descriptor& descriptor, const tn_host* host,
                            const tn_config* config) {
  tn_error error = new_error();
  return create_once(descriptor, {host, config, &error});
}

// A config whose values, and the texts that they point to, end where a page ends: texts have no NUL
// behind them.
class EdgeConfig {
 public:
  explicit EdgeConfig(const tn_config& config, size_t size = sizeof(tn_config))
      : values_(config.n_values * sizeof(tn_value), alignof(tn_value)), config_(config, size) {
    auto* values = reinterpret_cast<tn_value*>(values_.data());
    for (uint32_t i = 0; i < config.n_values; i++) {
      texts_.push_back(std::make_unique<EdgeBuffer>(ByteView(config.values[i].str)));
      values[i] = config.values[i];
      values[i].str = texts_.back()->view();
    }
    config_.get()->values = values;
  }
  const tn_config* get() { return config_.get(); }

 private:
  std::vector<std::unique_ptr<EdgeBuffer>> texts_;
  EdgeBuffer values_;
  EdgeStruct<tn_config> config_;
};

// The value of one option, and how to call it in a message.
struct EdgeValue {
  tn_value value{};
  std::string text;  // what value.str borrows
  std::string label;
};

namespace detail {

inline void add_numbers(const tn_option& option, uint64_t seed, std::vector<EdgeValue>& values) {
  const bool bounded = option.min != 0 || option.max != 0;
  const int64_t low = bounded ? option.min : INT64_MIN, high = bounded ? option.max : INT64_MAX;
  std::vector<int64_t> numbers = {low, high, low + (high > low ? 1 : 0),
                                  high - (high > low ? 1 : 0)};
  if (!bounded) numbers.insert(numbers.end(), {-1, 0, 1, INT32_MAX, INT64_C(1) << 32});
  TestRandom random(seed);
  const uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  for (int i = 0; i < 4; i++) {
    const uint64_t above = span == UINT64_MAX ? random.next() : random.below(span + 1);
    numbers.push_back(static_cast<int64_t>(static_cast<uint64_t>(low) + above));
  }
  for (const int64_t number : numbers) {
    EdgeValue edge;
    edge.value.i64 = number;
    edge.label = std::to_string(number);
    values.push_back(edge);
  }
}

inline void add_texts(std::vector<EdgeValue>& values) {
  const std::pair<const char*, std::string> kTexts[] = {
      {"an empty text", ""},
      {"one character", "x"},
      {"a text with a NUL in it", std::string("a\0b", 3)},
      {"a text in many bytes", "straße-大阪-🦀"},
      {"a text of 64 KiB", std::string(65536, 'x')},
      {"a format string", "%s%n%s"},
  };
  for (const auto& [label, text] : kTexts) {
    EdgeValue edge;
    edge.text = text;
    edge.label = label;
    values.push_back(edge);
  }
}

}  // namespace detail

// Values that the host would let through, at the edges of the schema and some between.
inline std::vector<EdgeValue> edge_values(const tn_option& option, uint64_t seed) {
  std::vector<EdgeValue> values;
  switch (option.type) {
    case TN_OPT_BOOL:
    case TN_OPT_ENUM:
      for (int64_t i = 0; option.type == TN_OPT_BOOL ? i < 2 : option.choices[i] != nullptr; i++) {
        EdgeValue edge;
        edge.value.i64 = i;
        edge.text = option.type == TN_OPT_BOOL ? "" : option.choices[i];
        edge.label = option.type == TN_OPT_BOOL ? (i != 0 ? "true" : "false") : edge.text;
        values.push_back(edge);
      }
      break;
    case TN_OPT_FLOAT:
      for (const double number : {0.0, -1.0, 1.0, DBL_MIN, DBL_MAX, -DBL_MAX}) {
        EdgeValue edge;
        edge.value.f64 = number;
        edge.label = std::to_string(number);
        values.push_back(edge);
      }
      break;
    case TN_OPT_STRING:
    case TN_OPT_PATH:
      detail::add_texts(values);
      break;
    default:
      detail::add_numbers(option, seed, values);
  }
  return values;
}

// Calls visit(config, label) with a config for every edge of every option, the others as given.
template <class Visit>
void for_each_edge(const tn_descriptor& descriptor, const TestConfig::Texts& texts, uint64_t seed,
                   Visit&& visit) {
  const TestConfig base(descriptor, texts);
  for (uint32_t i = 0; i < descriptor.n_options; i++) {
    const tn_option& option = option_at(descriptor, i);
    for (EdgeValue& edge : edge_values(option, seed + i)) {
      std::vector<tn_value> values(base.get()->values, base.get()->values + descriptor.n_options);
      edge.value.type = option.type;
      edge.value.str = ByteView(std::string_view(edge.text));
      values[i] = edge.value;
      tn_config config = *base.get();
      config.values = values.data();
      EdgeConfig at_edge(config);
      visit(at_edge.get(), std::string(option.name) + " = " + edge.label);
    }
  }
}

// While this lives, malloc finds nothing, or `left` bytes in one place: what the process may map is
// cut to what it has mapped, and what the allocator still has is taken. Everything is given back at
// the end.
class NoMemory {
 public:
  explicit NoMemory(size_t left) {
    touch_stack();
    void* kept = left > 0 ? std::malloc(left) : nullptr;
    ::getrlimit(RLIMIT_AS, &limit_);
    std::ifstream file("/proc/self/statm");
    size_t pages = 0;
    file >> pages;
    file.close();
    struct rlimit cut = limit_;
    cut.rlim_cur = pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    if (::setrlimit(RLIMIT_AS, &cut) != 0) return;
    for (size_t size = 1 << 20; size >= 2048; size /= 2) take_all(size);
    for (size_t size = 2048; size >= sizeof(Block); size -= 8) take_all(size);
    std::free(kept);
  }
  ~NoMemory() {
    while (taken_ != nullptr) {
      Block* block = taken_;
      taken_ = block->next;
      std::free(block);
    }
    ::setrlimit(RLIMIT_AS, &limit_);
  }
  NoMemory(const NoMemory&) = delete;
  NoMemory& operator=(const NoMemory&) = delete;

 private:
  struct Block {
    Block* next;
  };
  // The stack may not grow later.
  static void touch_stack() {
    volatile char room[256 * 1024];
    for (size_t i = 0; i < sizeof(room); i += 1024) room[i] = 0;
  }
  void take_all(size_t size) {
    while (void* memory = std::malloc(size)) {
      auto* block = static_cast<Block*>(memory);
      block->next = taken_;
      taken_ = block;
    }
  }

  struct rlimit limit_{};
  Block* taken_ = nullptr;
};

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
