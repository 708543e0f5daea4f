// SPDX-License-Identifier: Apache-2.0
//
// DeleteRecords (KIP-107): moves the start of logs forward.
#pragma once

#include "handlers/call.h"
#include "wire/data/delete_records.h"

namespace tenon::handlers {

Task<wire::DeleteRecordsResponse> handle_delete_records(Call& call,
                                                        wire::DeleteRecordsRequest request);

}  // namespace tenon::handlers
