// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/join_group.h"

#include "handlers/groups/describe_groups.h"
#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;
using JoinGroupTest = GroupHandlerTest;

TEST_F(JoinGroupTest, a_first_member_leads_generation_1) {
  find_coordinator();
  const auto joined = join("g");
  EXPECT_EQ(code(joined.error_code), ErrorCode::kNone);
  EXPECT_EQ(joined.generation_id, 1);
  EXPECT_EQ(joined.leader, joined.member_id);
  EXPECT_EQ(joined.protocol_name, "range");
}

TEST_F(JoinGroupTest, the_version_decides_whether_a_member_id_is_required) {
  find_coordinator();
  const auto first = join("g", "", 4);
  EXPECT_EQ(code(first.error_code), ErrorCode::kMemberIdRequired);
  EXPECT_EQ(code(join("g", first.member_id, 4).error_code), ErrorCode::kNone);
}

TEST_F(JoinGroupTest, the_coordinator_learns_who_asks) {
  find_coordinator();
  const auto joined = join("g");
  EXPECT_TRUE(joined.member_id.starts_with("client-")) << joined.member_id;
  sync("g", joined);
  const auto described = ask(handle_describe_groups, {.groups = {"g"}});
  EXPECT_EQ(described.groups.at(0).members.at(0).client_id, "client");
  EXPECT_NE(described.groups.at(0).members.at(0).client_host.find("10.0.0.7"), std::string::npos);
}

TEST_F(JoinGroupTest, a_peer_that_is_gone_is_not_waited_for_and_its_member_stays) {
  const auto first = stable("g");
  // Waits for the first member to join again.
  auto parked = begin(handle_join_group, join_request("g"), 3);
  scheduler_.run();
  EXPECT_FALSE(parked.ready());
  connection_.peer_gone.happen();
  scheduler_.run();
  ASSERT_TRUE(parked.ready());
  EXPECT_EQ(code(wait(std::move(parked)).error_code), ErrorCode::kCoordinatorNotAvailable);
  const auto described = ask(handle_describe_groups, {.groups = {"g"}});
  EXPECT_EQ(described.groups.at(0).members.size(), 2U);
  EXPECT_EQ(described.groups.at(0).group_state, "PreparingRebalance");
}

TEST_F(JoinGroupTest, without_the_offsets_topic_there_is_no_coordinator) {
  EXPECT_EQ(code(join("g").error_code), ErrorCode::kCoordinatorNotAvailable);
}

}  // namespace
}  // namespace tenon::handlers
