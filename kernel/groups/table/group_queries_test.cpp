// SPDX-License-Identifier: Apache-2.0

#include "groups/table/group_queries.h"

#include "groups/testing/consumer_fixture.h"

namespace tenon::groups {
namespace {

class GroupQueriesTest : public GroupFixture {
 protected:
  std::vector<std::string> list(std::vector<std::string> states,
                                std::vector<std::string> types = {}) {
    wire::ListGroupsRequest request;
    request.states_filter = std::move(states);
    request.types_filter = std::move(types);
    const auto response = call(coordinator->list_groups(std::move(request))).get();
    EXPECT_EQ(response.error_code, 0);
    std::vector<std::string> ids;
    for (const auto& group : response.groups) ids.push_back(group.group_id);
    return ids;
  }
};

TEST_F(GroupQueriesTest, an_unknown_group_is_described_as_dead) {
  const auto described = describe("nobody");
  EXPECT_EQ(described.group_id, "nobody");
  EXPECT_EQ(described.group_state, "Dead");
  EXPECT_EQ(described.error_code, 0);
  EXPECT_EQ(described.error_message, "there is no group nobody");
}

TEST_F(GroupQueriesTest, a_stable_group_shows_words_and_assignments) {
  auto group = settle({Join{}});
  const auto described = describe();
  EXPECT_EQ(described.protocol_data, "range");
  EXPECT_EQ(described.protocol_type, "consumer");
  ASSERT_EQ(described.members.size(), 1u);
  EXPECT_EQ(described.members[0].client_id, "client");
  EXPECT_EQ(described.members[0].client_host, "/10.0.0.1");
  EXPECT_EQ(described.members[0].member_metadata, subscription({"orders"}));
  EXPECT_EQ(text_of(described.members[0].member_assignment), "share of " + group.leader());
}

TEST_F(GroupQueriesTest, a_group_in_motion_shows_its_members_only) {
  join();
  const auto described = describe();
  EXPECT_EQ(described.protocol_data, "");
  ASSERT_EQ(described.members.size(), 1u);
  EXPECT_TRUE(described.members[0].member_metadata.empty());
}

using ConsumerGroupQueriesTest = ConsumerFixture;

TEST_F(ConsumerGroupQueriesTest, a_consumer_group_is_dead_for_those_who_ask_for_a_classic_one) {
  joined({.id = "a"});
  EXPECT_EQ(describe().group_state, "Dead");
  EXPECT_EQ(describe().error_code, 0);
  EXPECT_EQ(describe().error_message,
            "group g is not a classic group; ask with ConsumerGroupDescribe");
}

TEST_F(GroupQueriesTest, lists_by_state_and_type_without_regard_to_case) {
  settle({Join{}});
  commit({.offset = 1, .group = "simple"});
  EXPECT_EQ(list({}), (std::vector<std::string>{"g", "simple"}));
  EXPECT_EQ(list({"stable"}), (std::vector<std::string>{"g"}));
  EXPECT_EQ(list({"Empty", "Dead"}), (std::vector<std::string>{"simple"}));
  EXPECT_EQ(list({}, {"Classic"}).size(), 2u);
  EXPECT_TRUE(list({}, {"consumer"}).empty());
}

TEST_F(GroupQueriesTest, summaries_count_members_and_offsets) {
  auto group = settle({Join{}, Join{}});
  commit({.offset = 7, .member_id = group.leader(), .generation = 1});
  const auto summaries = coordinator->summaries();
  ASSERT_EQ(summaries.size(), 1u);
  EXPECT_EQ(summaries[0].id, "g");
  EXPECT_EQ(summaries[0].state, "Stable");
  EXPECT_EQ(summaries[0].members, 2u);
  EXPECT_EQ(summaries[0].offsets, 1u);
  EXPECT_EQ(summaries[0].generation, 1);
}

TEST_F(GroupQueriesTest, every_offset_is_visited_for_lag) {
  commit({.offset = 7, .group = "x", .partition = 3});
  std::vector<std::string> seen;
  coordinator->for_each_offset([&](const std::string& id, const TopicPartition& where, Offset at) {
    seen.push_back(id + " " + where.text() + " " + std::to_string(at.value));
  });
  EXPECT_EQ(seen, (std::vector<std::string>{"x orders-3 7"}));
}

}  // namespace
}  // namespace tenon::groups
