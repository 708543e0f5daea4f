// SPDX-License-Identifier: Apache-2.0

#include "cli/parse_error.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "config/text/suggest.h"

namespace tenon::cli {
namespace {

// The verb that the line had reached, and how it is called.
struct Reached {
  const CLI::App* app;
  std::string command;
};

Reached deepest(const CLI::App& root) {
  Reached reached{&root, root.get_name()};
  while (!reached.app->get_subcommands().empty()) {
    reached.app = reached.app->get_subcommands().front();
    reached.command += " " + reached.app->get_name();
  }
  return reached;
}

std::string suggest(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  return config::did_you_mean(word, views);
}

std::string unknown_option(const Reached& reached, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  // Every letter is one slip away from every other: the nearest would be a guess.
  if (name.size() == 2) return fmt::format("{} has no option {}", reached.command, name);
  std::vector<std::string> known;
  for (const CLI::Option* option : reached.app->get_options()) {
    for (const auto& text : option->get_lnames()) known.push_back("--" + text);
  }
  return fmt::format("{} has no option {}{}", reached.command, name, suggest(name, known));
}

std::string unknown_word(const Reached& reached, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* verb : reached.app->get_subcommands({})) known.push_back(verb->get_name());
  if (known.empty()) return fmt::format("{} does not take \"{}\"", reached.command, word);
  return fmt::format("{} has no subcommand \"{}\"{}", reached.command, word, suggest(word, known));
}

std::string missing_subcommand(const Reached& reached) {
  std::string names;
  for (const CLI::App* verb : reached.app->get_subcommands({}))
    names += (names.empty() ? "" : ", ") + verb->get_name();
  return fmt::format("{} needs a subcommand: {}", reached.command, names);
}

}  // namespace

std::string describe_parse_error(const CLI::App& app, const CLI::ParseError& error) {
  const Reached reached = deepest(app);
  const auto extras = reached.app->remaining();
  std::string text;
  if (!extras.empty()) {
    const bool option = extras.front().size() > 1 && extras.front().front() == '-';
    text = option ? unknown_option(reached, extras.front()) : unknown_word(reached, extras.front());
  } else if (error.get_name() == "RequiredError" && reached.app->get_require_subcommand_min() > 0) {
    text = missing_subcommand(reached);
  } else {
    text = fmt::format("{}: {}", reached.command, error.what());
  }
  return fmt::format("{}\nSee {} --help", text, reached.command);
}

}  // namespace tenon::cli
