// SPDX-License-Identifier: Apache-2.0

#include "cli/parse_error.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "cli/option_checks.h"

namespace tenon::cli {
namespace {

struct ParseErrors : testing::Test {
  CLI::App app{"", "tenon"};
  std::vector<std::string> names;
  int partitions = 0;
  std::string format;

  ParseErrors() {
    app.require_subcommand(1);
    auto* topic = app.add_subcommand("topic");
    topic->require_subcommand(1);
    topic->add_subcommand("list");
    auto* create = topic->add_subcommand("create");
    create->add_option("NAME", names)->required();
    take_number_from(create->add_option("-p,--partitions", partitions), 1);
    take_one_of(create->add_option("--format", format), {"text", "json"});
    app.add_subcommand("consume");
  }

  // The first line of what is said about the command line; empty if nothing is wrong.
  std::string problem(const std::string& line) {
    try {
      app.parse(line);
    } catch (const CLI::ParseError& error) {
      const std::string text = describe_parse_error(app, error);
      return text.substr(0, text.find('\n'));
    }
    return {};
  }
};

TEST_F(ParseErrors, says_nothing_about_a_good_line) {
  EXPECT_EQ(problem("topic create a b -p 3"), "");
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));
}

TEST_F(ParseErrors, takes_names_of_verbs_for_names_of_topics) {
  EXPECT_EQ(problem("topic create topic list consume"), "");
  EXPECT_EQ(names.size(), 3u);
}

TEST_F(ParseErrors, suggests_verbs) {
  EXPECT_EQ(problem("topci list"), "tenon has no subcommand \"topci\"; did you mean \"topic\"?");
  EXPECT_EQ(problem("topic creat"),
            "tenon topic has no subcommand \"creat\"; did you mean \"create\"?");
  EXPECT_EQ(problem("quux"), "tenon has no subcommand \"quux\"");
}

TEST_F(ParseErrors, suggests_options) {
  EXPECT_EQ(problem("topic create a --partition 3"),
            "tenon topic create has no option --partition; did you mean \"--partitions\"?");
  EXPECT_EQ(problem("topic create a --fromat=json"),
            "tenon topic create has no option --fromat; did you mean \"--format\"?");
}

TEST_F(ParseErrors, suggests_nothing_for_a_letter) {
  EXPECT_EQ(problem("topic create a -v"), "tenon topic create has no option -v");
  EXPECT_EQ(problem("topic create a -v=3"), "tenon topic create has no option -v");
}

TEST_F(ParseErrors, says_what_is_missing) {
  EXPECT_EQ(problem(""), "tenon needs a subcommand: topic, consume");
  EXPECT_EQ(problem("topic"), "tenon topic needs a subcommand: list, create");
  EXPECT_EQ(problem("topic create"), "tenon topic create: NAME is required");
}

TEST_F(ParseErrors, says_what_a_value_must_be) {
  EXPECT_EQ(problem("topic create a -p 0"),
            "tenon topic create: --partitions: must be a whole number from 1 to 2147483647, not "
            "\"0\"");
  EXPECT_EQ(problem("topic create a --format jsno"),
            "tenon topic create: --format: must be one of text, json, not \"jsno\"; did you mean "
            "\"json\"?");
}

TEST_F(ParseErrors, refuses_words_that_have_no_place) {
  EXPECT_EQ(problem("topic list extra"), "tenon topic list does not take \"extra\"");
}

TEST_F(ParseErrors, says_where_the_help_is) {
  try {
    app.parse("topic nope");
  } catch (const CLI::ParseError& error) {
    EXPECT_TRUE(describe_parse_error(app, error).ends_with("\nSee tenon topic --help"));
  }
}

}  // namespace
}  // namespace tenon::cli
