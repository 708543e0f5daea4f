// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/produce.h"

#include "groups/partitioning.h"
#include "handlers/groups/find_coordinator.h"
#include "handlers/testing/handler_fixture.h"
#include "replication/testing/number_partitioner.h"

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

class GuardedProduceTest : public ProduceTest {
 protected:
  GuardedProduceTest() {
    context_->partitioner = [this](const std::string&) { return &number_.handle(); };
  }
  void create_guarded(const std::string& mode, int32_t partitions = 2) {
    create("t", partitions, {{"tenon.partitioner", "number"}, {"tenon.partitioner.guard", mode}});
  }
  // To partition 0 of the topic, one record of each key.
  Answered send(const std::vector<std::string>& keys, int16_t version = -1) {
    record::BatchBuilder builder;
    for (const std::string& key : keys) builder.add({.timestamp_ms = now(), .key = as_bytes(key)});
    return produce(to("t", {records(0, builder.build())}), version);
  }
  std::string metrics() {
    MetricSamples samples;
    guard_ledger_.sample(samples);
    return metrics_.expose(std::move(samples));
  }
  bool counted(const std::string& records) {
    return metrics().find("mismatches_total{topic=\"t\",client_id=\"client\"} " + records + "\n") !=
           std::string::npos;
  }

  replication::NumberPartitioner number_;
};

TEST_F(GuardedProduceTest, warn_takes_misplaced_records_and_counts_them) {
  create_guarded("warn");
  const Answered taken = send({"0", "1", "2", "3"});
  EXPECT_EQ(code(taken.error_code), ErrorCode::kNone);
  EXPECT_TRUE(taken.record_errors.empty());
  EXPECT_TRUE(counted("2")) << metrics();
  EXPECT_EQ(partition("t").offsets().log_end, Offset{4});
}

TEST_F(GuardedProduceTest, reject_refuses_the_batch_and_names_each_misplaced_record) {
  create_guarded("reject");
  const Answered refused = send({"0", "1", "2", "3"});
  EXPECT_EQ(code(refused.error_code), ErrorCode::kInvalidRecord);
  EXPECT_EQ(refused.base_offset, -1);
  ASSERT_EQ(refused.record_errors.size(), 2u);
  EXPECT_EQ(refused.record_errors[0].batch_index, 1);
  EXPECT_EQ(refused.record_errors[1].batch_index, 3);
  EXPECT_EQ(refused.record_errors[1].batch_index_error_message,
            "record 3 with key \"3\" belongs to partition 1 by partitioner number, not 0");
  EXPECT_TRUE(refused.error_message->starts_with(
      "t-0: record 1 with key \"1\" belongs to partition 1 by partitioner number, not 0"))
      << *refused.error_message;
  EXPECT_TRUE(counted("2"));
  EXPECT_EQ(partition("t").offsets().log_end, Offset{0});
  EXPECT_EQ(code(send({"0", "2"}).error_code), ErrorCode::kNone);
}

TEST_F(GuardedProduceTest, a_guard_that_is_off_sees_nothing) {
  create_guarded("off");
  EXPECT_EQ(code(send({"1"}).error_code), ErrorCode::kNone);
  EXPECT_EQ(metrics().find("tenon_partitioner_guard"), std::string::npos);
}

TEST_F(GuardedProduceTest, the_guard_follows_a_growing_topic) {
  create_guarded("reject", 1);
  EXPECT_EQ(code(send({"1"}).error_code), ErrorCode::kNone);
  EXPECT_TRUE(wait(controller_->create_partitions({{.topic = "t", .count = 2, .assignments = {}}}))
                  .front());
  scheduler_.run();
  EXPECT_EQ(code(send({"1"}).error_code), ErrorCode::kNone);
  scheduler_.advance(replication::PartitionGuard::kGrowthGrace);
  EXPECT_EQ(code(send({"1"}).error_code), ErrorCode::kInvalidRecord);
}

TEST_F(GuardedProduceTest, other_partitions_of_the_request_are_taken) {
  create_guarded("reject");
  const auto one = [&](int32_t index) {
    return records(
        index, record::BatchBuilder().add({.timestamp_ms = now(), .key = as_bytes("1")}).build());
  };
  const auto answer = ask(handle_produce, to("t", {one(0), one(1)}));
  const auto& parts = (*answer)->responses.at(0).partition_responses;
  EXPECT_EQ(code(parts[0].error_code), ErrorCode::kInvalidRecord);
  EXPECT_EQ(code(parts[1].error_code), ErrorCode::kNone);
}

TEST_F(GuardedProduceTest, a_refusal_with_acks_none_closes_the_connection) {
  create_guarded("reject");
  Bytes bytes = record::BatchBuilder().add({.timestamp_ms = now(), .key = as_bytes("1")}).build();
  EXPECT_FALSE(ask(handle_produce, to("t", {records(0, std::move(bytes))}, kAcksNone)));
}

}  // namespace
}  // namespace tenon::handlers
