// SPDX-License-Identifier: Apache-2.0
//
// Classic groups as a state machine: given the records in the log, when a request comes, then these
// are the answer and the records. What a group is in between is looked at in the other tests.

#include "groups/testing/group_fixture.h"
#include "record/builder.h"

namespace tenon::groups {
namespace {

class RecordedTest : public GroupFixture {
 protected:
  using Value = wire::GroupMetadataValue;

  static Value::MemberMetadata member(const std::string& id, const std::string& share = "") {
    return {.member_id = id,
            .client_id = "client",
            .client_host = "/10.0.0.1",
            .rebalance_timeout = 60'000,
            .session_timeout = 10'000,
            .subscription = subscription({"orders"}),
            .assignment = bytes_of(share)};
  }
  static Value generation(int32_t number, std::vector<Value::MemberMetadata> members) {
    Value value{.protocol_type = "consumer",
                .generation = number,
                .protocol = "range",
                .leader = members.front().member_id,
                .current_state_timestamp = 1,
                .members = {}};
    value.members = std::move(members);
    return value;
  }
  void given(Value value) {
    const statemachine::Record record = group_record("g", std::move(value));
    record::BatchBuilder builder;
    builder.add({.timestamp_ms = 1, .key = record.key, .value = *record.value});
    log.preload(builder.build());
    restart();
    given_ = group_records().size();
  }
  // The records that have come since.
  std::vector<std::optional<Value>> then() {
    auto all = group_records();
    return {all.begin() + static_cast<ptrdiff_t>(given_), all.end()};
  }
  static std::vector<std::pair<std::string, std::string>> shares(const Value& value) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& each : value.members)
      all.emplace_back(each.member_id, text_of(each.assignment));
    return all;
  }
  using Pairs = std::vector<std::pair<std::string, std::string>>;

 private:
  size_t given_ = 0;
};

TEST_F(RecordedTest, a_heartbeat_writes_nothing) {
  given(generation(3, {member("a"), member("b")}));
  EXPECT_EQ(heartbeat("a", 3), ErrorCode::kNone);
  EXPECT_TRUE(then().empty());
}

TEST_F(RecordedTest, a_member_gets_what_its_record_gave_it) {
  given(generation(3, {member("a", "one"), member("b", "two")}));
  EXPECT_EQ(text_of(sync("b", 3).get().assignment), "two");
  EXPECT_TRUE(then().empty());
}

TEST_F(RecordedTest, joining_is_written_when_the_assignment_is) {
  given(generation(3, {member("a", "one")}));
  auto newcomer = join();
  auto again = join({.member_id = "a"});
  EXPECT_EQ(again.get().generation_id, 4);
  EXPECT_TRUE(then().empty());
  const std::string b = newcomer.get().member_id;
  sync("a", 4, {{"a", "half"}, {b, "rest"}});
  ASSERT_EQ(then().size(), 1u);
  EXPECT_EQ(then()[0]->generation, 4);
  EXPECT_EQ(then()[0]->leader, "a");
  EXPECT_EQ(shares(*then()[0]), (Pairs{{"a", "half"}, {b, "rest"}}));
}

TEST_F(RecordedTest, when_the_last_member_leaves_the_next_generation_has_none) {
  given(generation(3, {member("a")}));
  EXPECT_EQ(leave("a"), ErrorCode::kNone);
  ASSERT_EQ(then().size(), 1u);
  EXPECT_EQ(then()[0]->generation, 4);
  EXPECT_EQ(then()[0]->protocol, std::nullopt);
  EXPECT_EQ(then()[0]->leader, std::nullopt);
  EXPECT_TRUE(then()[0]->members.empty());
}

TEST_F(RecordedTest, when_the_last_session_ends_the_next_generation_has_none) {
  given(generation(3, {member("a")}));
  pass(seconds(11));
  ASSERT_EQ(then().size(), 1u);
  EXPECT_EQ(then()[0]->generation, 4);
  EXPECT_TRUE(then()[0]->members.empty());
}

TEST_F(RecordedTest, a_static_member_that_returns_is_written_under_its_new_id) {
  auto one = member("one-1", "all");
  one.group_instance_id = "one";
  given(generation(3, {one}));
  Join back = as_static("one");
  back.session_ms = 20'000;
  const auto answer = start_join(back).get();
  EXPECT_EQ(answer.generation_id, 3);
  ASSERT_EQ(then().size(), 1u);
  EXPECT_EQ(then()[0]->generation, 3);
  EXPECT_EQ(then()[0]->leader, answer.member_id);
  EXPECT_EQ(then()[0]->members[0].session_timeout, 20'000);
  EXPECT_EQ(shares(*then()[0]), (Pairs{{answer.member_id, "all"}}));
}

TEST_F(RecordedTest, a_refused_request_writes_nothing) {
  given(generation(3, {member("a")}));
  EXPECT_EQ(sync("a", 2).error(), ErrorCode::kIllegalGeneration);
  EXPECT_EQ(sync("b", 3).error(), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(leave("b"), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(join({.member_id = "b"}).error(), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(start_join({.type = "connect"}).error(), ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(delete_group(), ErrorCode::kNonEmptyGroup);
  EXPECT_TRUE(then().empty());
}

TEST_F(RecordedTest, a_deletion_is_a_tombstone) {
  given(generation(3, {member("a")}));
  leave("a");
  EXPECT_EQ(delete_group(), ErrorCode::kNone);
  ASSERT_EQ(then().size(), 2u);
  EXPECT_EQ(then()[1], std::nullopt);
}

}  // namespace
}  // namespace tenon::groups
