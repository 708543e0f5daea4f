// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/produce.h"

#include "groups/partitioning.h"
#include "handlers/groups/find_coordinator.h"
#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using replication::kAcksAll;
using replication::kAcksLeader;
using replication::kAcksNone;
using wire::ErrorCode;

class ProduceTest : public HandlerTest {
 protected:
  using Parts = std::vector<wire::ProduceRequest::PartitionProduceData>;
  using Answer = Result<std::optional<wire::ProduceResponse>>;
  using Answered = wire::ProduceResponse::PartitionProduceResponse;

  static wire::ProduceRequest to(const std::string& name, Parts parts, int16_t acks = kAcksAll) {
    wire::ProduceRequest request;
    request.acks = acks;
    request.timeout_ms = 1000;
    request.topic_data.push_back({.name = name, .partition_data = std::move(parts)});
    return request;
  }
  // The answer for the only partition of the request.
  Answered produce(wire::ProduceRequest request, int16_t version = -1) {
    return only(ask(handle_produce, std::move(request), version));
  }
  static Answered only(const Answer& answer) {
    EXPECT_TRUE(answer && *answer);
    return (*answer)->responses.at(0).partition_responses.at(0);
  }
  // A batch with a byte of its records turned over.
  Bytes damaged() {
    Bytes bytes = batch({"a"});
    bytes.back() ^= 1;
    return bytes;
  }
};

TEST_F(ProduceTest, answers_the_offset_of_the_first_record) {
  create("t");
  EXPECT_EQ(produce(to("t", {records(0, batch({"a", "b"}))})).base_offset, 0);
  const Answered second = produce(to("t", {records(0, batch({"c"}))}));
  EXPECT_EQ(code(second.error_code), ErrorCode::kNone);
  EXPECT_EQ(second.base_offset, 2);
  EXPECT_EQ(second.log_append_time_ms, -1);
  EXPECT_EQ(second.log_start_offset, 0);
}

TEST_F(ProduceTest, spreads_a_request_over_both_shards_and_keeps_its_order_in_the_answer) {
  create("t", 4);
  const auto answer =
      ask(handle_produce,
          to("t", {records(3, batch({"d"})), records(0, batch({"a"})), records(1, batch({"b"}))}));
  std::vector<int32_t> order;
  for (const auto& part : (*answer)->responses.at(0).partition_responses) {
    EXPECT_EQ(code(part.error_code), ErrorCode::kNone);
    order.push_back(part.index);
  }
  EXPECT_EQ(order, (std::vector{3, 0, 1}));
  EXPECT_EQ(partition("t", 3).offsets().log_end, Offset{1});
  EXPECT_EQ(partition("t", 2).offsets().log_end, Offset{0});
}

// The first one finds the other shard busy; the second must not overtake it.
TEST_F(ProduceTest, requests_that_follow_each_other_keep_their_order) {
  create("t", 2);
  const int32_t remote = replicas_->owner(topic("t")->id, 0) == 1 ? 0 : 1;
  shards_[1].hold();
  auto first = begin(handle_produce, to("t", {records(remote, batch({"a"}))}));
  auto second = begin(handle_produce, to("t", {records(remote, batch({"b"}))}));
  EXPECT_FALSE(first.ready() || second.ready());
  shards_[1].let_go();
  EXPECT_EQ(only(wait(std::move(first))).base_offset, 0);
  EXPECT_EQ(only(wait(std::move(second))).base_offset, 1);
}

TEST_F(ProduceTest, acks_all_waits_for_the_disk_and_acks_leader_does_not) {
  create("t");
  storage_.hold_flushes = true;
  auto all = begin(handle_produce, to("t", {records(0, batch({"a"}))}));
  auto leader = begin(handle_produce, to("t", {records(0, batch({"b"}))}, kAcksLeader));
  EXPECT_FALSE(all.ready());
  EXPECT_EQ(only(wait(std::move(leader))).base_offset, 1);
  storage_.hold_flushes = false;
  storage_.release_flush();
  EXPECT_EQ(only(wait(std::move(all))).base_offset, 0);
}

TEST_F(ProduceTest, acks_all_gives_up_at_the_timeout) {
  create("t");
  storage_.hold_flushes = true;
  auto waiting = begin(handle_produce, to("t", {records(0, batch({"a"}))}));
  scheduler_.advance(std::chrono::milliseconds(999));
  EXPECT_FALSE(waiting.ready());
  scheduler_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(code(only(wait(std::move(waiting))).error_code), ErrorCode::kRequestTimedOut);
  storage_.hold_flushes = false;
  storage_.release_flush();
}

