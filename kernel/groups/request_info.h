// SPDX-License-Identifier: Apache-2.0
//
// What a group remembers of the connection that a request came over.
#pragma once

#include <string>

namespace tenon::groups {

// Kafka shows the host with a leading '/', as Java prints addresses; it is added where it lacks.
struct RequestInfo {
  std::string client_id;
  std::string client_host;
};

}  // namespace tenon::groups
