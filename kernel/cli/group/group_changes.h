// SPDX-License-Identifier: Apache-2.0
//
// What `tenon group alter` is to change: configs of a group by their keys. Pure; any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/failure.h"

namespace tenon::cli {

// Key -> value; without one, the broker's holds again.
using GroupChanges = std::map<std::string, std::optional<std::string>>;

// Of "KEY=VALUE" of --set and keys of --delete. kUsage for what is not one, for a key that is given
// twice, and for nothing at all.
Outcome<GroupChanges> parse_changes(const std::vector<std::string>& sets,
                                    const std::vector<std::string>& deletes);

// The first key to be deleted that is none of `known`; nothing = all are known.
std::optional<std::string> unknown_deletion(const GroupChanges& changes,
                                            const std::vector<std::string>& known);
// kFailed with the nearest of the known ones, or with all.
Failure no_such_config(const std::string& group, const std::string& key,
                       const std::vector<std::string>& known);

// Is it because of this config, which the group has and the broker does not know, that the broker
// refuses to set another? By its message: "Unknown group config name: KEY; ...".
bool refuses_stored(std::string_view message, const std::string& key);

// What was done, each with its line break.
std::string changes_as_text(const std::string& group, const GroupChanges& changes);
// An array with an object for each; "value" is null where the broker's holds again.
std::string changes_as_json(const std::string& group, const GroupChanges& changes);

}  // namespace tenon::cli
