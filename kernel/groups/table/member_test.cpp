// SPDX-License-Identifier: Apache-2.0

#include "groups/table/member.h"

#include <gtest/gtest.h>

#include "base/sim_scheduler.h"

namespace tenon::groups {
namespace {

class MemberTest : public ::testing::Test {
 protected:
  MemberTest() { member.protocols = {{"range", {1}}, {"sticky", {2}}}; }
  SimScheduler scheduler;
  Member member{scheduler};
};

TEST_F(MemberTest, finds_its_words_in_a_protocol) {
  EXPECT_EQ(member.metadata("sticky"), Bytes{2});
  EXPECT_TRUE(member.metadata("none").empty());
  EXPECT_TRUE(member.supports("range"));
  EXPECT_FALSE(member.supports("none"));
}

TEST_F(MemberTest, matches_the_same_words_in_the_same_order_only) {
  EXPECT_TRUE(member.matches({{"range", {1}}, {"sticky", {2}}}));
  EXPECT_FALSE(member.matches({{"sticky", {2}}, {"range", {1}}}));
  EXPECT_FALSE(member.matches({{"range", {1}}, {"sticky", {3}}}));
  EXPECT_FALSE(member.matches({{"range", {1}}}));
}

}  // namespace
}  // namespace tenon::groups
