// SPDX-License-Identifier: Apache-2.0
//
// Offsets of consumer groups (KIP-848): who may commit and read them, and when they go.

#include "groups/offsets/offset_commits.h"

#include "groups/testing/consumer_fixture.h"

namespace tenon::groups {
namespace {

class ConsumerOffsetsTest : public ConsumerFixture {
 protected:
  ErrorCode commit_as(const Member& member, int64_t offset, const std::string& topic = "orders") {
    Commit commit{.offset = offset, .member_id = member.id, .generation = member.epoch};
    commit.topic = topic;
    commit.version = 9;
    return this->commit(commit);
  }
  // OffsetFetch version 9: who asks, and at which epoch.
  ErrorCode fetch_as(std::optional<std::string> member_id, int32_t epoch) {
    wire::OffsetFetchRequest::OffsetFetchRequestGroup request;
    request.group_id = "g";
    request.member_id = std::move(member_id);
    request.member_epoch = epoch;
    request.topics.reset();
    return call(coordinator->offset_fetch(std::move(request), true)).error();
  }
  wire::OffsetDeleteResponse delete_offset(const std::string& topic) {
    wire::OffsetDeleteRequest request;
    request.group_id = "g";
    request.topics.push_back({.name = topic, .partitions = {{.partition_index = 0}}});
    return call(coordinator->offset_delete(std::move(request))).get();
  }
  ErrorCode deletion_of(const std::string& topic) {
    const auto response = delete_offset(topic);
    EXPECT_EQ(response.error_code, 0);
    return static_cast<ErrorCode>(response.topics.at(0).partitions.at(0).error_code);
  }
  // Long enough for the check that comes every ten minutes.
  void pass_retention() {
    pass(milliseconds(config.offsets_retention_ms));
    pass(std::chrono::minutes(11));
  }
};

TEST_F(ConsumerOffsetsTest, a_member_commits_at_its_epoch) {
  Member a = joined({.id = "a"});
  EXPECT_EQ(commit_as(a, 5), ErrorCode::kNone);
  EXPECT_EQ(fetch(), 5);
  Member stale = a;
  stale.epoch = 7;
  EXPECT_EQ(commit_as(stale, 6), ErrorCode::kStaleMemberEpoch);
  EXPECT_EQ(commit_as({.id = "b", .epoch = 1}, 6), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(fetch(), 5);
}

TEST_F(ConsumerOffsetsTest, older_requests_know_no_epochs) {
  Member a = joined({.id = "a"});
  EXPECT_EQ(commit({.offset = 5, .member_id = "a", .generation = 1}),
            ErrorCode::kUnsupportedVersion);
}

TEST_F(ConsumerOffsetsTest, a_tool_commits_only_while_nobody_is_there) {
  Member a = joined({.id = "a"});
  EXPECT_EQ(commit({.offset = 5}), ErrorCode::kUnknownMemberId);
  say_goodbye(a);
  EXPECT_EQ(commit({.offset = 5}), ErrorCode::kNone);
  EXPECT_EQ(fetch(), 5);
}

TEST_F(ConsumerOffsetsTest, who_says_who_it_is_must_be_right_about_it_to_read) {
  Member a = joined({.id = "a"});
  commit_as(a, 5);
  EXPECT_EQ(fetch_as("a", 1), ErrorCode::kNone);
  EXPECT_EQ(fetch_as("a", 2), ErrorCode::kStaleMemberEpoch);
  EXPECT_EQ(fetch_as("b", 1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(fetch_as(std::nullopt, 1), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(fetch_as(std::nullopt, -1), ErrorCode::kNone);
}

TEST_F(ConsumerOffsetsTest, offsets_of_what_is_read_cannot_be_deleted) {
  add_topic("audit", 1);
  Member a = joined({.id = "a", .topics = {"orders", "audit"}});
  commit_as(a, 5);
  commit_as(a, 6, "audit");
  EXPECT_EQ(deletion_of("orders"), ErrorCode::kGroupSubscribedToTopic);
  a.topics = {"audit"};
  beat(a);
  EXPECT_EQ(deletion_of("orders"), ErrorCode::kNone);
  EXPECT_EQ(fetch(), -1);
  EXPECT_EQ(fetch("audit"), 6);
  a.topics = {};
  a.regex = "au.*";
  beat(a);
  EXPECT_EQ(deletion_of("audit"), ErrorCode::kGroupSubscribedToTopic);
}

TEST_F(ConsumerOffsetsTest, offsets_of_what_is_read_do_not_expire) {
  add_topic("audit", 1);
  Member a = joined({.id = "a"});
  commit_as(a, 5);
  commit_as(a, 6, "audit");
  for (milliseconds gone{0}; gone.count() < config.offsets_retention_ms + 700'000;
       gone += seconds(40)) {
    pass(seconds(40));
    beat_bare(a);
  }
  EXPECT_EQ(fetch(), 5);
  EXPECT_EQ(fetch("audit"), -1);
}

TEST_F(ConsumerOffsetsTest, an_empty_group_goes_with_its_last_offset) {
  Member a = joined({.id = "a"});
  commit_as(a, 5);
  say_goodbye(a);
  EXPECT_EQ(status(), "Empty 2/1");
  pass_retention();
  EXPECT_EQ(fetch(), -1);
  EXPECT_EQ(status(), "error 69");
  restart();
  EXPECT_EQ(status(), "error 69");
  EXPECT_EQ(fetch(), -1);
}

TEST_F(ConsumerOffsetsTest, a_group_that_somebody_joins_just_then_stays) {
  Member a = joined({.id = "a"});
  say_goodbye(a);
  pass(std::chrono::minutes(9));
  log.hold();
  Member b{.id = "b"};
  auto joining = start_heartbeat(full(b));
  pass(std::chrono::minutes(2));  // the check finds it being decided on
  log.release();
  run();
  EXPECT_EQ(joining.get().error_code, 0);
  EXPECT_EQ(described().members.size(), 1u);
}

TEST_F(ConsumerOffsetsTest, deleting_the_group_deletes_its_offsets) {
  Member a = joined({.id = "a"});
  commit_as(a, 5);
  EXPECT_EQ(delete_group(), ErrorCode::kNonEmptyGroup);
  say_goodbye(a);
  EXPECT_EQ(delete_group(), ErrorCode::kNone);
  EXPECT_EQ(delete_group(), ErrorCode::kGroupIdNotFound);
  restart();
  EXPECT_EQ(fetch(), -1);
}

TEST_F(ConsumerOffsetsTest, both_types_are_listed_by_state_and_by_type) {
  joined({.id = "a"});
  Join classic;
  classic.group = "classic";
  start_join(classic);
  const auto listed = [this](std::vector<std::string> states, std::vector<std::string> types) {
    wire::ListGroupsRequest request;
    request.states_filter = std::move(states);
    request.types_filter = std::move(types);
    std::string text;
    for (const auto& group : call(coordinator->list_groups(request)).get().groups) {
      text += group.group_id + ":" + group.group_type + ":" + group.protocol_type + ":" +
              group.group_state + " ";
    }
    return text;
  };
  EXPECT_EQ(listed({}, {"Consumer"}), "g:consumer:consumer:Stable ");
  EXPECT_EQ(listed({"stable"}, {}), "g:consumer:consumer:Stable ");
  EXPECT_EQ(listed({"Empty"}, {"consumer"}), "");
}

}  // namespace
}  // namespace tenon::groups
