// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/fetch.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using std::chrono::milliseconds;
using wire::ErrorCode;

class FetchTest : public HandlerTest {
 protected:
  using Asked = wire::FetchRequest::FetchPartition;
  using Data = wire::FetchResponse::PartitionData;

  static Asked from(int32_t index, int64_t offset, int32_t max_bytes = 1 << 20) {
    return {.partition = index, .fetch_offset = offset, .partition_max_bytes = max_bytes};
  }
  // By name, version 12, no session, answered at once.
  static wire::FetchRequest of(const std::string& name, std::vector<Asked> parts) {
    wire::FetchRequest request;
    request.topics.push_back({.topic = name, .topic_id = {}, .partitions = std::move(parts)});
    return request;
  }
  static wire::FetchRequest waiting(wire::FetchRequest request, int32_t max_wait_ms,
                                    int32_t min_bytes = 1) {
    request.max_wait_ms = max_wait_ms;
    request.min_bytes = min_bytes;
    return request;
  }
  static wire::FetchRequest in_session(wire::FetchRequest request, int32_t id, int32_t epoch) {
    request.session_id = id;
    request.session_epoch = epoch;
    return request;
  }
  wire::FetchResponse fetch(wire::FetchRequest request, int16_t version = 12) {
    return ask(handle_fetch, std::move(request), version);
  }
  Data fetch_one(wire::FetchRequest request, int16_t version = 12) {
    auto response = fetch(std::move(request), version);
    return std::move(response.responses.at(0).partitions.at(0));
  }
  // "0:ab 1:-" each partition with the values it brought, or its error.
  static std::string text(const wire::FetchResponse& response) {
    std::string out;
    for (const auto& topic : response.responses) {
      for (const Data& data : topic.partitions) {
        out += std::to_string(data.partition_index) + ":";
        out += data.error_code == 0 ? values(data) : to_string(code(data.error_code));
        out += " ";
      }
    }
    if (!out.empty()) out.pop_back();
    return out;
  }
  static std::string values(const Data& data) {
    Bytes bytes;
    EXPECT_TRUE(data.records && data.records->copy_to(bytes));
    std::string out;
    for (const record::BatchView view : record::Batches(bytes)) {
      record::RecordReader reader(view.records());
      record::RecordView record;
      while (reader.next(record)) out += as_text(record.value.value_or(ByteView{}));
    }
    return out.empty() ? "-" : out;
  }
};

// ---- What is there

TEST_F(FetchTest, gives_what_is_below_the_high_watermark) {
  create("t");
  append("t", 0, {"a"});
  append("t", 0, {"b"});
  const Data data = fetch_one(of("t", {from(0, 0)}));
  EXPECT_EQ(values(data), "ab");
  EXPECT_EQ(data.high_watermark, 2);
  EXPECT_EQ(data.last_stable_offset, 2);
  EXPECT_EQ(data.log_start_offset, 0);
  EXPECT_EQ(data.preferred_read_replica, -1);
}

TEST_F(FetchTest, gives_the_whole_batch_around_an_offset) {
  create("t");
  append("t", 0, {"a", "b", "c"});
  EXPECT_EQ(values(fetch_one(of("t", {from(0, 2)}))), "abc");
}

TEST_F(FetchTest, hides_what_is_not_durable_yet) {
  create("t");
  append("t", 0, {"a"});
  storage_.hold_flushes = true;
  Bytes more = batch({"b"});
  auto pending = partition("t").append(MutableBytes(more), {.acks = replication::kAcksLeader});
  const Data data = fetch_one(of("t", {from(0, 0)}));
  EXPECT_EQ(values(data), "a");
  EXPECT_EQ(data.high_watermark, 1);
  storage_.hold_flushes = false;
  storage_.release_flush();
}

TEST_F(FetchTest, reads_partitions_of_both_shards_in_the_order_of_the_request) {
  create("t", 4);
  for (int32_t i = 0; i < 4; ++i) append("t", i, {std::string(1, static_cast<char>('a' + i))});
  EXPECT_EQ(text(fetch(of("t", {from(2, 0), from(0, 0), from(3, 0), from(1, 0)}))),
            "2:c 0:a 3:d 1:b");
}

