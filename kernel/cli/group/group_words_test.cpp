// SPDX-License-Identifier: Apache-2.0

#include "cli/group/group_words.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

using Words = std::vector<std::string>;

TEST(GroupWords, case_does_not_matter) {
  EXPECT_EQ(group_states({"stable", "EMPTY", "PreparingRebalance"}).value(),
            (Words{"Stable", "Empty", "PreparingRebalance"}));
  EXPECT_EQ(group_types({"Consumer", "classic"}).value(), (Words{"consumer", "classic"}));
  EXPECT_TRUE(group_states({}).value().empty());
}

TEST(GroupWords, others_are_refused_with_those_that_there_are) {
  const auto states = group_states({"Stable", "Bogus"});
  ASSERT_FALSE(states);
  EXPECT_EQ(states.error().exit_code, kUsage);
  EXPECT_EQ(states.error().text,
            "--state: must be one of PreparingRebalance, CompletingRebalance, Assigning, "
            "Reconciling, Stable, Empty, Dead, not \"Bogus\"");
  EXPECT_EQ(group_types({"bogus"}).error().text,
            "--type: must be one of classic, consumer, not \"bogus\"");
  EXPECT_FALSE(group_types({""}));
}

TEST(GroupWords, a_slip_is_named) {
  EXPECT_TRUE(group_states({"Stabel"}).error().text.ends_with("; did you mean \"Stable\"?"));
}

}  // namespace
}  // namespace tenon::cli
