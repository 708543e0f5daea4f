// SPDX-License-Identifier: Apache-2.0
//
// Why a member that a group has already joins it again, as far as its words tell. Pure.
#pragma once

#include <vector>

#include "groups/chronicle/cause.h"
#include "groups/table/member.h"

namespace tenon::groups {

// `member` as it is before it takes `words` over; `leads`: is it the group's leader?
Cause cause_of_rejoin(const Member& member, const std::vector<Protocol>& words, bool leads);

}  // namespace tenon::groups
