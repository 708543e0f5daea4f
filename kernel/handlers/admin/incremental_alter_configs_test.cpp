// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/incremental_alter_configs.h"

#include "handlers/admin/resource_types.h"
#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class IncrementalAlterConfigsTest : public HandlerTest {
 protected:
  using Resource = wire::IncrementalAlterConfigsRequest::AlterConfigsResource;
  using Change = wire::IncrementalAlterConfigsRequest::AlterableConfig;
  static constexpr int8_t kSet = 0, kDelete = 1, kAppend = 2;

  static Resource of_topic(const std::string& name, std::vector<Change> changes) {
    return {.resource_type = kTopicResource, .resource_name = name, .configs = std::move(changes)};
  }
  static Resource of_group(const std::string& name, std::vector<Change> changes) {
    return {.resource_type = kGroupResource, .resource_name = name, .configs = std::move(changes)};
  }
  std::vector<ErrorCode> alter(std::vector<Resource> resources, bool validate_only = false) {
    wire::IncrementalAlterConfigsRequest request;
    request.resources = std::move(resources);
    request.validate_only = validate_only;
    std::vector<ErrorCode> codes;
    for (const auto& answer : ask(handle_incremental_alter_configs, std::move(request)).responses) {
      codes.push_back(code(answer.error_code));
    }
    return codes;
  }
  using Codes = std::vector<ErrorCode>;
};

TEST_F(IncrementalAlterConfigsTest, sets_appends_and_deletes) {
  create("t", 1, {{"retention.ms", "1000"}});
  EXPECT_EQ(alter({of_topic("t", {{"max.message.bytes", kSet, "5000"},
                                  {"cleanup.policy", kAppend, "compact"},
                                  {"retention.ms", kDelete, std::nullopt}})}),
            Codes{ErrorCode::kNone});
  const auto& configs = topic("t")->configs;
  EXPECT_EQ(configs.at("max.message.bytes"), "5000");
  EXPECT_EQ(configs.at("cleanup.policy"), "delete,compact");
  EXPECT_FALSE(configs.contains("retention.ms"));
}

TEST_F(IncrementalAlterConfigsTest, the_log_obeys) {
  create("t");
  alter({of_topic("t", {{"max.message.bytes", kSet, "1"}})});
  EXPECT_EQ(partition("t").log().config().max_message_bytes, 1);
}

TEST_F(IncrementalAlterConfigsTest, every_shard_obeys_when_it_is_answered) {
  create("t");
  wire::IncrementalAlterConfigsRequest request;
  request.resources = {of_topic("t", {{"max.message.bytes", kSet, "1"}})};
  EXPECT_TRUE(waits_for_shard_1(handle_incremental_alter_configs, request));
}

TEST_F(IncrementalAlterConfigsTest, answers_each_resource_in_its_place) {
  create("t");
  const Resource broker{.resource_type = kBrokerResource,
                        .resource_name = "1",
                        .configs = {{"log.level", kSet, "debug"}}};
  EXPECT_EQ(alter({of_topic("missing", {{"retention.ms", kSet, "1"}}), broker,
                   of_topic("t", {{"retention.ms", kSet, "1"}}),
                   of_topic("t2", {{"retention.ms", 9, "1"}})}),
            (Codes{ErrorCode::kUnknownTopicOrPartition, ErrorCode::kInvalidRequest,
                   ErrorCode::kNone, ErrorCode::kInvalidRequest}));
}

TEST_F(IncrementalAlterConfigsTest, topics_and_groups_are_altered_by_one_request) {
  create("t");
  EXPECT_EQ(alter({of_group("g", {{"tenon.assignor", kSet, "range"}}),
                   of_topic("t", {{"retention.ms", kSet, "1"}}),
                   of_group("h", {{"retention.ms", kSet, "1"}}), of_group("", {})}),
            (Codes{ErrorCode::kNone, ErrorCode::kNone, ErrorCode::kInvalidConfig,
                   ErrorCode::kInvalidRequest}));
  EXPECT_EQ(controller_->image()->group_configs("g").at("tenon.assignor"), "range");
  EXPECT_EQ(topic("t")->configs.at("retention.ms"), "1");
}

TEST_F(IncrementalAlterConfigsTest, a_wrong_value_changes_nothing_of_its_topic) {
  create("t");
  EXPECT_EQ(
      alter({of_topic("t", {{"max.message.bytes", kSet, "5000"}, {"retention.ms", kSet, "soon"}})}),
      Codes{ErrorCode::kInvalidConfig});
  EXPECT_FALSE(topic("t")->configs.contains("max.message.bytes"));
}

TEST_F(IncrementalAlterConfigsTest, validating_only_changes_nothing) {
  create("t");
  EXPECT_EQ(alter({of_topic("t", {{"retention.ms", kSet, "1"}})}, true), Codes{ErrorCode::kNone});
  EXPECT_FALSE(topic("t")->configs.contains("retention.ms"));
}

}  // namespace
}  // namespace tenon::handlers
