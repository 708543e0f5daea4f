// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/reconcile.h"

#include <gtest/gtest.h>

namespace tenon::groups {
namespace {

const Uuid kTopic = Uuid::from_random(1, 1);

Partitions parts(std::vector<int32_t> numbers) {
  std::vector<IdPartition> all;
  for (const int32_t number : numbers) all.push_back({kTopic, number});
  return make_partitions(std::move(all));
}

class ReconcileTest : public testing::Test {
 protected:
  MemberProgress step(const MemberProgress& member, int32_t epoch, std::vector<int32_t> target) {
    const Partitions wanted = parts(std::move(target));
    return reconcile(member, {.epoch = epoch, .partitions = wanted},
                     {.owned = owned_ ? &*owned_ : nullptr,
                      .is_taken = [this](const IdPartition& one) { return contains(taken_, one); }})
        .value();
  }
  std::optional<Partitions> owned_;
  Partitions taken_;
};

TEST_F(ReconcileTest, a_member_at_the_target_stays_as_it_is) {
  const MemberProgress member{.epoch = 3, .previous_epoch = 2, .assigned = parts({0})};
  EXPECT_EQ(step(member, 3, {0, 1}), member);
}

TEST_F(ReconcileTest, what_is_free_comes_at_once) {
  const auto next = step({.epoch = 3, .assigned = parts({0})}, 4, {0, 1});
  EXPECT_EQ(next, (MemberProgress{.epoch = 4,
                                  .previous_epoch = 3,
                                  .state = MemberState::kStable,
                                  .assigned = parts({0, 1})}));
}

TEST_F(ReconcileTest, what_others_have_is_waited_for) {
  taken_ = parts({1});
  const auto next = step({.epoch = 3, .assigned = parts({0})}, 4, {0, 1, 2});
  EXPECT_EQ(next.state, MemberState::kUnreleasedPartitions);
  EXPECT_EQ(next.epoch, 4);
  EXPECT_EQ(next.assigned, parts({0, 2}));
  taken_.clear();
  const auto then = step(next, 4, {0, 1, 2});
  EXPECT_EQ(then.state, MemberState::kStable);
  EXPECT_EQ(then.assigned, parts({0, 1, 2}));
}

TEST_F(ReconcileTest, what_is_lost_is_given_up_before_anything_new_comes) {
  const auto next = step({.epoch = 3, .assigned = parts({0, 1})}, 5, {0, 2});
  EXPECT_EQ(next, (MemberProgress{.epoch = 3,
                                  .previous_epoch = 0,
                                  .state = MemberState::kUnrevokedPartitions,
                                  .assigned = parts({0}),
                                  .revoking = parts({1})}));
  EXPECT_EQ(step(next, 5, {0, 2}), next);  // it says nothing
  owned_ = parts({0, 1});
  EXPECT_EQ(step(next, 5, {0, 2}), next);  // it still has it
  owned_ = parts({0});
  const auto then = step(next, 5, {0, 2});
  EXPECT_EQ(then.epoch, 5);
  EXPECT_EQ(then.assigned, parts({0, 2}));
  EXPECT_EQ(then.revoking, Partitions{});
}

TEST_F(ReconcileTest, a_member_that_says_it_has_nothing_needs_to_give_up_nothing) {
  owned_ = Partitions{};
  const auto next = step({.epoch = 0, .assigned = parts({0, 1})}, 5, {1});
  EXPECT_EQ(next.state, MemberState::kStable);
  EXPECT_EQ(next.assigned, parts({1}));
}

TEST_F(ReconcileTest, what_comes_back_while_it_is_given_up_is_given_up_all_the_same) {
  const MemberProgress giving{.epoch = 3,
                              .previous_epoch = 2,
                              .state = MemberState::kUnrevokedPartitions,
                              .assigned = parts({0}),
                              .revoking = parts({1})};
  owned_ = parts({0});
  taken_ = parts({0, 1});  // by itself
  const auto next = step(giving, 6, {0, 1});
  EXPECT_EQ(next.state, MemberState::kUnreleasedPartitions);
  EXPECT_EQ(next.assigned, parts({0}));
}

TEST_F(ReconcileTest, a_member_in_a_state_of_a_later_version_begins_anew) {
  const MemberProgress strange{.epoch = 3, .state = MemberState::kUnknown, .assigned = parts({0})};
  const Partitions target = parts({0});
  EXPECT_FALSE(reconcile(strange, {.epoch = 4, .partitions = target}, {}));
  owned_ = Partitions{};
  EXPECT_EQ(step(strange, 4, {0}).epoch, 4);
}

}  // namespace
}  // namespace tenon::groups
