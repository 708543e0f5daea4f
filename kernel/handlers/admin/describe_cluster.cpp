// SPDX-License-Identifier: Apache-2.0

#include "handlers/admin/describe_cluster.h"

namespace tenon::handlers {
namespace {
constexpr int8_t kBrokers =
    1;  // the endpoint type that clients reach; controllers have none of theirs
}

Task<wire::DescribeClusterResponse> handle_describe_cluster(Call& call,
                                                            wire::DescribeClusterRequest request) {
  wire::DescribeClusterResponse response;
  response.endpoint_type = request.endpoint_type;
  const auto image = call.image();
  response.cluster_id = image->cluster_id();
  if (request.endpoint_type != kBrokers) {
    response.error_code = static_cast<int16_t>(wire::ErrorCode::kUnsupportedEndpointType);
    response.error_message = "only the brokers' endpoints can be described";
    co_return response;
  }
  response.controller_id = image->controller().value;
  for (const auto& broker : image->brokers()) {
    response.brokers.push_back({broker.id.value, broker.host, broker.port, broker.rack});
  }
  co_return response;
}

}  // namespace tenon::handlers
