// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/describe_configs.h"

#include "handlers/admin/resource_types.h"
#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class DescribeConfigsTest : public HandlerTest {
 protected:
  using Answer = wire::DescribeConfigsResponse::DescribeConfigsResult;
  using Line = wire::DescribeConfigsResponse::DescribeConfigsResourceResult;

  Answer describe(int8_t type, const std::string& name,
                  std::optional<std::vector<std::string>> keys = std::nullopt, bool full = false) {
    wire::DescribeConfigsRequest request;
    request.resources.push_back(
        {.resource_type = type, .resource_name = name, .configuration_keys = std::move(keys)});
    request.include_synonyms = request.include_documentation = full;
    return ask(handle_describe_configs, std::move(request)).results.at(0);
  }
  static const Line* find(const Answer& answer, const std::string& name) {
    const auto found = std::ranges::find(answer.configs, name, &Line::name);
    return found == answer.configs.end() ? nullptr : &*found;
  }
};

TEST_F(DescribeConfigsTest, lists_every_config_of_a_topic) {
  create("t", 1, {{"retention.ms", "1000"}});
  const Answer answer = describe(kTopicResource, "t");
  EXPECT_GT(answer.configs.size(), 20U);
  const Line* own = find(answer, "retention.ms");
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(own->value, "1000");
  EXPECT_FALSE(own->is_default);
  const Line* other = find(answer, "cleanup.policy");
  ASSERT_NE(other, nullptr);
  EXPECT_TRUE(other->is_default);
}

TEST_F(DescribeConfigsTest, lists_only_the_keys_that_are_asked_for) {
  create("t");
  const Answer answer =
      describe(kTopicResource, "t", std::vector<std::string>{"segment.bytes", "x"});
  ASSERT_EQ(answer.configs.size(), 1U);
  EXPECT_EQ(answer.configs[0].name, "segment.bytes");
}

TEST_F(DescribeConfigsTest, gives_synonyms_and_documentation_when_asked) {
  create("t", 1, {{"retention.ms", "1000"}});
  const Answer brief = describe(kTopicResource, "t");
  EXPECT_TRUE(find(brief, "retention.ms")->synonyms.empty());
  EXPECT_EQ(find(brief, "retention.ms")->documentation, std::nullopt);
  const Answer full = describe(kTopicResource, "t", std::nullopt, true);
  EXPECT_FALSE(find(full, "retention.ms")->synonyms.empty());
  EXPECT_NE(find(full, "retention.ms")->documentation.value_or(""), "");
}

TEST_F(DescribeConfigsTest, an_unknown_topic_is_said_to_be_unknown) {
  const Answer answer = describe(kTopicResource, "t");
  EXPECT_EQ(code(answer.error_code), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(answer.resource_name, "t");
  EXPECT_TRUE(answer.configs.empty());
}

TEST_F(DescribeConfigsTest, lists_the_settings_of_this_broker) {
  const Answer answer = describe(kBrokerResource, "1");
  EXPECT_EQ(code(answer.error_code), ErrorCode::kNone);
  ASSERT_NE(find(answer, "auto.create.topics.enable"), nullptr);
  EXPECT_TRUE(find(answer, "node.id")->read_only);
}

TEST_F(DescribeConfigsTest, there_are_no_dynamic_defaults_of_the_cluster) {
  const Answer answer = describe(kBrokerResource, "");
  EXPECT_EQ(code(answer.error_code), ErrorCode::kNone);
  EXPECT_TRUE(answer.configs.empty());
}

TEST_F(DescribeConfigsTest, lists_every_config_of_a_group_with_its_source) {
  controller::GroupConfigChanges changes{
      .group_id = "g",
      .changes = {{"consumer.session.timeout.ms", controller::ConfigOp::kSet, "60000"}}};
  ASSERT_TRUE(wait(controller_->alter_group_configs({changes}))[0]);
  const Answer answer = describe(kGroupResource, "g");
  EXPECT_EQ(code(answer.error_code), ErrorCode::kNone);
  EXPECT_EQ(answer.configs.size(), 5U);
  const Line* own = find(answer, "consumer.session.timeout.ms");
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(own->value, "60000");
  EXPECT_EQ(own->config_source, 8);  // DYNAMIC_GROUP_CONFIG
  EXPECT_TRUE(find(answer, "tenon.assignor")->is_default);
}

TEST_F(DescribeConfigsTest, a_group_need_not_be_there_but_must_be_named) {
  EXPECT_EQ(find(describe(kGroupResource, "none"), "consumer.session.timeout.ms")->value, "45000");
  EXPECT_EQ(code(describe(kGroupResource, "").error_code), ErrorCode::kInvalidRequest);
}

TEST_F(DescribeConfigsTest, refuses_other_brokers_and_other_kinds) {
  EXPECT_EQ(code(describe(kBrokerResource, "2").error_code), ErrorCode::kInvalidRequest);
  EXPECT_EQ(code(describe(8, "1").error_code), ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace tenon::handlers
