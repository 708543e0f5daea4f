// SPDX-License-Identifier: Apache-2.0
//
// What the broker knows of a group (GET /v1/groups?id=NAME), in words: why it rebalanced last, why
// each member has what it has, and who holds the others back. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/failure.h"

namespace tenon::cli {

// `member` limits what is said of members to one, by its id, its instance id or its client id; "" =
// all. kNotFound if there is no such member, kFailed for a text that is no such document.
Outcome<std::string> explain_group(std::string_view document, const std::string& member,
                                   int64_t now_ms);

// The document itself, for programs: as it came, or listing no other member than `member`, which
// is found, or not, as above.
Outcome<std::string> group_document(std::string_view document, const std::string& member);

// "1 h 5 min", "12 s", "250 ms".
std::string duration_text(int64_t ms);

}  // namespace tenon::cli
