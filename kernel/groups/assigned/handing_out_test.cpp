// SPDX-License-Identifier: Apache-2.0

#include "groups/assigned/handing_out.h"

#include <gtest/gtest.h>

namespace tenon::groups {
namespace {

using Shares = std::vector<Partitions>;

Partitions parts(std::vector<int32_t> numbers) {
  std::vector<IdPartition> all;
  for (const int32_t number : numbers) all.push_back({Uuid{}, number});
  return make_partitions(std::move(all));
}
// Everybody was last given what it holds.
HandingOut out(const Shares& target, const Shares& held, const std::vector<bool>& away = {}) {
  const std::vector<bool> nobody(target.size(), false);
  return hand_out(target, {held, settle_claims(held, held), away.empty() ? nobody : away});
}

TEST(HandingOut, what_nobody_holds_is_given_at_once) {
  const HandingOut now = out({parts({0, 1}), parts({2, 3})}, {{}, {}});
  EXPECT_EQ(now.given, (Shares{parts({0, 1}), parts({2, 3})}));
  EXPECT_EQ(now.withheld, 0u);
}

TEST(HandingOut, who_holds_a_partition_keeps_it) {
  const HandingOut now = out({parts({0, 1}), parts({2})}, {parts({0, 1}), parts({2})});
  EXPECT_EQ(now.given, (Shares{parts({0, 1}), parts({2})}));
  EXPECT_EQ(now.withheld, 0u);
}

TEST(HandingOut, what_another_one_holds_is_withheld_and_taken_from_that_one) {
  const HandingOut now = out({parts({0, 1}), parts({2, 3})}, {parts({0, 1, 2}), {}});
  EXPECT_EQ(now.given, (Shares{parts({0, 1}), parts({3})}));
  EXPECT_EQ(now.withheld, 1u);
  ASSERT_EQ(now.waits.size(), 1u);
  EXPECT_EQ(now.waits[0].member, 1u);
  EXPECT_EQ(now.waits[0].holder, 0u);
}

TEST(HandingOut, of_two_that_say_they_hold_it_the_one_that_was_last_given_it_keeps_it) {
  const Shares held{parts({0, 1}), parts({0, 2})};
  const Shares own = settle_claims(held, {parts({0, 1}), parts({2})});
  EXPECT_EQ(own, (Shares{parts({0, 1}), parts({2})}));
  const HandingOut now = hand_out({parts({0}), {}}, {held, own, {false, false}});
  EXPECT_EQ(now.given, (Shares{parts({0}), {}}));
  EXPECT_EQ(now.withheld, 0u);
}

TEST(HandingOut, who_claims_what_another_one_reads_is_not_given_it) {
  const Shares held{parts({0}), parts({0})};
  const Shares own = settle_claims(held, {parts({0}), {}});
  const HandingOut now = hand_out({{}, parts({0})}, {held, own, {false, false}});
  EXPECT_EQ(now.given, (Shares{{}, {}}));
  EXPECT_EQ(now.withheld, 1u);
}

TEST(HandingOut, what_two_claim_and_neither_or_both_were_given_is_of_none) {
  const Shares held{parts({0, 1}), parts({0, 2})};
  EXPECT_EQ(settle_claims(held, {{}, {}}), (Shares{parts({1}), parts({2})}));
  EXPECT_EQ(settle_claims(held, held), (Shares{parts({1}), parts({2})}));
}

TEST(HandingOut, who_alone_claims_a_partition_has_it_whatever_it_was_last_given) {
  EXPECT_EQ(settle_claims({parts({0}), {}}, {{}, parts({0})}), (Shares{parts({0}), {}}));
}

TEST(HandingOut, of_two_that_say_they_hold_it_none_gives_it_to_a_third) {
  const HandingOut now = out({{}, {}, parts({0})}, {parts({0}), parts({0}), {}});
  EXPECT_EQ(now.given, (Shares{{}, {}, {}}));
  EXPECT_EQ(now.withheld, 1u);
}

TEST(HandingOut, what_is_withheld_for_one_that_is_away_is_left_to_it) {
  const HandingOut now =
      out({parts({0, 1, 2}), {}, {}}, {{}, parts({0, 7}), parts({1})}, {false, true, true});
  EXPECT_EQ(now.given, (Shares{parts({2}), parts({0}), parts({1})}));
  EXPECT_EQ(now.withheld, 2u);
}

TEST(HandingOut, one_that_is_away_and_claims_what_another_one_reads_is_not_left_it) {
  const Shares held{{}, parts({0}), parts({0})};
  const Shares own = settle_claims(held, {{}, parts({0}), {}});
  const HandingOut now = hand_out({parts({0}), {}, {}}, {held, own, {false, false, true}});
  EXPECT_EQ(now.given, (Shares{{}, {}, {}}));
  EXPECT_EQ(now.withheld, 1u);
}

TEST(HandingOut, two_steps_bring_everybody_to_the_target) {
  const Shares target{parts({0, 3}), parts({1, 4}), parts({2, 5})};
  Shares held{parts({0, 1, 2, 3}), parts({4, 5}), {}};
  held = out(target, held).given;
  EXPECT_EQ(out(target, held).given, target);
}

}  // namespace
}  // namespace tenon::groups
