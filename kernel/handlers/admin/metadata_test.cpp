// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/metadata.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class MetadataTest : public HandlerTest {
 protected:
  static wire::MetadataRequest named(const std::vector<std::string>& names) {
    wire::MetadataRequest request;
    for (const auto& name : names) request.topics->push_back({.topic_id = {}, .name = name});
    return request;
  }
  wire::MetadataResponse metadata(wire::MetadataRequest request, int16_t version = 12) {
    return **ask(handle_metadata, std::move(request), version);
  }
  // "t:3 u:UnknownTopicOrPartition": partitions or error of each.
  static std::string text(const wire::MetadataResponse& response) {
    std::string out;
    for (const auto& topic : response.topics) {
      out += topic.name.value_or("null") + ":";
      out += topic.error_code == 0 ? std::to_string(topic.partitions.size())
                                   : std::string(to_string(code(topic.error_code)));
      out += " ";
    }
    if (!out.empty()) out.pop_back();
    return out;
  }
};

TEST_F(MetadataTest, a_null_list_means_all_topics_by_name) {
  create("b", 2);
  create("a", 1);
  wire::MetadataRequest all;
  all.topics.reset();
  EXPECT_EQ(text(metadata(all)), "a:1 b:2");
}

TEST_F(MetadataTest, an_empty_list_means_none_but_all_in_version_0) {
  create("a", 1);
  EXPECT_EQ(text(metadata({})), "");
  EXPECT_EQ(text(metadata({}, 0)), "a:1");
}

TEST_F(MetadataTest, says_who_the_cluster_is) {
  const auto response = metadata({});
  EXPECT_EQ(response.cluster_id, "test-cluster");
  EXPECT_EQ(response.controller_id, 1);
  ASSERT_EQ(response.brokers.size(), 1U);
  EXPECT_EQ(response.brokers[0].host + ":" + std::to_string(response.brokers[0].port),
            "broker.test:9092");
}

TEST_F(MetadataTest, names_leader_replicas_and_isr_of_each_partition) {
  create("t", 2);
  const auto response = metadata(named({"t"}));
  const auto& partition = response.topics.at(0).partitions.at(1);
  EXPECT_EQ(partition.partition_index, 1);
  EXPECT_EQ(partition.leader_id, 1);
  EXPECT_EQ(partition.leader_epoch, 0);
  EXPECT_EQ(partition.replica_nodes, std::vector{1});
  EXPECT_EQ(partition.isr_nodes, std::vector{1});
}

TEST_F(MetadataTest, finds_topics_by_id) {
  const Uuid id = create("t", 1);
  wire::MetadataRequest request;
  request.topics->push_back({.topic_id = id, .name = std::nullopt});
  const Uuid other = Uuid::from_random(1, 2);
  request.topics->push_back({.topic_id = other, .name = std::nullopt});
  const auto response = metadata(request);
  EXPECT_EQ(text(response), "t:1 null:UNKNOWN_TOPIC_ID");
  EXPECT_EQ(response.topics[0].topic_id, id);
  EXPECT_EQ(response.topics[1].topic_id, other);
}

TEST_F(MetadataTest, makes_a_topic_that_is_asked_for_with_the_defaults) {
  EXPECT_EQ(text(metadata(named({"new", "new"}))), "new:2 new:2");
  ASSERT_NE(topic("new"), nullptr);
  EXPECT_FALSE(topic("new")->internal);
}

TEST_F(MetadataTest, a_made_topic_can_be_written_at_once) {
  metadata(named({"new"}));
  EXPECT_EQ(append("new", 1, {"a"}), 0);
}

TEST_F(MetadataTest, makes_none_when_the_client_forbids_it) {
  auto request = named({"new"});
  request.allow_auto_topic_creation = false;
  EXPECT_EQ(text(metadata(request)), "new:UNKNOWN_TOPIC_OR_PARTITION");
}

TEST_F(MetadataTest, makes_none_when_the_operator_forbids_it) {
  settings_.topic.auto_create = false;
  EXPECT_EQ(text(metadata(named({"new"}))), "new:UNKNOWN_TOPIC_OR_PARTITION");
  EXPECT_EQ(topic("new"), nullptr);
}

TEST_F(MetadataTest, refuses_invalid_names_whether_it_makes_topics_or_not) {
  EXPECT_EQ(text(metadata(named({"a b"}))), "a b:INVALID_TOPIC_EXCEPTION");
  settings_.topic.auto_create = false;
  EXPECT_EQ(text(metadata(named({"a b"}))), "a b:INVALID_TOPIC_EXCEPTION");
}

TEST_F(MetadataTest, a_name_that_collides_with_another_is_not_made) {
  create("a.b", 1);
  EXPECT_EQ(text(metadata(named({"a_b"}))), "a_b:INVALID_TOPIC_EXCEPTION");
}

TEST_F(MetadataTest, a_topic_without_name_and_id_is_an_invalid_request) {
  wire::MetadataRequest request;
  request.topics->push_back({.topic_id = {}, .name = std::nullopt});
  EXPECT_EQ(text(metadata(request)), "null:INVALID_REQUEST");
}

TEST_F(MetadataTest, a_request_that_names_too_many_topics_is_refused) {
  const auto request = named(std::vector<std::string>(20'001));
  const auto refused = ask(handle_metadata, request, 12);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kTooLarge);
}

TEST_F(MetadataTest, thousands_of_topics_that_are_not_there_are_told_each) {
  std::vector<std::string> names;
  for (int i = 0; i < 20'000; ++i) names.push_back("missing" + std::to_string(i));
  auto request = named(names);
  request.allow_auto_topic_creation = false;
  EXPECT_EQ(metadata(std::move(request)).topics.size(), names.size());
}

}  // namespace
}  // namespace tenon::handlers
