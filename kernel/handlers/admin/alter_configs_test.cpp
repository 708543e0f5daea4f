// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/alter_configs.h"

#include "handlers/admin/resource_types.h"
#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class AlterConfigsTest : public HandlerTest {
 protected:
  ErrorCode alter(int8_t type, const std::string& name,
                  std::vector<wire::AlterConfigsRequest::AlterableConfig> configs) {
    wire::AlterConfigsRequest request;
    request.resources = {
        {.resource_type = type, .resource_name = name, .configs = std::move(configs)}};
    return code(ask(handle_alter_configs, std::move(request)).responses.at(0).error_code);
  }
};

TEST_F(AlterConfigsTest, what_is_left_out_goes_back_to_its_default) {
  create("t", 1, {{"retention.ms", "1000"}});
  EXPECT_EQ(alter(kTopicResource, "t", {{"max.message.bytes", "5000"}}), ErrorCode::kNone);
  EXPECT_EQ(topic("t")->configs.at("max.message.bytes"), "5000");
  EXPECT_FALSE(topic("t")->configs.contains("retention.ms"));
  EXPECT_TRUE(topic("t")->configs.contains("tenon.storage"));
}

TEST_F(AlterConfigsTest, a_group_keeps_what_is_given_and_no_more) {
  const auto configs = [this] { return controller_->image()->group_configs("g"); };
  alter(kGroupResource, "g", {{"tenon.assignor", "range"}, {"tenon.assignor.shadow", "sticky"}});
  EXPECT_EQ(configs().size(), 2U);
  EXPECT_EQ(alter(kGroupResource, "g", {{"tenon.assignor", "sticky"}}), ErrorCode::kNone);
  EXPECT_EQ(configs(), (std::map<std::string, std::string>{{"tenon.assignor", "sticky"}}));
  EXPECT_EQ(alter(kGroupResource, "g", {}), ErrorCode::kNone);
  EXPECT_TRUE(configs().empty());
}

TEST_F(AlterConfigsTest, only_topics_that_are_there_can_be_altered) {
  EXPECT_EQ(alter(kTopicResource, "missing", {}), ErrorCode::kUnknownTopicOrPartition);
  EXPECT_EQ(alter(kBrokerResource, "1", {}), ErrorCode::kInvalidRequest);
}

}  // namespace
}  // namespace tenon::handlers
