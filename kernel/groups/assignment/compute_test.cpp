// SPDX-License-Identifier: Apache-2.0

#include "groups/assignment/compute.h"

#include "groups/testing/sim_assignors.h"
#include "metadata/metadata_fixture.h"

namespace tenon::groups {
namespace {

using plugin::AssignorGroup;

// Topics "orders" of two partitions, "audit" of one and the internal "__consumer_offsets".
class ComputeTest : public metadata::MetadataFixture {
 protected:
  ComputeTest() {
    input_.image = after({topic("orders", 1), partition(1, 0), partition(1, 1), topic("audit", 2),
                          partition(2, 0), topic("__consumer_offsets", 3), partition(3, 0)});
  }
  void add(const std::string& id, std::vector<std::string> topics, std::string regex = "",
           Partitions owned = {}) {
    input_.members.push_back({.id = id,
                              .instance_id = std::nullopt,
                              .rack = "",
                              .topics = std::move(topics),
                              .regex = std::move(regex),
                              .owned = std::move(owned),
                              .generation = 1});
  }
  Assignment compute() {
    return compute_assignment(input_,
                              [this](const AssignorGroup& group) {
                                asked_ = group;
                                return SimAssignors::deal(group);
                              })
        .value();
  }

  AssignmentInput input_;
  AssignorGroup asked_;
};

TEST_F(ComputeTest, gives_each_member_its_partitions) {
  add("a", {"orders"});
  add("b", {"orders", "audit"});
  const Assignment answer = compute();
  EXPECT_EQ(answer.by_member.at(0), (Partitions{{id(1), 0}}));
  EXPECT_EQ(answer.by_member.at(1), make_partitions({{id(1), 1}, {id(2), 0}}));
}

TEST_F(ComputeTest, passes_over_topics_that_do_not_exist) {
  add("a", {"nowhere", "orders"});
  EXPECT_EQ(compute().by_member.at(0).size(), 2u);
  ASSERT_EQ(asked_.topics.size(), 1u);
  EXPECT_EQ(asked_.topics[0].name, "orders");
}

TEST_F(ComputeTest, resolves_expressions_but_not_to_internal_topics) {
  add("a", {}, ".*");
  add("b", {}, "au.*");
  const Assignment answer = compute();
  using Names = std::vector<std::string>;
  EXPECT_EQ(answer.topics_of_regex.at(".*"), (Names{"audit", "orders"}));
  EXPECT_EQ(answer.topics_of_regex.at("au.*"), (Names{"audit"}));
  EXPECT_EQ(asked_.members.at(1).topics.size(), 1u);
}

TEST_F(ComputeTest, tells_the_assignor_what_members_own_of_subscribed_topics) {
  add("a", {"orders"}, "", {{id(1), 1}, {id(2), 0}, {id(9), 0}});
  compute();
  ASSERT_EQ(asked_.members.at(0).owned.size(), 1u);
  EXPECT_EQ(asked_.members[0].owned[0].partition, 1u);
}

TEST_F(ComputeTest, its_hash_stands_for_the_subscribed_topics) {
  add("a", {"orders"});
  const int64_t before = compute().metadata_hash;
  input_.image = after(*input_.image, {topic("other", 4), partition(4, 0)});
  EXPECT_EQ(compute().metadata_hash, before);
  input_.image = after(*input_.image, {partition(1, 2)});
  EXPECT_NE(compute().metadata_hash, before);
}

TEST_F(ComputeTest, answers_with_the_assignors_error) {
  add("a", {"orders"});
  const auto failed = compute_assignment(
      input_, [](const AssignorGroup&) { return fail(Errc::kPluginFailed, "geo", "no idea"); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().text(), "geo: no idea");
}

}  // namespace
}  // namespace tenon::groups