TEST_F(FetchTest, finds_topics_by_id_from_version_13_on) {
  const Uuid id = create("t");
  append("t", 0, {"a"});
  wire::FetchRequest request;
  request.topics.push_back({.topic = "", .topic_id = id, .partitions = {from(0, 0)}});
  const auto response = fetch(request, 13);
  EXPECT_EQ(text(response), "0:a");
  EXPECT_EQ(response.responses[0].topic_id, id);
}

// ---- Budgets

TEST_F(FetchTest, the_first_batch_is_whole_whatever_the_limits_say) {
  create("t");
  append("t", 0, {"a"});
  append("t", 0, {"b"});
  EXPECT_EQ(values(fetch_one(of("t", {from(0, 0, 1)}))), "a");
  auto request = of("t", {from(0, 0)});
  request.max_bytes = 0;
  EXPECT_EQ(values(fetch_one(request)), "a");
}

TEST_F(FetchTest, one_budget_serves_the_partitions_in_their_order) {
  create("t", 4);
  for (int32_t i = 0; i < 4; ++i) append("t", i, {"a"});
  const auto batch_bytes = static_cast<int32_t>(batch({"a"}).size());
  auto request = of("t", {from(3, 0), from(1, 0), from(0, 0), from(2, 0)});
  request.max_bytes = 2 * batch_bytes;
  EXPECT_EQ(text(fetch(request)), "3:a 1:a 0:- 2:-");
  request.max_bytes = 1;
  EXPECT_EQ(text(fetch(request)), "3:a 1:- 0:- 2:-");
}

TEST_F(FetchTest, the_brokers_limit_stands_above_the_clients) {
  create("t", 2);
  append("t", 0, {"a"});
  append("t", 1, {"b"});
  settings_.fetch.bytes_max = 1;
  EXPECT_EQ(text(fetch(of("t", {from(0, 0), from(1, 0)}))), "0:a 1:-");
}

TEST_F(FetchTest, negative_limits_are_none_at_all) {
  create("t");
  append("t", 0, {"a"});
  auto request = of("t", {from(0, 0, -1)});
  request.max_bytes = request.min_bytes = request.max_wait_ms = -1;
  EXPECT_EQ(values(fetch_one(request)), "a");
}

// ---- Waiting

TEST_F(FetchTest, waits_for_a_record_and_is_woken_by_it) {
  create("t");
  auto parked = begin(handle_fetch, waiting(of("t", {from(0, 0)}), 500), 12);
  EXPECT_FALSE(parked.ready());
  append("t", 0, {"a"});
  ASSERT_TRUE(parked.ready());
  EXPECT_EQ(text(wait(std::move(parked))), "0:a");
}

TEST_F(FetchTest, partitions_of_both_shards_wake_it) {
  create("t", 2);
  for (const int32_t index : {0, 1}) {
    const auto request = of("t", {from(0, index), from(1, 0)});
    auto parked = begin(handle_fetch, waiting(request, 500), 12);
    EXPECT_FALSE(parked.ready());
    append("t", index, {"a"});
    EXPECT_TRUE(parked.ready());
    wait(std::move(parked));
  }
}

TEST_F(FetchTest, waits_until_there_are_enough_bytes) {
  create("t");
  const auto one = static_cast<int32_t>(batch({"a"}).size());
  auto parked = begin(handle_fetch, waiting(of("t", {from(0, 0)}), 500, 2 * one), 12);
  append("t", 0, {"a"});
  EXPECT_FALSE(parked.ready());
  append("t", 0, {"b"});
  EXPECT_EQ(text(wait(std::move(parked))), "0:ab");
}

