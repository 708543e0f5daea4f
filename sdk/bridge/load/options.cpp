// SPDX-License-Identifier: Apache-2.0
#include "bridge/load/options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "bridge/load/words.h"

namespace tenon::bridge {

namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

constexpr Unit kDurations[] = {{"", 1},       {"ms", 1},        {"s", 1'000},
                               {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit kSizes[] = {{"", 1},
                           {"B", 1},
                           {"KB", 1'000},
                           {"MB", 1'000'000},
                           {"GB", 1'000'000'000},
                           {"TB", 1'000'000'000'000},
                           {"KiB", 1LL << 10},
                           {"MiB", 1LL << 20},
                           {"GiB", 1LL << 30},
                           {"TiB", 1LL << 40}};
constexpr Unit kNone[] = {{"", 1}};

struct Value {
  int64_t i64 = 0;
  double f64 = 0;
  std::string text;
};

template <size_t N>
std::optional<int64_t> parse_number(std::string_view text, const Unit (&units)[N]) {
  int64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name = trimmed(text.substr(static_cast<size_t>(rest - text.data())));
  for (const Unit& unit : units) {
    int64_t product = 0;
    if (name != unit.name) continue;
    if (__builtin_mul_overflow(number, unit.factor, &product)) return std::nullopt;
    return product;
  }
  return std::nullopt;
}

bool inside(double number, const tn_option& option) {
  if (option.min == 0 && option.max == 0) return true;
  return number >= static_cast<double>(option.min) && number <= static_cast<double>(option.max);
}

Error problem(const tn_option& option, const std::string& what) {
  const bool secret = (option.flags & TN_OPT_SECRET) != 0;
  return {TN_E_CONFIG, "\"" + std::string(option.name) + "\" " +
                           (secret ? "has a value that it cannot have" : what)};
}

Error outside(const tn_option& option, const std::string& given) {
  return problem(option, "= " + given + " is outside " + std::to_string(option.min) + ".." +
                             std::to_string(option.max));
}

Result<Value> to_integer(const tn_option& option, const Pair& pair) {
  std::optional<int64_t> number;
  const char* wanted = "must be an integer";
  if (option.type == TN_OPT_DURATION) {
    wanted = "must be a duration like \"500ms\" or \"7d\"";
    number = parse_number(pair.value, kDurations);
  } else if (option.type == TN_OPT_BYTES) {
    wanted = "must be a size like \"64KiB\" or \"1GiB\"";
    number = parse_number(pair.value, kSizes);
  } else if (!pair.quoted) {
    number = parse_number(pair.value, kNone);
  }
  if (!number) return problem(option, wanted);
  const bool unbounded = option.min == 0 && option.max == 0;
  if (!unbounded && (*number < option.min || *number > option.max))
    return outside(option, pair.value);
  return Value{*number, 0, {}};
}

Result<Value> to_float(const tn_option& option, const Pair& pair) {
  double number = 0;
  const char* end = pair.value.data() + pair.value.size();
  const auto [rest, error] = std::from_chars(pair.value.data(), end, number);
  if (pair.quoted || error != std::errc{} || rest != end || !std::isfinite(number))
    return problem(option, "must be a number");
  if (!inside(number, option)) return outside(option, pair.value);
  return Value{0, number, {}};
}

Result<Value> to_bool(const tn_option& option, const Pair& pair) {
  const bool is_true = pair.value == "true";
  if (pair.quoted || (!is_true && pair.value != "false"))
    return problem(option, "must be true or false");
  return Value{is_true ? 1 : 0, 0, {}};
}

Result<Value> to_choice(const tn_option& option, const Pair& pair) {
  std::vector<std::string> choices;
  for (const char* const* choice = option.choices; *choice != nullptr; ++choice) {
    if (pair.value == *choice)
      return Value{static_cast<int64_t>(choice - option.choices), 0, pair.value};
    choices.emplace_back(*choice);
  }
  return problem(option, "must be one of " + join(choices, ", ") + ", not \"" + pair.value + "\"" +
                             did_you_mean(pair.value, choices));
}

Result<Value> convert(const tn_option& option, const Pair& pair) {
  switch (option.type) {
    case TN_OPT_BOOL:
      return to_bool(option, pair);
    case TN_OPT_INT:
    case TN_OPT_DURATION:
    case TN_OPT_BYTES:
      return to_integer(option, pair);
    case TN_OPT_FLOAT:
      return to_float(option, pair);
    case TN_OPT_ENUM:
      return to_choice(option, pair);
    default:  // STRING and PATH; the datum was checked for others
      return Value{0, 0, pair.value};
  }
}

const Pair* find(const std::vector<Pair>& pairs, std::string_view key) {
  const auto named = [&](const Pair& pair) { return pair.key == key; };
  const auto it = std::find_if(pairs.begin(), pairs.end(), named);
  return it == pairs.end() ? nullptr : &*it;
}

// The value of one option: as given, else its default, else nothing of its type.
Result<Value> value_of(const tn_option& option, const std::vector<Pair>& pairs,
                       const tn_descriptor& descriptor) {
  if (const Pair* given = find(pairs, option.name)) return convert(option, *given);
  if ((option.flags & TN_OPT_REQUIRED) != 0) {
    return Error(TN_E_CONFIG, "partitioner \"" + std::string(descriptor.name) +
                                  "\" needs the option \"" + option.name + "\"");
  }
  if (option.default_text == nullptr) return Value{};
  return convert(option, {option.name, option.default_text, false, 0});
}

std::vector<std::string> unknown_options(const tn_descriptor& descriptor,
                                         const std::vector<Pair>& pairs) {
  std::vector<std::string> names, problems;
  for (uint32_t i = 0; i < descriptor.n_options; ++i)
    names.emplace_back(option_at(descriptor, i).name);
  for (const Pair& pair : pairs) {
    if (std::find(names.begin(), names.end(), pair.key) != names.end()) continue;
    const std::string known =
        names.empty() ? "; it takes no options" : did_you_mean(pair.key, names);
    problems.push_back("unknown option \"" + pair.key + "\" for partitioner \"" + descriptor.name +
                       "\"" + known);
  }
  return problems;
}

std::string summarize(const tn_descriptor& descriptor, const std::vector<Pair>& pairs) {
  std::vector<std::string> said;
  for (uint32_t i = 0; i < descriptor.n_options; ++i) {
    const tn_option& option = option_at(descriptor, i);
    const Pair* given = find(pairs, option.name);
    if (given == nullptr) continue;
    const bool secret = (option.flags & TN_OPT_SECRET) != 0;
    said.push_back(given->key + "=" + (secret ? "***" : "\"" + given->value + "\""));
  }
  return join(said, " ");
}

}  // namespace

void CheckedOptions::add(const tn_option& option, int64_t i64, double f64, std::string text) {
  const std::string& kept = texts_.emplace_back(std::move(text));
  values_.push_back(
      {option.type, 0, i64, f64, {reinterpret_cast<const uint8_t*>(kept.data()), kept.size()}});
}

tn_config CheckedOptions::view() const {
  return {sizeof(tn_config), static_cast<uint32_t>(values_.size()), values_.data()};
}

const tn_option& option_at(const tn_descriptor& descriptor, uint32_t index) {
  const auto* first = reinterpret_cast<const char*>(descriptor.options);
  const size_t stride = descriptor.options->struct_size;
  return *reinterpret_cast<const tn_option*>(first + index * stride);
}

Result<CheckedOptions> check_options(const tn_descriptor& descriptor,
                                     const std::vector<Pair>& pairs) {
  CheckedOptions checked;
  std::vector<std::string> problems = unknown_options(descriptor, pairs);
  for (uint32_t i = 0; i < descriptor.n_options; ++i) {
    const tn_option& option = option_at(descriptor, i);
    auto value = value_of(option, pairs, descriptor);
    if (value) {
      checked.add(option, value->i64, value->f64, std::move(value->text));
    } else {
      problems.push_back(value.error().text());
    }
  }
  if (!problems.empty()) return Error(TN_E_CONFIG, join(problems, ". "));
  checked.summary = summarize(descriptor, pairs);
  return checked;
}

}  // namespace tenon::bridge
