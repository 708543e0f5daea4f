// SPDX-License-Identifier: Apache-2.0

#include "groups/migration/migration.h"

#include "groups/assignment/consumer_protocol.h"
#include "groups/table/group_records.h"
#include "groups/testing/lone_group.h"
#include "wire/codec.h"
#include "wire/records/consumer_protocol.h"

namespace tenon::groups {
namespace {

using ClassicMember = wire::GroupMetadataValue::MemberMetadata;

class MigrationRecordsTest : public LoneGroup {
 protected:
  MigrationRecordsTest() { value.members = {classic("a", {0, 1}), classic("b", {2, 3})}; }

  static Bytes subscription(int16_t version = 1, std::vector<std::string> topics = {"orders"}) {
    return wire::encode_versioned(wire::ConsumerProtocolSubscription{.topics = std::move(topics)},
                                  version);
  }
  static ClassicMember classic(const std::string& member_id, std::vector<int32_t> assigned) {
    return {.member_id = member_id,
            .group_instance_id = std::nullopt,
            .client_id = "client",
            .client_host = "10.0.0.1",
            .rebalance_timeout = 30'000,
            .session_timeout = 10'000,
            .subscription = subscription(),
            .assignment = write_assignment(parts(std::move(assigned)), 1, *image())};
  }
  // Of the classic group as its record says it is.
  Decision<Records> upgrade() {
    Group classic("g", scheduler);
    restore_group(classic, value, scheduler);
    return upgrade_records(classic, *image());
  }
  // The tombstone of the classic group aside, they are of a consumer group.
  void upgraded() {
    Records records = upgrade().value();
    EXPECT_EQ(records.front().key, group_tombstone("g").key);
    EXPECT_FALSE(records.front().value);
    records.erase(records.begin());
    replay(records);
  }
  Member& awaiting(Group& classic, const std::string& member_id, std::vector<Protocol> protocols) {
    auto member = std::make_unique<tenon::groups::Member>(scheduler);
    member->id = member_id;
    member->protocol_type = "consumer";
    member->protocols = std::move(protocols);
    return classic.add(std::move(member));
  }
  wire::GroupMetadataValue downgraded() { return classic_value(group, 7, 1234, *image()); }

