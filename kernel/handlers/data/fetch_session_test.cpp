// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/fetch_session.h"

#include <gtest/gtest.h>

#include <numeric>

namespace tenon::handlers {
namespace {

class FetchSessionsTest : public testing::Test {
 protected:
  static wire::FetchRequest request(int32_t id, int32_t epoch, std::vector<int32_t> partitions) {
    wire::FetchRequest made;
    made.session_id = id;
    made.session_epoch = epoch;
    if (partitions.empty()) return made;
    auto& topic = made.topics.emplace_back();
    topic.topic = "t";
    for (const int32_t partition : partitions) topic.partitions.push_back({.partition = partition});
    return made;
  }
  Result<FetchPlan> plan(const wire::FetchRequest& asked, int16_t version = 12) {
    return sessions_.plan(asked, version, now_, random_);
  }
  static std::vector<int32_t> partitions(const FetchPlan& plan) {
    std::vector<int32_t> out;
    for (const auto& target : plan.targets) out.push_back(target.asked.partition);
    return out;
  }
  static wire::FetchResponse::PartitionData says(int64_t high_watermark, size_t bytes = 0) {
    wire::FetchResponse::PartitionData data;
    data.high_watermark = high_watermark;
    data.log_start_offset = 0;
    if (bytes > 0) data.records = Payload::own(Bytes(bytes));
    return data;
  }

  SeededRandom random_{1};
  MonoTime now_{};
  FetchSessions sessions_{2, 1, 4};
};

TEST_F(FetchSessionsTest, a_full_fetch_makes_a_session_of_this_shard) {
  const auto first = plan(request(0, 0, {0, 1}));
  ASSERT_TRUE(first->session);
  EXPECT_EQ(first->session_id() % 4, 1);
  EXPECT_FALSE(first->incremental);
}

TEST_F(FetchSessionsTest, a_final_epoch_makes_none_and_ends_the_named_one) {
  const int32_t id = plan(request(0, 0, {0}))->session_id();
  const auto last = plan(request(id, -1, {0}));
  EXPECT_EQ(last->session_id(), 0);
  EXPECT_EQ(sessions_.size(), 0U);
}

TEST_F(FetchSessionsTest, an_incremental_fetch_adds_and_forgets) {
  const int32_t id = plan(request(0, 0, {0, 1}))->session_id();
  auto next = request(id, 1, {2});
  next.forgotten_topics_data.push_back({.topic = "t", .topic_id = {}, .partitions = {0}});
  const auto planned = plan(next);
  EXPECT_TRUE(planned->incremental);
  EXPECT_EQ(partitions(*planned), (std::vector{1, 2}));
}

TEST_F(FetchSessionsTest, refuses_unknown_ids_and_wrong_epochs) {
  EXPECT_EQ(plan(request(77, 1, {})).error().code, Errc::kFetchSessionIdNotFound);
  const int32_t id = plan(request(0, 0, {0}))->session_id();
  EXPECT_EQ(plan(request(id, 2, {})).error().code, Errc::kInvalidFetchSessionEpoch);
}

TEST_F(FetchSessionsTest, refuses_ids_in_a_session_of_names) {
  const int32_t id = plan(request(0, 0, {0}))->session_id();
  EXPECT_EQ(plan(request(id, 1, {}), 13).error().code, Errc::kFetchSessionTopicIdError);
}

TEST_F(FetchSessionsTest, only_news_is_told) {
  const auto first = plan(request(0, 0, {0}));
  EXPECT_TRUE(first->session->note(first->targets[0], says(5)));
  EXPECT_FALSE(first->session->note(first->targets[0], says(5)));
  EXPECT_TRUE(first->session->note(first->targets[0], says(6)));
}

TEST_F(FetchSessionsTest, a_partition_that_had_records_goes_to_the_end) {
  const auto first = plan(request(0, 0, {0, 1, 2}));
  first->session->note(first->targets[0], says(5, 10));
  EXPECT_EQ(partitions(*plan(request(first->session_id(), 1, {}))), (std::vector{1, 2, 0}));
}

TEST_F(FetchSessionsTest, a_full_table_gives_up_only_what_was_unused_for_long) {
  plan(request(0, 0, {0}));
  plan(request(0, 0, {0}));
  EXPECT_EQ(plan(request(0, 0, {0}))->session_id(), 0);
  now_ += std::chrono::minutes(3);
  EXPECT_NE(plan(request(0, 0, {0}))->session_id(), 0);
  EXPECT_EQ(sessions_.size(), 2U);
}

TEST_F(FetchSessionsTest, finds_each_of_thousands_of_partitions) {
  std::vector<int32_t> many(FetchSession::kEntriesMax);
  std::iota(many.begin(), many.end(), 0);
  const auto first = plan(request(0, 0, many));
  ASSERT_TRUE(first->session);
  for (const auto& target : first->targets) first->session->note(target, says(5, 1));
  EXPECT_EQ(partitions(*plan(request(first->session_id(), 1, many))), many);
}

TEST_F(FetchSessionsTest, more_partitions_than_a_session_holds_are_served_without_one) {
  const auto first = plan(request(0, 0, std::vector<int32_t>(FetchSession::kEntriesMax + 1)));
  EXPECT_EQ(first->session_id(), 0);
  EXPECT_EQ(first->targets.size(), FetchSession::kEntriesMax + 1);
}

TEST_F(FetchSessionsTest, a_session_that_would_grow_too_large_ends) {
  std::vector<int32_t> many(FetchSession::kEntriesMax);
  std::iota(many.begin(), many.end(), 0);
  const int32_t id = plan(request(0, 0, many))->session_id();
  EXPECT_EQ(plan(request(id, 1, {-1})).error().code, Errc::kFetchSessionIdNotFound);
  EXPECT_EQ(sessions_.size(), 0U);
}

TEST_F(FetchSessionsTest, refuses_names_that_no_topic_has) {
  auto asked = request(0, 0, {0});
  asked.topics[0].topic.assign(250, 'x');
  EXPECT_EQ(plan(asked).error().code, Errc::kInvalidTopic);
}

}  // namespace
}  // namespace tenon::handlers
