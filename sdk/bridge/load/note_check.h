// SPDX-License-Identifier: Apache-2.0
//
// What a library's note (tenon/module.h) says before any of its code runs: may it be loaded here?
// Any thread.
#pragma once

#include <string>

#include "tenon/result.hpp"

namespace tenon::bridge {

// Refuses, with a sentence that does not name the path: a library without a note, of another ABI,
// built with a sanitizer that this process lacks, or without a partitioner.
Result<> check_note(const std::string& path);

}  // namespace tenon::bridge
