// SPDX-License-Identifier: Apache-2.0
//
// The words of the classic consumer protocol, with topics by their ids: what a member subscribes to
// and owns (JoinGroup), and what it is assigned (SyncGroup). Versions 0 to 3; newer ones are read
// as the newest that is known.
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "groups/assignment/partitions.h"
#include "metadata/image.h"

namespace tenon::groups {

struct Subscription {
  int16_t version = 0;              // as it was written
  std::vector<std::string> topics;  // ascending, each once
  Partitions owned;                 // of topics that exist; from version 1 on
  int32_t generation = -1;          // in which they are owned; from version 2 on
  std::string rack;                 // "" = it does not say; from version 3 on
};

// kMalformed if the bytes are no subscription.
Result<Subscription> read_subscription(ByteView metadata, const metadata::Image& image);

// Without topics and partitions that do not exist. An empty blob is an empty assignment.
Result<Partitions> read_assignment(ByteView assignment, const metadata::Image& image);

// As a member that wrote a subscription of `version` reads it.
Bytes write_assignment(const Partitions& partitions, int16_t version, const metadata::Image& image);

// A subscription as a member would write it, for groups that are handed back to the classic
// protocol.
Bytes write_subscription(const std::vector<std::string>& topics, const Partitions& owned,
                         const metadata::Image& image);

}  // namespace tenon::groups
