// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/describe_cluster.h"

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using DescribeClusterTest = HandlerTest;

TEST_F(DescribeClusterTest, names_the_cluster_its_controller_and_its_brokers) {
  const auto cluster = ask(handle_describe_cluster, {});
  EXPECT_EQ(cluster.error_code, 0);
  EXPECT_EQ(cluster.cluster_id, "test-cluster");
  EXPECT_EQ(cluster.controller_id, 1);
  ASSERT_EQ(cluster.brokers.size(), 1U);
  EXPECT_EQ(cluster.brokers[0].broker_id, 1);
  EXPECT_EQ(cluster.brokers[0].host, "broker.test");
}

TEST_F(DescribeClusterTest, controllers_have_no_endpoints_of_theirs) {
  wire::DescribeClusterRequest request;
  request.endpoint_type = 2;
  const auto cluster = ask(handle_describe_cluster, request);
  EXPECT_EQ(code(cluster.error_code), wire::ErrorCode::kUnsupportedEndpointType);
  EXPECT_TRUE(cluster.brokers.empty());
}

}  // namespace
}  // namespace tenon::handlers