  wire::GroupMetadataValue value{.protocol_type = "consumer",
                                 .generation = 7,
                                 .protocol = "range",
                                 .leader = "a",
                                 .current_state_timestamp = 99,
                                 .members = {}};
};

TEST_F(MigrationRecordsTest, a_group_goes_on_from_its_generation_with_what_everyone_has) {
  upgraded();
  EXPECT_EQ(group.epoch(), 7);
  EXPECT_EQ(group.assignment_epoch(), 7);
  EXPECT_EQ(group.state(), "Stable");
  EXPECT_EQ(group.target_of("a"), parts({0, 1}));
  EXPECT_EQ(member("b").progress,
            (MemberProgress{.epoch = 7, .previous_epoch = 7, .assigned = parts({2, 3})}));
}

TEST_F(MigrationRecordsTest, a_member_keeps_all_that_it_said) {
  value.members[0].group_instance_id = "one";
  upgraded();
  MemberWords expected = as_classic({{"range", subscription()}});
  expected.instance_id = "one";
  EXPECT_EQ(member("a").words, expected);
  EXPECT_EQ(group.find_static("one"), &member("a"));
}

TEST_F(MigrationRecordsTest, the_rack_is_in_the_words_of_version_3) {
  value.members[0].subscription = wire::encode_versioned(
      wire::ConsumerProtocolSubscription{.topics = {"orders"}, .rack_id = "far"}, 3);
  upgraded();
  EXPECT_EQ(member("a").words.rack_id, "far");
  EXPECT_EQ(member("b").words.rack_id, std::nullopt);
}

TEST_F(MigrationRecordsTest, a_member_that_has_not_synced_yet_has_nothing) {
  value.members[1].assignment.clear();
  upgraded();
  EXPECT_EQ(member("b").progress.assigned, Partitions{});
  EXPECT_EQ(group.state(), "Stable");
}

TEST_F(MigrationRecordsTest, topics_that_are_gone_are_nobodys) {
  value.members[0].assignment = wire::encode_versioned(
      wire::ConsumerProtocolAssignment{.assigned_partitions = {{"gone", {0}}, {"orders", {1, 9}}}},
      1);
  upgraded();
  EXPECT_EQ(member("a").progress.assigned, parts({1}));
  EXPECT_EQ(group.target_of("a"), parts({1}));
}

TEST_F(MigrationRecordsTest, words_of_a_later_version_are_read_as_far_as_they_are_known) {
  value.members[0].subscription = subscription(3);
  value.members[0].subscription[1] = 9;
  value.members[0].subscription.push_back(7);
  upgraded();
  EXPECT_EQ(member("a").words.topics, std::vector<std::string>{"orders"});
}

TEST_F(MigrationRecordsTest, what_cannot_be_read_or_is_no_consumer_stays_classic) {
  const auto whole = value;
  value.members[0].subscription = {0};
  EXPECT_EQ(code(upgrade()), ErrorCode::kGroupIdNotFound);
  value = whole;
  value.members[1].assignment = {0, 1, 9};
  EXPECT_EQ(code(upgrade()), ErrorCode::kGroupIdNotFound);
  value = whole;
  value.protocol_type = "connect";
  EXPECT_EQ(code(upgrade()), ErrorCode::kGroupIdNotFound);
}

TEST_F(MigrationRecordsTest, a_group_that_gave_a_partition_to_two_stays_classic) {
  value.members[1].assignment = write_assignment(parts({1, 2}), 1, *image());
  EXPECT_EQ(code(upgrade()), ErrorCode::kGroupIdNotFound);
}

TEST_F(MigrationRecordsTest, before_the_first_generation_a_members_favourite_speaks_for_it) {
  Group classic("g", scheduler);
  awaiting(classic, "a", {{"sticky", subscription(1, {"audit"})}, {"range", subscription()}});
  Records records = upgrade_records(classic, *image()).value();
  records.erase(records.begin());
  replay(records);
  EXPECT_EQ(member("a").words.topics, std::vector<std::string>{"audit"});
  EXPECT_EQ(member("a").words.classic->protocols.size(), 2u);
  EXPECT_EQ(group.epoch(), 0);
}

TEST_F(MigrationRecordsTest, back_again_it_is_what_it_was) {
  value.members[0].group_instance_id = "one";
  value.current_state_timestamp = 1234;
  upgraded();
  EXPECT_EQ(group_record("g", downgraded()).value, group_record("g", value).value);
}

TEST_F(MigrationRecordsTest, a_member_is_given_what_it_has_and_not_what_it_was_to_have) {
  upgraded();
  group.set_target("a", parts({0, 1, 2, 3}));
  group.set_progress("b", {.epoch = 7,
                           .state = MemberState::kUnrevokedPartitions,
                           .assigned = parts({2}),
                           .revoking = parts({3})});
  const auto value = downgraded();
  EXPECT_EQ(read_assignment(value.members[0].assignment, *image()), parts({0, 1}));
  EXPECT_EQ(read_assignment(value.members[1].assignment, *image()), parts({2}));
}

TEST_F(MigrationRecordsTest, the_generation_is_the_one_that_its_members_have_come_to) {
  upgraded();
  group.set_epoch(8, 0);
  EXPECT_EQ(downgraded().generation, 7);
}

TEST_F(MigrationRecordsTest, the_protocol_is_one_that_all_speak_and_its_words_are_kept) {
  const Bytes audit = subscription(1, {"audit"});
  group.set_words("a", as_classic({{"sticky", audit}, {"range", subscription()}}));
  group.set_words("b", as_classic({{"range", subscription()}}));
  const auto value = downgraded();
  EXPECT_EQ(value.protocol, "range");
  EXPECT_EQ(value.members[0].subscription, subscription());
}

TEST_F(MigrationRecordsTest, an_assignment_has_the_version_of_its_members_words) {
  group.set_words("a", as_classic({{"range", subscription(0)}}));
  group.set_words("b", as_classic({{"range", subscription(3)}}));
  const auto value = downgraded();
  EXPECT_EQ(load_be<int16_t>(value.members[0].assignment.data()), 0);
  EXPECT_EQ(load_be<int16_t>(value.members[1].assignment.data()), 3);
}

TEST_F(MigrationRecordsTest, nothing_of_the_consumer_group_is_left) {
  upgraded();
  Records records = downgrade_records("g", group, downgraded());
  EXPECT_EQ(records.back().key, group_tombstone("g").key);
  EXPECT_TRUE(records.back().value);
  records.pop_back();
  EXPECT_EQ(said(records), said(consumer_group_tombstones("g", group)));
}

}  // namespace
}  // namespace tenon::groups
