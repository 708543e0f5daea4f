// SPDX-License-Identifier: Apache-2.0
//
// The administration of groups, as plain values: their offsets, their configs, their end. One
// thread, the client's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/client/groups.h"

namespace tenon::cli {

// What became of one partition, or of one group.
struct PartitionResult {
  TopicPartition partition;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

// Sets what the group has committed. The group must have no members.
Outcome<std::vector<PartitionResult>> alter_offsets(const Client& client, const std::string& group,
                                                    const std::vector<CommittedOffset>& offsets);
Outcome<std::vector<PartitionResult>> delete_offsets(const Client& client, const std::string& group,
                                                     const std::vector<TopicPartition>& partitions);
// What went wrong with each group; nothing = it is gone.
Outcome<std::vector<std::optional<Failure>>> delete_groups(const Client& client,
                                                           const std::vector<std::string>& groups);

// Sets configs of a group, and unsets those without a value.
Outcome<> alter_group(const Client& client, const std::string& group,
                      const std::map<std::string, std::optional<std::string>>& configs);

// The first offset whose record is not older than the time; nothing = there is none.
Outcome<std::map<TopicPartition, std::optional<int64_t>>> offsets_at(
    const Client& client, const std::vector<TopicPartition>& partitions, int64_t time_ms);

// The timestamps of the records at these offsets, where there are some.
std::map<TopicPartition, int64_t> record_times(const Client& client,
                                               const std::vector<CommittedOffset>& offsets);

}  // namespace tenon::cli
