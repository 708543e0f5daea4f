// SPDX-License-Identifier: Apache-2.0
//
// The words by which `tenon group list` chooses: states and types of groups, as brokers write
// them. Case does not matter, as for kafka-consumer-groups. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "cli/failure.h"

namespace tenon::cli {

// Of --state and of --type: the words as a broker writes them. kUsage with those that there are.
Outcome<std::vector<std::string>> group_states(const std::vector<std::string>& texts);
Outcome<std::vector<std::string>> group_types(const std::vector<std::string>& texts);

}  // namespace tenon::cli
