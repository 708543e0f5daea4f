// SPDX-License-Identifier: Apache-2.0
//
// CreateTopics. Answers when the topics are durable and their logs are open.
#pragma once

#include "handlers/call.h"
#include "wire/admin/create_topics.h"

namespace tenon::handlers {

Task<wire::CreateTopicsResponse> handle_create_topics(Call& call,
                                                      wire::CreateTopicsRequest request);

}  // namespace tenon::handlers
