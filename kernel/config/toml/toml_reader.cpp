// SPDX-License-Identifier: Apache-2.0
//
// toml++ 3.3 asserts on some malformed texts ("[.a]") instead of refusing them. Its assertions are
// turned into exceptions, in every kind of build, so that a slip in a file cannot end the process.
#include <stdexcept>
#undef NDEBUG
#define TOML_EXCEPTIONS 1
#define TOML_ASSERT(condition) ((condition) ? void() : throw std::logic_error(#condition))
#include <toml++/toml.h>

#include <algorithm>
#include <tuple>

#include "config/toml/toml_reader.h"

namespace tenon::config {

namespace {

Position position_of(const toml::source_region& source, const std::string& file) {
  return {file, source.begin.line, source.begin.column};
}

bool comes_before(const Entry& a, const Entry& b) {
  return std::tuple(a.at.line, a.at.column) < std::tuple(b.at.line, b.at.column);
}

Value copy_node(const toml::node& node, const std::string& file);

void copy_table(const toml::table& table, const std::string& file, Value& into) {
  into.kind = ValueKind::kTable;
  for (const auto& [key, child] : table) {
    into.entries.push_back({.key = std::string(key.str()),
                            .at = position_of(key.source(), file),
                            .value = copy_node(child, file)});
  }
  // toml++ hands the keys out in the order of their names.
  std::ranges::sort(into.entries, comes_before);
}

Value copy_node(const toml::node& node, const std::string& file) {
  Value value;
  value.at = position_of(node.source(), file);
  value.kind = ValueKind::kOther;
  if (const auto* table = node.as_table()) {
    copy_table(*table, file, value);
  } else if (const auto* array = node.as_array()) {
    value.kind = ValueKind::kArray;
    for (const toml::node& item : *array) value.items.push_back(copy_node(item, file));
  } else if (const auto* text = node.as_string()) {
    value.kind = ValueKind::kString;
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = ValueKind::kInt;
    value.integer = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.kind = ValueKind::kFloat;
    value.number = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.kind = ValueKind::kBool;
    value.boolean = boolean->get();
  }
  return value;
}

bool parser_gives_up(std::string_view text) {
  try {
    std::ignore = toml::parse(text);
  } catch (const toml::parse_error&) {
    return false;
  } catch (const std::logic_error&) {
    return true;
  }
  return false;
}

// The first line without which the parser would not give up.
uint32_t line_of_giving_up(std::string_view text) {
  uint32_t line = 1;
  size_t end = text.find('\n');
  while (end != std::string_view::npos && !parser_gives_up(text.substr(0, end))) {
    ++line;
    end = text.find('\n', end + 1);
  }
  return line;
}

}  // namespace

std::expected<Value, Problem> read_toml(std::string_view text, const std::string& file) {
  try {
    const toml::table parsed = toml::parse(text, std::string_view(file));
    Value root;
    root.at = {file, 1, 1};
    copy_table(parsed, file, root);
    return root;
  } catch (const toml::parse_error& error) {
    const Position at = position_of(error.source(), file);
    return std::unexpected(Problem(at, std::string(error.description())));
  } catch (const std::exception&) {
    return std::unexpected(Problem({file, line_of_giving_up(text), 1}, "this line is not TOML"));
  }
}

}  // namespace tenon::config
