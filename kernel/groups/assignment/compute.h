// SPDX-License-Identifier: Apache-2.0
//
// From a question to an answer around a given assignor: finds the topics that the members subscribe
// to, describes the group to the assignor, and gives each member what its answer says.
//
// Pure but for the assignor; any thread. The cost is that of the image's topic names where a member
// subscribes by an expression, and of the partitions otherwise.
#pragma once

#include <functional>

#include "groups/assignment/assignors.h"
#include "plugin/assignor/assignor.h"

namespace tenon::groups {

using Ask = std::function<Result<plugin::Assignor::Readers>(const plugin::AssignorGroup&)>;

Result<Assignment> compute_assignment(const AssignmentInput& input, const Ask& ask);

}  // namespace tenon::groups
