// SPDX-License-Identifier: Apache-2.0

#include "groups/group_settings.h"

#include <gtest/gtest.h>

#include "metadata/delta.h"

namespace tenon::groups {
namespace {

TEST(GroupSettings, the_configs_of_a_group_stand_over_the_settings_of_the_broker) {
  const std::vector<metadata::Record> records{
      metadata::group_config_record("g", "consumer.session.timeout.ms", "50000"),
      metadata::group_config_record("g", "tenon.assignor", "mine")};
  const auto image = metadata::apply(*metadata::Image::empty("c"), records, 1);
  ASSERT_TRUE(image);
  const GroupSettings own = settings_of(**image, "g", {});
  EXPECT_EQ(own.session_timeout_ms, 50'000);
  EXPECT_EQ(own.heartbeat_interval_ms, 5'000);
  EXPECT_EQ(own.assignor, "mine");
  const GroupSettings other = settings_of(**image, "h", {});
  EXPECT_EQ(other.session_timeout_ms, 45'000);
  EXPECT_EQ(other.assignor, "");
}

}  // namespace
}  // namespace tenon::groups
