// SPDX-License-Identifier: Apache-2.0
//
// From what a user calls a partitioner to its descriptor in a mapped library: find the file, judge
// it, open it, judge what it exports.
//
// Safety, as in the broker: a file that everyone can write, or that lies in such a folder, is
// refused; nothing of a file runs before it is known to export `tenon_module`; every symbol is
// resolved at once; a library is never closed. Any thread.
#pragma once

#include <string>
#include <vector>

#include "tenon/partitioner.h"
#include "tenon/result.hpp"

namespace tenon::bridge {

// A partitioner in a library that stays mapped until the process ends.
struct Found {
  std::string path;
  const tn_descriptor* descriptor = nullptr;
  const tn_partitioner* functions = nullptr;
};

// Whether the user gave a path and not a name.
bool is_path(std::string_view plugin);

// The library of a path, or partitioner-NAME.so in one of the directories. TN_E_NOT_FOUND if there
// is none of that name.
Result<std::string> find_library(const std::string& plugin,
                                 const std::vector<std::string>& directories);

// Opens the library and finds its partitioner: the one called `name`, or the only one if `name` is
// empty. Refuses one that needs more of a record than its key, for that is all that librdkafka
// shows.
Result<Found> open_partitioner(const std::string& path, const std::string& name);

}  // namespace tenon::bridge
