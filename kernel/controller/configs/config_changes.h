// SPDX-License-Identifier: Apache-2.0
//
// What the changes of AlterConfigs and IncrementalAlterConfigs (KIP-339) make of the configs of a
// resource, whatever kind it is of. Pure; called by the plans.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "controller/requests.h"
#include "metadata/records.h"

namespace tenon::controller {

// What a config of type list is as long as it is not set; nothing for a config of another type.
using ListDefault = std::function<std::optional<std::string>(std::string_view name)>;

struct ConfigRequest {
  const std::vector<ConfigChange>& changes;
  bool replace_all;
};

// The configs after the changes; whether their names and values are allowed is not looked at.
// kInvalidRequest for a value that is missing and a config that is changed twice, kInvalidConfig
// for appending to what is no list.
Result<Configs> change_configs(const Configs& before, const ConfigRequest& request,
                               const ListDefault& list_default);

// metadata::config_record and its like.
using ConfigRecordOf = wire::ConfigRecord (*)(const std::string& resource, const std::string& name,
                                              std::optional<std::string> value);
// The records that lead from one to the other; none for what stays.
void append_difference(const std::string& resource, const Configs& before, const Configs& after,
                       ConfigRecordOf record_of, std::vector<metadata::Record>& records);

}  // namespace tenon::controller
