// SPDX-License-Identifier: Apache-2.0

#include "base/error.h"

#include <cstring>

namespace tenon {
namespace {

// In the order of Errc.
constexpr std::string_view kNames[] = {
    "Unknown",
    "Io",
    "NoSpace",
    "CorruptData",
    "InUse",
    "Timeout",
    "Shutdown",
    "Cancelled",
    "BadConfig",
    "PluginMissing",
    "PluginRefused",
    "PluginFailed",
    "Malformed",
    "UnsupportedVersion",
    "InvalidRequest",
    "TooLarge",
    "UnknownTopicOrPartition",
    "UnknownTopicId",
    "InconsistentTopicId",
    "TopicAlreadyExists",
    "InvalidTopic",
    "InvalidPartitions",
    "InvalidReplicationFactor",
    "InvalidReplicaAssignment",
    "InvalidConfig",
    "TopicDeletionDisabled",
    "PolicyViolation",
    "LeaderNotAvailable",
    "NotLeaderOrFollower",
    "NotController",
    "FencedLeaderEpoch",
    "UnknownLeaderEpoch",
    "OffsetNotAvailable",
    "KafkaStorageError",
    "NotEnoughReplicas",
    "CorruptMessage",
    "MessageTooLarge",
    "RecordListTooLarge",
    "InvalidTimestamp",
    "InvalidRecord",
    "InvalidRequiredAcks",
    "UnsupportedCompressionType",
    "UnsupportedForMessageFormat",
    "OffsetOutOfRange",
    "OutOfOrderSequenceNumber",
    "DuplicateSequenceNumber",
    "InvalidProducerEpoch",
    "UnknownProducerId",
    "InvalidProducerIdMapping",
    "TransactionalIdNotSupported",
    "FetchSessionIdNotFound",
    "InvalidFetchSessionEpoch",
    "FetchSessionTopicIdError",
    "CoordinatorLoadInProgress",
    "CoordinatorNotAvailable",
    "NotCoordinator",
    "InvalidGroupId",
    "IllegalGeneration",
    "UnknownMemberId",
    "MemberIdRequired",
    "FencedInstanceId",
    "InconsistentGroupProtocol",
    "InvalidSessionTimeout",
    "RebalanceInProgress",
    "GroupMaxSizeReached",
    "GroupIdNotFound",
    "OffsetMetadataTooLarge",
    "InvalidCommitOffsetSize",
    "UnstableOffsetCommit",
    "Fenced",
};

}  // namespace

std::string Error::text() const {
  if (where.empty()) return detail;
  if (detail.empty()) return where;
  return where + ": " + detail;
}

std::unexpected<Error> fail(Errc code, std::string_view where, std::string_view detail) {
  return std::unexpected(Error{code, std::string(where), std::string(detail)});
}

std::unexpected<Error> fail_errno(Errc code, std::string_view where, std::string_view detail,
                                  int errno_value) {
  char buffer[128];
  const char* reason = strerror_r(errno_value, buffer, sizeof buffer);
  return std::unexpected(
      Error{code, std::string(where), std::string(detail) + ": " + std::string(reason)});
}

std::string_view to_string(Errc code) {
  return kNames[static_cast<size_t>(code)];
}

}  // namespace tenon
