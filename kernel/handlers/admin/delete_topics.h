// SPDX-License-Identifier: Apache-2.0
//
// DeleteTopics, by name or, from version 6, by id.
#pragma once

#include "handlers/call.h"
#include "wire/admin/delete_topics.h"

namespace tenon::handlers {

Task<wire::DeleteTopicsResponse> handle_delete_topics(Call& call,
                                                      wire::DeleteTopicsRequest request);

}  // namespace tenon::handlers
