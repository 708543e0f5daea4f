// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin/description.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/output/table.h"

namespace tenon::cli {
namespace {

using plugin::Note;
using plugin::OptionInfo;
using plugin::PluginInfo;

void append_option(JsonWriter& json, const OptionInfo& option) {
  json.begin_object().field("name", option.name).field("type", option.type).key("default");
  option.has_default ? json.value(option.default_text) : json.null();
  json.field("required", option.required).field("secret", option.secret);
  const bool bounded = option.min != 0 || option.max != 0;
  json.key("min");
  bounded ? json.value(option.min) : json.null();
  json.key("max");
  bounded ? json.value(option.max) : json.null();
  json.key("choices").begin_array();
  for (const std::string& choice : option.choices) json.value(choice);
  json.end_array().field("about", option.about).end_object();
}

std::string default_of(const OptionInfo& option) {
  if (option.required) return "(required)";
  if (!option.has_default) return "-";
  return option.default_text.empty() ? "\"\"" : option.default_text;
}

std::string bounds_of(const OptionInfo& option) {
  if (!option.choices.empty()) return fmt::format("{}", fmt::join(option.choices, " | "));
  if (option.min == 0 && option.max == 0) return "-";
  return fmt::format("{} to {}", option.min, option.max);
}

}  // namespace

std::string abi_text(const PluginInfo& info) {
  return fmt::format("{}.{}", info.abi_major, info.abi_min_minor);
}
std::string abi_text(const Note& note) {
  return fmt::format("{}.{}", note.abi_major, note.abi_min_minor);
}

void append_identity(JsonWriter& json, const Note& note, const Note::Plugin& one) {
  json.field("kind", one.kind).field("name", one.name).field("version", one.version);
  json.field("abi", abi_text(note)).field("compiler", note.compiler).field("sdk", note.sdk);
}

void append_plugin(JsonWriter& json, const PluginInfo& info) {
  json.field("kind", info.kind).field("name", info.name).field("version", info.version);
  json.field("abi", abi_text(info)).field("vendor", info.vendor).field("license", info.license);
  json.field("about", info.about).field("path", info.path).key("options").begin_array();
  for (const OptionInfo& option : info.options) append_option(json, option);
  json.end_array();
}

std::string description_text(const PluginInfo& info) {
  Table head;
  head.add({"KIND", info.kind});
  head.add({"NAME", info.name});
  head.add({"VERSION", info.version});
  head.add({"ABI", abi_text(info)});
  head.add({"VENDOR", info.vendor});
  head.add({"LICENSE", info.license});
  head.add({"ABOUT", info.about});
  head.add({"PATH", info.path});
  if (info.options.empty()) return head.text() + "\nIt has no options.\n";
  Table options({"OPTION", "TYPE", "DEFAULT", "BOUNDS", "ABOUT"});
  for (const OptionInfo& option : info.options)
    options.add({option.name, option.type + (option.secret ? " (secret)" : ""), default_of(option),
                 bounds_of(option), option.about});
  return head.text() + '\n' + options.text();
}

}  // namespace tenon::cli
