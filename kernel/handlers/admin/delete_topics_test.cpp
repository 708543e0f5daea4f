// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/delete_topics.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class DeleteTopicsTest : public HandlerTest {
 protected:
  using Answer = wire::DeleteTopicsResponse::DeletableTopicResult;

  Answer by_name(const std::string& name, size_t shard = 0) {
    wire::DeleteTopicsRequest request;
    request.topic_names = {name};
    return ask(handle_delete_topics, request, 5, shard).responses.at(0);
  }
  Answer by_id(const Uuid& id) {
    wire::DeleteTopicsRequest request;
    request.topics.push_back({.name = std::nullopt, .topic_id = id});
    return ask(handle_delete_topics, request).responses.at(0);
  }
};

TEST_F(DeleteTopicsTest, a_topic_goes_by_name) {
  const Uuid id = create("t");
  const Answer gone = by_name("t");
  EXPECT_EQ(code(gone.error_code), ErrorCode::kNone);
  EXPECT_EQ(gone.topic_id, id);
  EXPECT_EQ(topic("t"), nullptr);
}

TEST_F(DeleteTopicsTest, a_topic_goes_by_id_and_is_answered_with_its_name) {
  const Answer gone = by_id(create("t"));
  EXPECT_EQ(code(gone.error_code), ErrorCode::kNone);
  EXPECT_EQ(gone.name, "t");
}

TEST_F(DeleteTopicsTest, what_is_not_there_is_unknown) {
  EXPECT_EQ(code(by_name("t").error_code), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(code(by_id(Uuid::from_random(1, 2)).error_code), ErrorCode::kUnknownTopicId);
}

// A client that asks another connection right after the answer must not find the topic.
TEST_F(DeleteTopicsTest, every_shard_knows_when_it_is_answered) {
  create("t");
  wire::DeleteTopicsRequest request;
  request.topic_names = {"t"};
  EXPECT_TRUE(waits_for_shard_1(handle_delete_topics, request));
}

TEST_F(DeleteTopicsTest, a_topic_can_be_made_again_at_once) {
  const Uuid old_id = create("t");
  append("t", 0, {"a"});
  by_name("t");
  EXPECT_NE(create("t"), old_id);
  EXPECT_EQ(append("t", 0, {"b"}), 0);
}

}  // namespace
}  // namespace tenon::handlers
