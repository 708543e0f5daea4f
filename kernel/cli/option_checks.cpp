// SPDX-License-Identifier: Apache-2.0

#include "cli/option_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "config/text/suggest.h"
#include "config/text/units.h"

namespace tenon::cli {
namespace {

class HelpLayout final : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string& takes = option->get_type_name();
    return takes.empty() ? "" : " " + takes;
  }

  // One blank line between the parts.
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
    for (size_t at = 0; (at = text.find("\n\n\n", at)) != std::string::npos;) text.erase(at, 1);
    return text;
  }
};

}  // namespace

CLI::Option* take_one_of(CLI::Option* option, std::vector<std::string> words) {
  option->type_name(fmt::format("{}", fmt::join(words, "|")));
  const auto check = [words = std::move(words)](const std::string& given) -> std::string {
    if (std::ranges::find(words, given) != words.end()) return {};
    const std::vector<std::string_view> known(words.begin(), words.end());
    // Between -1 and 1 there is nothing to guess.
    const std::string guess = given.size() > 2 ? config::did_you_mean(given, known) : "";
    return fmt::format("must be one of {}, not \"{}\"{}", fmt::join(words, ", "), given, guess);
  };
  return option->check(check);
}

CLI::Option* take_number_from(CLI::Option* option, int64_t min) {
  const auto check = [min](const std::string& given) -> std::string {
    const auto number = config::parse_integer(given);
    if (number && *number >= min && *number <= INT32_MAX) return {};
    return fmt::format("must be a whole number from {} to {}, not \"{}\"", min, INT32_MAX, given);
  };
  return option->check(check)->type_name("N");
}

std::shared_ptr<CLI::FormatterBase> help_layout() {
  auto layout = std::make_shared<HelpLayout>();
  layout->column_width(32);
  return layout;
}

}  // namespace tenon::cli
