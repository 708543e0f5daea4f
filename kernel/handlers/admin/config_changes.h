// SPDX-License-Identifier: Apache-2.0
//
// What AlterConfigs and IncrementalAlterConfigs share: which resources can be altered, one trip to
// the controller for all of them, and how each is answered.
#pragma once

#include <string>
#include <vector>

#include "controller/requests.h"
#include "handlers/call.h"
#include "handlers/errors.h"

namespace tenon::handlers {

// Of a topic or of a group.
struct Alteration {
  int8_t resource_type = 0;
  std::string name;
  std::vector<controller::ConfigChange> changes;
  bool replace_all = false;
};

// kInvalidRequest for anything but topics and groups.
Result<> check_can_be_altered(int8_t resource_type, const std::string& name);

// Makes those alterations that are not refused already. One result for each, in order; they have
// reached every shard when it resolves.
Task<std::vector<Result<>>> alter_resources(Call& call, std::vector<Result<Alteration>> alterations,
                                            bool validate_only);

// The responses to `request`, one for each resource.
template <class Response, class Request>
Response answer_alteration(const Request& request, const std::vector<Result<>>& results) {
  Response response;
  for (size_t i = 0; i < results.size(); ++i) {
    auto& answer = response.responses.emplace_back();
    answer.resource_type = request.resources[i].resource_type;
    answer.resource_name = request.resources[i].resource_name;
    answer.error_message.reset();
    if (results[i]) continue;
    answer.error_code = error_code(results[i].error());
    answer.error_message = results[i].error().text();
  }
  return response;
}

}  // namespace tenon::handlers