TEST_F(FetchTest, answers_at_the_deadline_with_what_there_is) {
  create("t");
  append("t", 0, {"a"});
  auto parked = begin(handle_fetch, waiting(of("t", {from(0, 0)}), 500, 100'000), 12);
  scheduler_.advance(milliseconds(499));
  EXPECT_FALSE(parked.ready());
  scheduler_.advance(milliseconds(1));
  EXPECT_EQ(text(wait(std::move(parked))), "0:a");
}

TEST_F(FetchTest, a_fetch_of_nothing_waits_for_its_deadline) {
  auto parked = begin(handle_fetch, waiting({}, 500), 12);
  EXPECT_FALSE(parked.ready());
  scheduler_.advance(milliseconds(500));
  EXPECT_EQ(text(wait(std::move(parked))), "");
}

TEST_F(FetchTest, an_error_is_answered_at_once) {
  create("t");
  EXPECT_EQ(text(fetch(waiting(of("t", {from(0, 0), from(1, 0)}), 500))),
            "0:- 1:UNKNOWN_TOPIC_OR_PARTITION");
}

TEST_F(FetchTest, a_topic_that_is_deleted_answers_who_waits_for_it) {
  create("t");
  auto parked = begin(handle_fetch, waiting(of("t", {from(0, 0)}), 500), 12);
  wait(controller_->delete_topic({.name = "t", .id = {}}));
  EXPECT_EQ(text(wait(std::move(parked))), "0:UNKNOWN_TOPIC_OR_PARTITION");
}

TEST_F(FetchTest, a_broker_that_stops_answers_who_waits_and_lets_nobody_wait) {
  create("t", 2);
  auto parked = begin(handle_fetch, waiting(of("t", {from(0, 0), from(1, 0)}), 500), 12);
  replicas_->release_waits();
  scheduler_.run();
  EXPECT_EQ(text(wait(std::move(parked))), "0:- 1:-");
  auto late = begin(handle_fetch, waiting(of("t", {from(0, 0)}), 500), 12);
  EXPECT_TRUE(late.ready());
  wait(std::move(late));
}

TEST_F(FetchTest, a_peer_that_is_gone_is_not_waited_for) {
  create("t", 2);
  auto parked = begin(handle_fetch, waiting(of("t", {from(0, 0), from(1, 0)}), 500), 12);
  EXPECT_FALSE(parked.ready());
  connection_.peer_gone.happen();
  scheduler_.run();
  ASSERT_TRUE(parked.ready());
  EXPECT_EQ(text(wait(std::move(parked))), "0:- 1:-");
  EXPECT_TRUE(begin(handle_fetch, waiting(of("t", {from(0, 0)}), 500), 12).ready());
}

TEST_F(FetchTest, no_fetch_waits_longer_than_half_a_minute) {
  auto parked = begin(handle_fetch, waiting({}, 0x7fffffff), 12);
  scheduler_.advance(std::chrono::seconds(29));
  EXPECT_FALSE(parked.ready());
  scheduler_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(parked.ready());
  wait(std::move(parked));
}

TEST_F(FetchTest, does_not_wait_for_more_than_it_may_be_given) {
  create("t");
  append("t", 0, {"a"});
  auto request = waiting(of("t", {from(0, 0)}), 500, 100'000);
  request.max_bytes = 1;
  auto answered = begin(handle_fetch, request, 12);
  ASSERT_TRUE(answered.ready());
  EXPECT_EQ(text(wait(std::move(answered))), "0:a");
}

TEST_F(FetchTest, a_partition_that_is_named_twice_is_waited_for_once) {
  create("t");
  auto parked = begin(handle_fetch, waiting(of("t", {from(0, 0), from(0, 0)}), 500), 12);
  EXPECT_FALSE(parked.ready());
  append("t", 0, {"a"});
  ASSERT_TRUE(parked.ready());
  EXPECT_EQ(text(wait(std::move(parked))), "0:a 0:a");
}

// ---- Errors

TEST_F(FetchTest, what_is_not_there_is_unknown) {
  EXPECT_EQ(text(fetch(of("missing", {from(0, 0)}))), "0:UNKNOWN_TOPIC_OR_PARTITION");
  wire::FetchRequest by_id;
  by_id.topics.push_back(
      {.topic = "", .topic_id = Uuid::from_random(1, 2), .partitions = {from(0, 0)}});
  EXPECT_EQ(text(fetch(by_id, 13)), "0:UNKNOWN_TOPIC_ID");
}

TEST_F(FetchTest, an_offset_outside_the_log_is_out_of_range) {
  create("t");
  append("t", 0, {"a"});
  EXPECT_EQ(text(fetch(of("t", {from(0, 2)}))), "0:OFFSET_OUT_OF_RANGE");
  EXPECT_EQ(text(fetch(of("t", {from(0, -1)}))), "0:OFFSET_OUT_OF_RANGE");
  EXPECT_EQ(text(fetch(of("t", {from(0, 1)}))), "0:-");
}

TEST_F(FetchTest, a_client_with_another_leader_epoch_is_fenced) {
  create("t");
  Asked newer = from(0, 0);
  newer.current_leader_epoch = 5;
  EXPECT_EQ(text(fetch(of("t", {newer}))), "0:UNKNOWN_LEADER_EPOCH");
  newer.current_leader_epoch = 0;
  EXPECT_EQ(text(fetch(of("t", {newer}))), "0:-");
}

TEST_F(FetchTest, a_reader_whose_log_diverged_is_told_where) {
  create("t");
  append("t", 0, {"a"});
  Asked diverged = from(0, 1);
  diverged.last_fetched_epoch = 0;
  EXPECT_EQ(fetch_one(of("t", {diverged})).diverging_epoch.epoch, -1);
  lead("t", LeaderEpoch{4});
  append("t", 0, {"b"});
  diverged.fetch_offset = 2;
  const Data data = fetch_one(of("t", {diverged}));
  EXPECT_EQ(data.diverging_epoch.epoch, 0);
  EXPECT_EQ(data.diverging_epoch.end_offset, 1);
  EXPECT_TRUE(data.records->empty());
}

// ---- Sessions

TEST_F(FetchTest, an_incremental_fetch_tells_only_what_is_new) {
  create("t", 2);
  append("t", 0, {"a"});
  const auto full = fetch(in_session(of("t", {from(0, 0), from(1, 0)}), 0, 0));
  ASSERT_NE(full.session_id, 0);
  EXPECT_EQ(text(full), "0:a 1:-");
  const auto moved = of("t", {from(0, 1)});
  EXPECT_EQ(text(fetch(in_session(moved, full.session_id, 1))), "");
  append("t", 1, {"b"});
  const auto news = fetch(in_session({}, full.session_id, 2));
  EXPECT_EQ(text(news), "1:b");
  EXPECT_EQ(news.session_id, full.session_id);
}

TEST_F(FetchTest, a_session_that_is_not_there_is_refused_as_a_whole) {
  EXPECT_EQ(code(fetch(in_session({}, 77, 3)).error_code), ErrorCode::kFetchSessionIdNotFound);
  create("t");
  const auto full = fetch(in_session(of("t", {from(0, 0)}), 0, 0));
  EXPECT_EQ(code(fetch(in_session({}, full.session_id, 3)).error_code),
            ErrorCode::kInvalidFetchSessionEpoch);
}

TEST_F(FetchTest, a_session_belongs_to_the_shard_that_made_it) {
  create("t");
  const auto full = fetch(in_session(of("t", {from(0, 0)}), 0, 0));
  const auto elsewhere = ask(handle_fetch, in_session({}, full.session_id, 1), 12, 1);
  EXPECT_EQ(code(elsewhere.error_code), ErrorCode::kFetchSessionIdNotFound);
}

TEST_F(FetchTest, a_waiting_session_is_woken_by_any_of_its_partitions) {
  create("t", 2);
  const auto full = fetch(in_session(of("t", {from(0, 0), from(1, 0)}), 0, 0));
  auto parked = begin(handle_fetch, waiting(in_session({}, full.session_id, 1), 500), 12);
  append("t", 1, {"b"});
  EXPECT_EQ(text(wait(std::move(parked))), "1:b");
}

}  // namespace
}  // namespace tenon::handlers
