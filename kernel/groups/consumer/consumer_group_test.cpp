// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/consumer_group.h"

#include "groups/testing/lone_group.h"

namespace tenon::groups {
namespace {

class ConsumerGroupTest : public LoneGroup {
 protected:
  static MemberProgress having(std::vector<int32_t> assigned, std::vector<int32_t> revoking = {}) {
    return {.epoch = 5,
            .state = revoking.empty() ? MemberState::kStable : MemberState::kUnrevokedPartitions,
            .assigned = parts(std::move(assigned)),
            .revoking = parts(std::move(revoking))};
  }
  std::string owner(int32_t partition) const {
    const ConsumerMember* owner = group.owner(parts({partition})[0]);
    return owner ? owner->id : "";
  }
  void vote(const std::string& member_id, std::optional<std::string> assignor) {
    MemberWords words = saying();
    words.assignor = std::move(assignor);
    group.set_words(member_id, words);
  }
};

TEST_F(ConsumerGroupTest, a_group_is_empty_whatever_its_epochs) {
  EXPECT_EQ(group.state(), "Empty");
  EXPECT_TRUE(group.is_settled());
  group.set_epoch(5, 0);
  EXPECT_EQ(group.state(), "Empty");
  EXPECT_FALSE(group.is_settled());
}

TEST_F(ConsumerGroupTest, its_state_follows_the_epochs) {
  given(5, {{.id = "a", .progress = {.epoch = 5}}});
  EXPECT_EQ(group.state(), "Stable");
  group.set_epoch(6, 0);
  EXPECT_EQ(group.state(), "Assigning");
  group.set_assignment_epoch(6);
  EXPECT_EQ(group.state(), "Reconciling");
  group.set_progress("a", {.epoch = 6, .state = MemberState::kUnreleasedPartitions});
  EXPECT_EQ(group.state(), "Reconciling");
  group.set_progress("a", {.epoch = 6});
  EXPECT_EQ(group.state(), "Stable");
}

TEST_F(ConsumerGroupTest, a_member_that_goes_is_waited_for_no_longer) {
  given(5, {{.id = "a", .progress = {.epoch = 5}}, {.id = "b", .progress = {.epoch = 4}}});
  EXPECT_FALSE(group.is_settled());
  group.remove_member("b");
  EXPECT_TRUE(group.is_settled());
  group.remove_member("b");
  EXPECT_TRUE(group.is_settled());
}

TEST_F(ConsumerGroupTest, a_member_that_is_away_has_not_come_to_the_target) {
  given(5, {{.id = "a", .words = as_static("one"), .progress = {.epoch = kLeaveStaticEpoch}}});
  EXPECT_EQ(group.state(), "Reconciling");
}

TEST_F(ConsumerGroupTest, who_gives_a_partition_up_owns_it_still) {
  given(5, {{.id = "a", .progress = having({0}, {1})}});
  EXPECT_EQ(owner(0) + owner(1) + owner(2), "aa");
  group.set_progress("a", having({0, 2}));
  EXPECT_EQ(owner(0) + owner(1) + owner(2), "aa");
  EXPECT_EQ(owner(1), "");
  group.remove_member("a");
  EXPECT_EQ(owner(0) + owner(2), "");
}

TEST_F(ConsumerGroupTest, who_lost_a_partition_to_another_does_not_take_it_along) {
  given(5, {{.id = "a", .progress = having({0})}, {.id = "b", .progress = having({0})}});
  EXPECT_EQ(owner(0), "b");
  group.set_progress("a", having({1}));
  EXPECT_EQ(owner(0), "b");
  group.remove_member("a");
  EXPECT_EQ(owner(0), "b");
}

TEST_F(ConsumerGroupTest, a_member_waits_for_what_others_have_of_its_target) {
  given(5, {{.id = "a", .progress = having({0}, {1}), .target = parts({0, 1})},
            {.id = "b", .progress = having({}), .target = parts({1, 2})}});
  EXPECT_EQ(group.waits_for(member("b")), &member("a"));
  EXPECT_EQ(group.waits_for(member("a")), nullptr);  // what it gives up itself it does not wait for
  group.set_progress("a", having({0}));
  EXPECT_EQ(group.waits_for(member("b")), nullptr);
}

TEST_F(ConsumerGroupTest, nobody_waits_for_more_than_its_target) {
  given(5, {{.id = "a", .progress = having({0})}, {.id = "b", .progress = having({})}});
  EXPECT_EQ(group.waits_for(member("b")), nullptr);
  EXPECT_EQ(group.target_of("nobody"), Partitions{});
}

TEST_F(ConsumerGroupTest, the_assignor_with_most_votes_is_wanted) {
  EXPECT_EQ(group.wanted_assignor(), std::nullopt);
  vote("a", "range");
  vote("b", "uniform");
  EXPECT_EQ(group.wanted_assignor(), "range");  // of equals the first by name
  vote("c", "uniform");
  EXPECT_EQ(group.wanted_assignor(), "uniform");
  vote("b", std::nullopt);
  vote("c", std::nullopt);
  EXPECT_EQ(group.wanted_assignor(), "range");
  group.remove_member("a");
  EXPECT_EQ(group.wanted_assignor(), std::nullopt);
}

TEST_F(ConsumerGroupTest, it_reads_what_its_members_name_until_the_last_of_them_goes) {
  group.set_words("a", saying({"orders", "audit"}));
  group.set_words("b", saying({"orders"}));
  group.set_words("a", saying({"audit"}));
  EXPECT_TRUE(group.is_subscribed_to("orders"));
  group.remove_member("b");
  EXPECT_FALSE(group.is_subscribed_to("orders"));
  EXPECT_TRUE(group.is_subscribed_to("audit"));
}

TEST_F(ConsumerGroupTest, it_reads_what_its_expressions_stood_for) {
  group.set_words("a", with_regex("o.*"));
  EXPECT_FALSE(group.is_subscribed_to("orders"));
  group.set_regex("o.*", {.topics = {"opus", "orders"}});
  EXPECT_TRUE(group.is_subscribed_to("orders"));
  EXPECT_FALSE(group.is_subscribed_to("order"));
  group.remove_regex("o.*");
  EXPECT_FALSE(group.is_subscribed_to("orders"));
}

TEST_F(ConsumerGroupTest, an_expression_is_used_until_its_last_member_says_another) {
  group.set_words("a", with_regex("o.*"));
  group.set_words("b", with_regex("o.*"));
  group.set_words("a", with_regex("x"));
  EXPECT_TRUE(group.uses_regex("o.*"));
  group.set_words("b", saying());
  EXPECT_FALSE(group.uses_regex("o.*"));
}

TEST_F(ConsumerGroupTest, members_of_the_classic_protocol_are_counted_as_they_change) {
  EXPECT_TRUE(group.has_only_classic_members());
  group.set_words("a", as_classic());
  group.set_words("b", saying());
  EXPECT_EQ(group.classic_members(), 1u);
  EXPECT_FALSE(group.has_only_classic_members());
  group.remove_member("b");
  EXPECT_TRUE(group.has_only_classic_members());
  group.set_words("a", saying());
  EXPECT_EQ(group.classic_members(), 0u);
}

TEST_F(ConsumerGroupTest, a_protocol_is_shared_if_every_classic_member_speaks_it) {
  group.set_words("a", as_classic({{"range", {}}, {"sticky", {}}}));
  group.set_words("b", as_classic({{"sticky", {}}}));
  group.set_words("c", saying());
  EXPECT_TRUE(group.all_classic_support("sticky"));
  EXPECT_FALSE(group.all_classic_support("range"));
}

TEST_F(ConsumerGroupTest, an_instance_is_that_of_the_member_who_said_so_last) {
  group.set_words("a", as_static("one"));
  group.set_words("a2", as_static("one"));
  EXPECT_EQ(group.find_static("one"), &member("a2"));
  group.remove_member("a");
  EXPECT_EQ(group.find_static("one"), &member("a2"));
  group.remove_member("a2");
  EXPECT_EQ(group.find_static("one"), nullptr);
}

TEST_F(ConsumerGroupTest, a_member_that_changes_its_instance_leaves_nothing_under_the_old_one) {
  group.set_words("a", as_static("one"));
  group.set_words("a", as_static("two"));
  EXPECT_EQ(group.find_static("one"), nullptr);
  EXPECT_EQ(group.find_static("two"), &member("a"));
  group.set_words("a", saying());
  EXPECT_EQ(group.find_static("two"), nullptr);
}

TEST_F(ConsumerGroupTest, a_member_that_changes_its_instance_takes_none_from_another) {
  group.set_words("a", as_static("one"));
  group.set_words("b", as_static("one"));
  group.set_words("a", as_static("two"));
  EXPECT_EQ(group.find_static("one"), &member("b"));
}

}  // namespace
}  // namespace tenon::groups
