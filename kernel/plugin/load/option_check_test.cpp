// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/option_check.h"

#include <gtest/gtest.h>

#include <array>

namespace tenon::plugin {
namespace {

constexpr const char* kHashes[] = {"murmur2", "crc32", nullptr};

tn_option option(tn_option_type type, const char* name, const char* default_text) {
  tn_option made{};
  made.struct_size = sizeof made;
  made.type = type;
  made.name = name;
  made.default_text = default_text;
  return made;
}

class OptionCheckTest : public testing::Test {
 protected:
  OptionCheckTest() {
    options_[0] = option(TN_OPT_INT, "seed", "7");
    options_[0].max = 100;
    options_[1] = option(TN_OPT_ENUM, "hash", "murmur2");
    options_[1].choices = kHashes;
    options_[2] = option(TN_OPT_DURATION, "linger", "5ms");
    options_[3] = option(TN_OPT_STRING, "label", nullptr);
    options_[4] = option(TN_OPT_FLOAT, "ratio", "0.5");
    descriptor_.options = options_.data();
    descriptor_.n_options = options_.size();
  }
  // Checks the TOML table [partitioner.geo] of these lines.
  CheckedOptions check(const std::string& lines) {
    result_ = config::read_text("[partitioner.geo]\n" + lines + "\n[storage.segment]\n", "x.toml");
    return check_options(descriptor_, result_.settings.plugins.tables.front(), problems_);
  }
  std::vector<std::string> problems(const std::string& lines) {
    check(lines);
    config::sort_problems(problems_);
    std::vector<std::string> messages;
    for (const auto& problem : problems_) messages.push_back(problem.message());
    return messages;
  }

  std::array<tn_option, 5> options_;
  tn_descriptor descriptor_{};
  config::ReadSettings result_;
  config::Problems problems_;
};

using Messages = std::vector<std::string>;

TEST_F(OptionCheckTest, defaults_fill_what_is_not_said) {
  const CheckedOptions checked = check("");
  const tn_config config = checked.view();
  ASSERT_EQ(config.n_values, 5u);
  EXPECT_EQ(config.values[0].i64, 7);
  EXPECT_EQ(config.values[1].i64, 0);
  EXPECT_EQ(config.values[2].i64, 5);
  EXPECT_EQ(config.values[3].str.len, 0u);
  EXPECT_EQ(config.values[4].f64, 0.5);
}

TEST_F(OptionCheckTest, values_arrive_in_the_order_of_the_declaration) {
  CheckedOptions checked = check("ratio = 2.5\nlabel = \"eu\"\nhash = \"crc32\"\nseed = 9\n");
  const CheckedOptions moved = std::move(checked);
  const tn_config config = moved.view();
  EXPECT_EQ(config.values[0].i64, 9);
  EXPECT_EQ(config.values[1].i64, 1);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(config.values[3].str.data),
                        config.values[3].str.len),
            "eu");
  EXPECT_EQ(config.values[4].f64, 2.5);
}

TEST_F(OptionCheckTest, every_problem_has_its_place) {
  EXPECT_EQ(problems("hash = \"murmr2\"\nstiky = 1\nseed = \"7\"\nlinger = \"1 week\"\n"),
            (Messages{"x.toml:2:8: \"hash\" must be one of murmur2, crc32, not \"murmr2\"; did you "
                      "mean \"murmur2\"?",
                      "x.toml:3:1: unknown option \"stiky\" for partitioner \"geo\"",
                      "x.toml:4:8: \"seed\" must be an integer",
                      "x.toml:5:10: \"linger\" must be a duration like \"500ms\" or \"7d\""}));
}

TEST_F(OptionCheckTest, a_mistyped_option_is_suggested) {
  EXPECT_EQ(problems("lnger = 5\n"),
            Messages{"x.toml:2:1: unknown option \"lnger\" for partitioner \"geo\"; did you mean "
                     "\"linger\"?"});
}

TEST_F(OptionCheckTest, a_required_option_must_be_said) {
  options_[0].default_text = nullptr;
  options_[0].flags = TN_OPT_REQUIRED;
  EXPECT_EQ(problems(""), Messages{"x.toml:1:14: partitioner \"geo\" needs the option \"seed\""});
  problems_.clear();
  EXPECT_TRUE(problems("seed = 1\n").empty());
}

TEST_F(OptionCheckTest, a_secret_is_never_printed) {
  options_[1].flags = TN_OPT_SECRET;
  EXPECT_EQ(problems("hash = \"hunter2\"\n"),
            Messages{"x.toml:2:8: \"hash\" has a value that it cannot have"});
}

}  // namespace
}  // namespace tenon::plugin
