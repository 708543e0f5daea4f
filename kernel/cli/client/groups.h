// SPDX-License-Identifier: Apache-2.0
//
// Consumer groups, as plain values. One thread, the client's.
//
// librdkafka 2.0.2, Debian's, appends bytes that do not belong there to two requests: ListGroups of
// the Admin API (its pull request 4207) and OffsetFetch for all partitions. Brokers need not put up
// with that, so groups are listed by a request of our own, and offsets asked for by partition. Nor
// does it know groups of the consumer protocol (KIP-848), which are described the same way.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/client/client.h"

namespace tenon::cli {

struct GroupListing {
  std::string group;
  std::string type;   // "classic" or "consumer"; "" of a broker that does not say
  std::string state;  // "Stable", "Empty", ...
  std::string protocol_type;
};

using TopicPartition = std::pair<std::string, int32_t>;

struct GroupMember {
  std::string member_id;
  std::string instance_id;  // empty = not static
  std::string client_id;
  std::string host;
  std::vector<TopicPartition> partitions;
};

struct GroupDescription {
  std::string group;
  std::string type;  // "classic" or "consumer"
  std::string state;
  std::string assignor;
  int32_t coordinator_id = -1;
  std::string coordinator;  // "host:port"
  std::vector<GroupMember> members;
};

struct CommittedOffset {
  TopicPartition partition;
  int64_t offset = -1;
};

// Those in one of the states and of one of the types, by name; without words, all.
Outcome<std::vector<GroupListing>> list_groups(const Client& client,
                                               const std::vector<std::string>& states = {},
                                               const std::vector<std::string>& types = {});
// kNotFound for a group that nobody knows.
Outcome<GroupDescription> describe_group(const Client& client, const std::string& group);
// What the group has committed, by topic and partition.
Outcome<std::vector<CommittedOffset>> committed_offsets(const Client& client,
                                                        const std::string& group);

}  // namespace tenon::cli
