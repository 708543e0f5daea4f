// SPDX-License-Identifier: Apache-2.0
//
// DeleteTopics as Kafka answers it.

#include "controller/topics/plan_fixture.h"

namespace tenon::controller {
namespace {

class DeleteTopicsTest : public PlanFixture {
 protected:
  Plan<DeletedTopic> plan(const std::vector<TopicToDelete>& topics) {
    return plan_delete_topics(context(), topics);
  }
  Errc refusal(const TopicToDelete& topic) { return code(plan({topic}).results.front()); }
  static TopicToDelete by_name(const std::string& name) { return {.name = name, .id = {}}; }
  static TopicToDelete by_id(const Uuid& id) { return {.name = std::nullopt, .id = id}; }
  Uuid id_of(std::string_view name) const { return image_->find(name)->id; }
};

TEST_F(DeleteTopicsTest, a_topic_goes_by_name_or_by_id) {
  given_topic("a");
  given_topic("b");
  const auto planned = plan({by_name("a"), by_id(id_of("b"))});
  EXPECT_EQ(planned.results[0]->id, id_of("a"));
  EXPECT_EQ(planned.results[1]->name, "b");
  given(planned.records);
  EXPECT_TRUE(image_->topics().empty());
}

TEST_F(DeleteTopicsTest, an_unknown_topic_is_told_in_the_terms_of_the_request) {
  EXPECT_EQ(refusal(by_name("a")), Errc::kUnknownTopicOrPartition);
  EXPECT_EQ(refusal(by_id(Uuid::from_random(1, 2))), Errc::kUnknownTopicId);
}

TEST_F(DeleteTopicsTest, a_topic_is_named_in_one_way) {
  given_topic("a");
  EXPECT_EQ(refusal({.name = "a", .id = id_of("a")}), Errc::kInvalidRequest);
  EXPECT_EQ(refusal({.name = std::nullopt, .id = {}}), Errc::kInvalidRequest);
}

TEST_F(DeleteTopicsTest, a_topic_named_twice_stays) {
  given_topic("a");
  const auto planned = plan({by_name("a"), by_id(id_of("a"))});
  for (const auto& result : planned.results) EXPECT_EQ(code(result), Errc::kInvalidRequest);
  EXPECT_TRUE(planned.records.empty());
}

TEST_F(DeleteTopicsTest, an_internal_topic_can_be_deleted) {
  given_topic("__consumer_offsets");
  EXPECT_TRUE(plan({by_name("__consumer_offsets")}).results[0]);
}

TEST_F(DeleteTopicsTest, deletion_can_be_disabled) {
  given_topic("a");
  policy_.delete_enabled = false;
  EXPECT_EQ(refusal(by_name("a")), Errc::kTopicDeletionDisabled);
}

}  // namespace
}  // namespace tenon::controller
