// SPDX-License-Identifier: Apache-2.0

#include "handlers/offsets/offset_fetch.h"

#include "handlers/testing/group_handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class OffsetFetchTest : public GroupHandlerTest {
 protected:
  // Version 1 to 7: one group, flat.
  wire::OffsetFetchResponse fetch_flat(int16_t version,
                                       std::optional<std::vector<int32_t>> indexes) {
    wire::OffsetFetchRequest request;
    request.group_id = "g";
    if (indexes) {
      request.topics->push_back({.name = "t", .partition_indexes = *indexes});
    } else {
      request.topics.reset();
    }
    return ask(handle_offset_fetch, std::move(request), version);
  }
  wire::OffsetFetchResponse fetch(const std::vector<std::string>& groups) {
    wire::OffsetFetchRequest request;
    for (const std::string& group : groups) {
      auto& asked = request.groups.emplace_back();
      asked.group_id = group;
      asked.topics.reset();
    }
    return ask(handle_offset_fetch, std::move(request));
  }
  void committed() {
    find_coordinator();
    create("t", 2);
    commit("g", "t", {1}, 42);
  }
};

TEST_F(OffsetFetchTest, fetches_many_groups_in_the_order_of_the_request) {
  committed();
  const auto groups = fetch({"other", "g"}).groups;
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].group_id, "other");
  EXPECT_TRUE(groups[0].topics.empty());
  EXPECT_EQ(groups[1].topics.at(0).partitions.at(0).partition_index, 1);
  EXPECT_EQ(groups[1].topics.at(0).partitions.at(0).committed_offset, 42);
}

// KIP-848: who says who it is must be right about it; the others of the request do not care.
TEST_F(OffsetFetchTest, a_group_that_is_refused_does_not_keep_the_others_from_being_answered) {
  committed();
  join_consumer_group("modern");
  wire::OffsetFetchRequest request;
  request.require_stable = true;
  const auto add = [&request](const char* group, const char* member, int32_t epoch) {
    auto& asked = request.groups.emplace_back();
    asked.group_id = group;
    asked.member_id = member;
    asked.member_epoch = epoch;
    asked.topics.emplace().push_back({.name = "t", .partition_indexes = {1}});
  };
  add("modern", "m", 7);
  add("modern", "stranger", 1);
  add("missing", "m", 1);
  add("modern", "m", 1);
  add("g", "anybody", 3);
  const auto groups = ask(handle_offset_fetch, std::move(request), 9).groups;
  std::string found;
  for (const auto& group : groups) {
    found += std::string(to_string(code(group.error_code)));
    for (const auto& topic : group.topics) {
      found += ":" + std::to_string(topic.partitions.at(0).committed_offset);
    }
    found += " ";
  }
  EXPECT_EQ(found, "STALE_MEMBER_EPOCH UNKNOWN_MEMBER_ID NONE:-1 NONE:-1 NONE:42 ");
}

TEST_F(OffsetFetchTest, versions_before_8_ask_for_one_group) {
  committed();
  const auto response = fetch_flat(7, std::vector{0, 1});
  EXPECT_EQ(code(response.error_code), ErrorCode::kNone);
  EXPECT_EQ(response.topics.at(0).name, "t");
  EXPECT_EQ(response.topics.at(0).partitions.at(0).committed_offset, -1);
  EXPECT_EQ(response.topics.at(0).partitions.at(1).committed_offset, 42);
}

TEST_F(OffsetFetchTest, null_topics_mean_all_that_have_an_offset) {
  committed();
  const auto response = fetch_flat(7, std::nullopt);
  ASSERT_EQ(response.topics.size(), 1U);
  ASSERT_EQ(response.topics[0].partitions.size(), 1U);
  EXPECT_EQ(response.topics[0].partitions[0].partition_index, 1);
}

TEST_F(OffsetFetchTest, without_the_offsets_topic_there_is_no_coordinator) {
  EXPECT_EQ(code(fetch({"g"}).groups.at(0).error_code), ErrorCode::kCoordinatorNotAvailable);
  EXPECT_EQ(code(fetch_flat(7, std::vector{0}).error_code), ErrorCode::kCoordinatorNotAvailable);
}

TEST_F(OffsetFetchTest, versions_0_and_1_find_the_groups_error_at_each_partition) {
  const auto response = fetch_flat(1, std::vector{3, 4});
  ASSERT_EQ(response.topics.at(0).partitions.size(), 2U);
  for (const auto& partition : response.topics[0].partitions) {
    EXPECT_EQ(code(partition.error_code), ErrorCode::kCoordinatorNotAvailable);
    EXPECT_EQ(partition.committed_offset, -1);
  }
}

}  // namespace
}  // namespace tenon::handlers
