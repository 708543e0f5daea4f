// SPDX-License-Identifier: Apache-2.0

#include "cli/plugin/templates.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace tenon::cli {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

std::string snake_case(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string pascal_case(std::string_view name) {
  std::string out;
  bool begins = true;
  for (const char c : name) {
    const bool separates = c == '-' || c == '_';
    if (!separates) out += begins ? static_cast<char>(std::toupper(c)) : c;
    begins = separates;
  }
  return out;
}

}  // namespace

std::vector<std::string> template_kinds() {
  std::set<std::string> kinds;
  for (const TemplateFile& file : template_files())
    kinds.emplace(file.folder.substr(0, file.folder.find('-')));
  return {kinds.begin(), kinds.end()};
}

std::vector<std::string> template_languages(std::string_view kind) {
  std::set<std::string> languages;
  for (const TemplateFile& file : template_files()) {
    const size_t dash = file.folder.find('-');
    if (file.folder.substr(0, dash) == kind) languages.emplace(file.folder.substr(dash + 1));
  }
  return {languages.begin(), languages.end()};
}

std::string with_name(std::string_view text, std::string_view name) {
  std::string out(text);
  replace_all(out, "example-name", name);
  replace_all(out, "example_name", snake_case(std::string(name)));
  replace_all(out, "ExampleName", pascal_case(name));
  return out;
}

}  // namespace tenon::cli
