// SPDX-License-Identifier: Apache-2.0
//
// Settings from the environment and the command line, put into the document over what the file
// says. Names are not checked here: what is unknown is found where the file's own keys are checked.
//
//   variable := "TENON__" name ("__" name)*       lower-cased: TENON__KAFKA__BIND is kafka.bind
//   override := name ("." name)* "=" text         --set kafka.bind=0.0.0.0:9092
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/toml/document.h"

namespace tenon::config {

inline constexpr std::string_view kEnvironmentPrefix = "TENON__";

// Puts the variables whose names begin with the prefix into `root`. A variable's name cannot hold
// '-', so '_' finds a key with '-' where there is one (TENON__STORAGE__MY_STORE__PATH).
void overlay_environment(Value& root, const std::map<std::string, std::string>& environment,
                         std::vector<Problem>& problems);

// Puts the overrides into `root`, in order: the last one of a key counts.
void overlay_overrides(Value& root, const std::vector<std::string>& overrides,
                       std::vector<Problem>& problems);

}  // namespace tenon::config
