// SPDX-License-Identifier: Apache-2.0

#include "handlers/groups/find_coordinator.h"

#include "groups/partitioning.h"
#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class FindCoordinatorTest : public HandlerTest {
 protected:
  static constexpr int8_t kGroup = 0, kTransaction = 1, kShare = 2;

  wire::FindCoordinatorResponse find(std::vector<std::string> keys, int8_t type = kGroup) {
    wire::FindCoordinatorRequest request;
    request.key_type = type;
    request.coordinator_keys = std::move(keys);
    return ask(handle_find_coordinator, std::move(request), 5);
  }
};

TEST_F(FindCoordinatorTest, finds_this_broker_for_each_group) {
  const auto found = find({"g", "h"}).coordinators;
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].key, "h");
  EXPECT_EQ(code(found[1].error_code), ErrorCode::kNone);
  EXPECT_EQ(found[1].node_id, 1);
  EXPECT_EQ(found[1].host + ":" + std::to_string(found[1].port), "broker.test:9092");
}

TEST_F(FindCoordinatorTest, versions_before_4_ask_for_one) {
  wire::FindCoordinatorRequest request;
  request.key = "g";
  const auto found = ask(handle_find_coordinator, request, 3);
  EXPECT_EQ(code(found.error_code), ErrorCode::kNone);
  EXPECT_EQ(found.error_message, std::nullopt);
  EXPECT_EQ(found.node_id, 1);
  EXPECT_EQ(found.port, 9092);
}

TEST_F(FindCoordinatorTest, makes_the_offsets_topic_when_the_first_group_comes) {
  EXPECT_EQ(topic(groups::kOffsetsTopic), nullptr);
  find({"g"});
  const auto* made = topic(groups::kOffsetsTopic);
  ASSERT_NE(made, nullptr);
  EXPECT_TRUE(made->internal);
  EXPECT_EQ(made->partitions.size(), 3U);
  EXPECT_EQ(made->configs.at("cleanup.policy"), "compact");
}

TEST_F(FindCoordinatorTest, two_that_make_the_offsets_topic_at_once_both_find_it) {
  wire::FindCoordinatorRequest request;
  request.coordinator_keys = {"g"};
  Call one{*services_, 0, connection_, {.api_version = 5}};
  Call two{*services_, 1, connection_, {.api_version = 5}};
  auto first = start(handle_find_coordinator(one, request));
  auto second = start(handle_find_coordinator(two, request));
  EXPECT_EQ(code(wait(std::move(first)).coordinators.at(0).error_code), ErrorCode::kNone);
  EXPECT_EQ(code(wait(std::move(second)).coordinators.at(0).error_code), ErrorCode::kNone);
}

// Clients give up at once on this code; on INVALID_REQUEST they would try until they time out.
TEST_F(FindCoordinatorTest, clients_of_transactions_are_told_that_there_are_none) {
  const auto found = find({"tx"}, kTransaction).coordinators.at(0);
  EXPECT_EQ(code(found.error_code), ErrorCode::kTransactionalIdAuthorizationFailed);
  EXPECT_EQ(found.error_message, "this broker offers no transactions");
}

TEST_F(FindCoordinatorTest, there_are_no_coordinators_of_share_groups) {
  const auto share = find({"s"}, kShare).coordinators.at(0);
  EXPECT_EQ(code(share.error_code), ErrorCode::kInvalidRequest);
  EXPECT_EQ(share.node_id, -1);
  EXPECT_EQ(topic(groups::kOffsetsTopic), nullptr);
}

}  // namespace
}  // namespace tenon::handlers
