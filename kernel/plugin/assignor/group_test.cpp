// SPDX-License-Identifier: Apache-2.0
#include "plugin/assignor/group.h"

#include <gtest/gtest.h>

namespace tenon::plugin {
namespace {

std::string text_of(tn_bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data), bytes.len};
}

class FlatGroupTest : public testing::Test {
 protected:
  // Who reads each partition now, of one topic of four.
  static std::vector<int32_t> current(std::vector<GroupMember> members) {
    AssignorGroup group{.members = std::move(members), .topics = {{.name = "t", .partitions = 4}}};
    const FlatGroup flat(group);
    return {flat.input().current, flat.input().current + 4};
  }
  static GroupMember owner(std::string_view id, int32_t generation,
                           std::vector<GroupPartition> owned) {
    return {.id = id, .owned = std::move(owned), .generation = generation};
  }
};

TEST_F(FlatGroupTest, partitions_are_numbered_over_all_topics) {
  const AssignorGroup group{.members = {},
                            .topics = {{.name = "a", .id = {{1}}, .partitions = 2},
                                       {.name = "b", .id = {{2}}, .partitions = 0},
                                       {.name = "c", .id = {{3}}, .partitions = 3}}};
  const FlatGroup flat(group);
  const tn_assignor_input& input = flat.input();
  EXPECT_EQ(std::vector(input.partition_at, input.partition_at + 4),
            (std::vector<uint32_t>{0, 2, 2, 5}));
  EXPECT_EQ(input.n_partitions, 5u);
  EXPECT_EQ(text_of(input.topic_names[2]), "c");
  EXPECT_EQ(input.topic_ids[32], 3);
  EXPECT_EQ(input.replica_at, nullptr);
}

TEST_F(FlatGroupTest, subscriptions_are_sorted_and_each_once) {
  const AssignorGroup group{.members = {{.id = "m", .topics = {2, 0, 2}}, {.id = "n"}},
                            .topics = {{.name = "a"}, {.name = "b"}, {.name = "c"}}};
  const FlatGroup flat(group);
  const tn_assignor_input& input = flat.input();
  EXPECT_EQ(std::vector(input.subscription_at, input.subscription_at + 3),
            (std::vector<uint32_t>{0, 2, 2}));
  EXPECT_TRUE(flat.subscribes(0, 2));
  EXPECT_FALSE(flat.subscribes(0, 1));
  EXPECT_FALSE(flat.subscribes(1, 0));
}

TEST_F(FlatGroupTest, a_dynamic_member_has_no_instance_id_and_an_empty_one_is_one) {
  const AssignorGroup group{.members = {{.id = "a"}, {.id = "b", .instance_id = ""}}, .topics = {}};
  const FlatGroup flat(group);
  EXPECT_EQ(flat.input().instance_ids[0].data, nullptr);
  EXPECT_NE(flat.input().instance_ids[1].data, nullptr);
}

TEST_F(FlatGroupTest, racks_become_numbers_that_members_and_replicas_share) {
  const AssignorGroup group{
      .members = {{.id = "a", .rack = "x"}, {.id = "b"}},
      .topics = {{.name = "t", .partitions = 2, .racks = {{"y", "x", "y", ""}}}}};
  const FlatGroup flat(group);
  const tn_assignor_input& input = flat.input();
  EXPECT_EQ(input.n_racks, 2u);
  EXPECT_EQ(input.member_racks[0], 0);
  EXPECT_EQ(input.member_racks[1], TN_NO_RACK);
  EXPECT_EQ(std::vector(input.replica_at, input.replica_at + 3), (std::vector<uint32_t>{0, 2, 2}));
  EXPECT_EQ(std::vector(input.replica_racks, input.replica_racks + 2),
            (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(text_of(input.rack_names[1]), "y");
}

TEST_F(FlatGroupTest, the_higher_generation_has_what_two_members_claim) {
  EXPECT_EQ(current({owner("a", 3, {{0, 0}, {0, 1}}), owner("b", 4, {{0, 1}, {0, 2}})}),
            (std::vector<int32_t>{0, 1, 1, TN_NOBODY}));
  EXPECT_EQ(current({owner("b", 4, {{0, 1}}), owner("a", 3, {{0, 1}})}),
            (std::vector<int32_t>{TN_NOBODY, 0, TN_NOBODY, TN_NOBODY}));
}

TEST_F(FlatGroupTest, of_one_generation_nobody_has_what_two_claim) {
  const std::vector<int32_t> nobody(4, TN_NOBODY);
  EXPECT_EQ(current({owner("a", 3, {{0, 1}}), owner("b", 3, {{0, 1}})}), nobody);
  EXPECT_EQ(current({owner("a", 3, {{0, 1}}), owner("b", 3, {{0, 1}}), owner("c", 3, {{0, 1}})}),
            nobody);
}

TEST_F(FlatGroupTest, a_member_that_claims_twice_has_it_once) {
  EXPECT_EQ(current({owner("a", 3, {{0, 1}, {0, 1}})}),
            (std::vector<int32_t>{TN_NOBODY, 0, TN_NOBODY, TN_NOBODY}));
}

TEST_F(FlatGroupTest, claims_to_what_is_not_there_are_passed_over) {
  EXPECT_EQ(current({owner("a", 3, {{0, 4}, {1, 0}, {UINT32_MAX, UINT32_MAX}, {0, UINT32_MAX}})}),
            std::vector<int32_t>(4, TN_NOBODY));
}

}  // namespace
}  // namespace tenon::plugin