TEST_F(ProduceTest, acks_none_is_not_answered) {
  create("t");
  const auto answer = ask(handle_produce, to("t", {records(0, batch({"a"}))}, kAcksNone));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(*answer);
  EXPECT_EQ(partition("t").offsets().log_end, Offset{1});
}

// There is no other way to tell the client (as Kafka does).
TEST_F(ProduceTest, an_error_with_acks_none_closes_the_connection) {
  EXPECT_FALSE(ask(handle_produce, to("missing", {records(0, batch({"a"}))}, kAcksNone)));
  create("t");
  EXPECT_FALSE(ask(handle_produce, to("t", {records(0, damaged())}, kAcksNone)));
}

TEST_F(ProduceTest, other_acks_are_invalid) {
  create("t");
  const Answered refused = produce(to("t", {records(0, batch({"a"}))}, 2));
  EXPECT_EQ(code(refused.error_code), ErrorCode::kInvalidRequiredAcks);
  EXPECT_EQ(refused.base_offset, -1);
  EXPECT_EQ(partition("t").offsets().log_end, Offset{0});
}

TEST_F(ProduceTest, transactions_are_refused) {
  create("t");
  auto request = to("t", {records(0, batch({"a"}))});
  request.transactional_id = "tx";
  EXPECT_EQ(code(produce(request).error_code), ErrorCode::kTransactionalIdAuthorizationFailed);
  EXPECT_EQ(partition("t").offsets().log_end, Offset{0});
}

TEST_F(ProduceTest, each_partition_succeeds_or_fails_on_its_own) {
  create("t", 2);
  const auto answer =
      ask(handle_produce, to("t", {records(0, batch({"a"})), records(2, batch({"b"})),
                                   records(-1, batch({"c"})), records(1, damaged())}));
  const auto& parts = (*answer)->responses.at(0).partition_responses;
  EXPECT_EQ(code(parts[0].error_code), ErrorCode::kNone);
  EXPECT_EQ(code(parts[1].error_code), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(code(parts[2].error_code), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(code(parts[3].error_code), ErrorCode::kCorruptMessage);
  EXPECT_NE(parts[3].error_message.value_or(""), "");
}

TEST_F(ProduceTest, an_unknown_topic_is_not_made) {
  EXPECT_EQ(code(produce(to("missing", {records(0, batch({"a"}))})).error_code),
            ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(topic("missing"), nullptr);
}

TEST_F(ProduceTest, clients_may_not_write_to_internal_topics) {
  ask(handle_find_coordinator, {.key = "g", .coordinator_keys = {"g"}});
  const std::string name(groups::kOffsetsTopic);
  EXPECT_EQ(code(produce(to(name, {records(0, batch({"a"}))})).error_code),
            ErrorCode::kInvalidTopicException);
}

TEST_F(ProduceTest, a_partition_without_records_is_an_error_of_its_own) {
  create("t");
  EXPECT_NE(code(produce(to("t", {{.index = 0, .records = std::nullopt}})).error_code),
            ErrorCode::kNone);
  EXPECT_NE(code(produce(to("t", {records(0, {})})).error_code), ErrorCode::kNone);
}

TEST_F(ProduceTest, a_duplicate_is_answered_with_its_first_offset) {
  create("t");
  produce(to("t", {records(0, batch({"x"}))}));
  EXPECT_EQ(produce(to("t", {records(0, produced(0, 2))})).base_offset, 1);
  EXPECT_EQ(produce(to("t", {records(0, produced(0, 2))})).base_offset, 1);
  EXPECT_EQ(partition("t").offsets().log_end, Offset{3});
}

TEST_F(ProduceTest, zstd_is_for_version_7_and_later) {
  create("t");
  const Bytes zstd = compressed(batch({"a"}), zstd_);
  EXPECT_EQ(code(produce(to("t", {records(0, zstd)}), 6).error_code),
            ErrorCode::kUnsupportedCompressionType);
  EXPECT_EQ(code(produce(to("t", {records(0, zstd)}), 7).error_code), ErrorCode::kNone);
}

TEST_F(ProduceTest, log_append_time_is_told) {
  create("t", 1, {{"message.timestamp.type", "LogAppendTime"}});
  EXPECT_EQ(produce(to("t", {records(0, batch({"a"}))})).log_append_time_ms, now());
}

TEST_F(ProduceTest, a_log_that_cannot_be_written_is_a_storage_error) {
  create("t");
  storage_.fail_flushes = true;
  EXPECT_EQ(code(produce(to("t", {records(0, batch({"a"}))})).error_code),
            ErrorCode::kKafkaStorageError);
  storage_.fail_flushes = false;
}

}  // namespace
}  // namespace tenon::handlers
