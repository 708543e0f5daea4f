// SPDX-License-Identifier: Apache-2.0

#include "groups/classic/rejoin_cause.h"

#include "groups/testing/group_fixture.h"

namespace tenon::groups {
namespace {

// What a member of one protocol said and was assigned.
class RejoinCauseTest : public ::testing::Test {
 protected:
  static Bytes words(std::vector<std::string> topics, std::vector<int32_t> owned) {
    wire::ConsumerProtocolSubscription said{.topics = std::move(topics)};
    if (!owned.empty()) said.owned_partitions = {{"orders", std::move(owned)}};
    return wire::encode_versioned(std::move(said), 1);
  }
  static Bytes assigned(std::vector<int32_t> partitions) {
    wire::ConsumerProtocolAssignment assignment;
    assignment.assigned_partitions = {{"orders", std::move(partitions)}};
    return wire::encode_versioned(std::move(assignment), 1);
  }
  Cause cause(Bytes now, bool leads) {
    return cause_of_rejoin(member, {{"cooperative-sticky", std::move(now)}}, leads);
  }
  void said(Bytes before) { member.protocols = {{"cooperative-sticky", std::move(before)}}; }

  SimScheduler scheduler;
  Member member{scheduler};
};

TEST_F(RejoinCauseTest, the_order_of_topics_does_not_matter) {
  said(words({"a", "b"}, {}));
  EXPECT_EQ(cause(words({"b", "a"}, {}), true), Cause::kLeaderRejoined);
}

TEST_F(RejoinCauseTest, a_member_that_was_assigned_less_than_it_owned_gives_the_rest_up) {
  said(words({"orders"}, {0, 1, 2}));
  member.assignment = assigned({0, 1});
  EXPECT_EQ(cause(words({"orders"}, {0, 1}), false), Cause::kPartitionsGivenUp);
  EXPECT_EQ(cause(words({"orders"}, {0, 1}), true), Cause::kPartitionsGivenUp);
}

TEST_F(RejoinCauseTest, a_leader_that_kept_what_it_owned_has_its_own_reasons) {
  said(words({"orders"}, {0, 1}));
  member.assignment = assigned({0, 1, 2});
  EXPECT_EQ(cause(words({"orders"}, {0, 1, 2}), true), Cause::kLeaderRejoined);
}

TEST_F(RejoinCauseTest, other_protocols_are_another_assignor) {
  said(words({"orders"}, {}));
  EXPECT_EQ(cause_of_rejoin(member, {{"range", words({"orders"}, {})}}, true),
            Cause::kAssignorChanged);
}

TEST_F(RejoinCauseTest, words_that_cannot_be_read_are_another_subscription) {
  said(bytes_of("?"));
  EXPECT_EQ(cause(bytes_of("!"), false), Cause::kSubscriptionChanged);
}

}  // namespace
}  // namespace tenon::groups
