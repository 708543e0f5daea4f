// SPDX-License-Identifier: Apache-2.0
//
// What the members of a classic group say of themselves (ConsumerProtocolSubscription, versions 0
// to 3), put as a question to an assignor.
//
// Eager clients let go of everything before they join, so that all of it can be given at once. What
// they had is known here, from what they were last given, and an assignor may be true to it.
//
// Cooperative clients go on reading while they join, and say what they hold, from version 1 of
// their words on; one that speaks version 0 holds what it was last given. That of it which is meant
// for somebody else must not be given before it has been let go of. Which of both a group does is
// seen from the protocol that it has chosen, and where that is nobody's known one, from whether
// members hold anything.
//
// Pure; any thread.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "groups/assigned/handing_out.h"
#include "groups/assignment/assignors.h"
#include "groups/table/group.h"

namespace tenon::groups {

struct GroupWords {
  AssignmentInput question;       // members in the order of their ids
  std::vector<int16_t> versions;  // in which each of them speaks, and can be answered
  Holdings holdings;              // nothing for eager clients
  bool cooperative = false;
};

struct Unreadable {
  std::string member_id;  // "" = not one member's fault
  std::string client_id;
  std::string why;
};

// Of the protocol that the group has chosen, before its JoinGroups are answered: a static member
// that has none parked has not come back, and may hold what it was last given.
std::expected<GroupWords, Unreadable> read_members(const Group& group,
                                                   std::shared_ptr<const metadata::Image> image);

}  // namespace tenon::groups
