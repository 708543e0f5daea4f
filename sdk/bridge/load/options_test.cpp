// SPDX-License-Identifier: Apache-2.0
#include "bridge/load/options.h"

#include <gtest/gtest.h>

namespace tenon::bridge {
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

class BridgeOptionsTest : public testing::Test {
 protected:
  BridgeOptionsTest() {
    options_[0] = option(TN_OPT_INT, "seed", "7");
    options_[0].max = 100;
    options_[1] = option(TN_OPT_ENUM, "hash", "murmur2");
    options_[1].choices = kHashes;
    options_[2] = option(TN_OPT_DURATION, "linger", "5ms");
    options_[3] = option(TN_OPT_STRING, "label", nullptr);
    options_[4] = option(TN_OPT_FLOAT, "ratio", "0.5");
    options_[5] = option(TN_OPT_BOOL, "strict", "false");
    options_[6] = option(TN_OPT_BYTES, "batch", "16KiB");
    descriptor_.name = "geo";
    descriptor_.options = options_;
    descriptor_.n_options = 7;
  }

  Result<CheckedOptions> check(std::string_view text) {
    return check_options(descriptor_, *parse_pairs(text));
  }
  std::string problem(std::string_view text) {
    const auto checked = check(text);
    return checked ? "none" : checked.error().text();
  }
  tn_value value(std::string_view text, size_t index) {
    checked_ = std::move(*check(text));
    return checked_.view().values[index];
  }

  tn_option options_[7];
  tn_descriptor descriptor_{};
  CheckedOptions checked_;
};

TEST_F(BridgeOptionsTest, defaults_fill_what_is_not_said) {
  checked_ = std::move(*check(""));
  const tn_config config = checked_.view();
  ASSERT_EQ(config.n_values, 7u);
  EXPECT_EQ(config.values[0].i64, 7);
  EXPECT_EQ(config.values[2].i64, 5);
  EXPECT_EQ(config.values[3].str.len, 0u);
  EXPECT_EQ(config.values[4].f64, 0.5);
  EXPECT_EQ(config.values[6].i64, 16384);
  EXPECT_EQ(checked_.summary, "");
}

TEST_F(BridgeOptionsTest, values_are_converted_by_their_types) {
  EXPECT_EQ(value("hash=crc32", 1).i64, 1);
  EXPECT_EQ(value("linger=2s", 2).i64, 2000);
  EXPECT_EQ(value("linger=\"7d\"", 2).i64, 604'800'000);
  EXPECT_EQ(value("ratio=2.5", 4).f64, 2.5);
  EXPECT_EQ(value("strict=true", 5).i64, 1);
  EXPECT_EQ(value("batch=1 MiB", 6).i64, 1 << 20);
  EXPECT_EQ(ByteView(value("label=\"a;b\"", 3).str).text(), "a;b");
  EXPECT_EQ(checked_.summary, "label=\"a;b\"");
}

TEST_F(BridgeOptionsTest, wrong_values_are_explained) {
  EXPECT_EQ(problem("seed=\"7\""), "\"seed\" must be an integer");
  EXPECT_EQ(problem("seed=101"), "\"seed\" = 101 is outside 0..100");
  EXPECT_EQ(problem("seed=99999999999999999999"), "\"seed\" must be an integer");
  EXPECT_EQ(problem("linger=1 week"), "\"linger\" must be a duration like \"500ms\" or \"7d\"");
  EXPECT_EQ(problem("batch=9999999TiB"), "\"batch\" must be a size like \"64KiB\" or \"1GiB\"");
  EXPECT_EQ(problem("ratio=nan"), "\"ratio\" must be a number");
  EXPECT_EQ(problem("strict=yes"), "\"strict\" must be true or false");
  EXPECT_EQ(problem("hash=murmr2"),
            "\"hash\" must be one of murmur2, crc32, not \"murmr2\"; did you mean \"murmur2\"?");
}

TEST_F(BridgeOptionsTest, all_problems_come_together) {
  EXPECT_EQ(problem("lnger=5;seed=x"),
            "unknown option \"lnger\" for partitioner \"geo\"; did you mean \"linger\"?. \"seed\" "
            "must be an integer");
}

TEST_F(BridgeOptionsTest, a_required_option_must_be_said) {
  options_[0].flags = TN_OPT_REQUIRED;
  EXPECT_EQ(problem(""), "partitioner \"geo\" needs the option \"seed\"");
  EXPECT_EQ(problem("seed=1"), "none");
}

TEST_F(BridgeOptionsTest, a_secret_is_never_printed) {
  options_[1].flags = options_[3].flags = TN_OPT_SECRET;
  EXPECT_EQ(problem("hash=hunter2"), "\"hash\" has a value that it cannot have");
  EXPECT_EQ(check("label=hunter2")->summary, "label=***");
}

}  // namespace
}  // namespace tenon::bridge
