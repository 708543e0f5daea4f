// SPDX-License-Identifier: Apache-2.0
//
// One error type for every room. An operation that the world can make fail returns Result<T>; a
// broken invariant of our own is an assertion (assert.h). The codes are the things a caller may
// have to tell apart; most carry the name of Kafka's error of the same meaning, and
// handlers/errors.cpp maps each to the number on the wire, once.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tenon {

enum class Errc : uint16_t {
  kUnknown,  // never sent for a state that a client may retry
  // The machine and its files.
  kIo,
  kNoSpace,
  kCorruptData,  // bytes on disk are not what they claim to be
  kInUse,        // port taken, directory locked
  kTimeout,
  kShutdown,
  kCancelled,
  // Configuration and plugins.
  kBadConfig,
  kPluginMissing,
  kPluginRefused,
  kPluginFailed,
  // Frames and messages.
  kMalformed,           // bytes that no version of the message allows
  kUnsupportedVersion,  // a version that is not advertised
  kInvalidRequest,      // well-formed, but contradicts itself
  kTooLarge,
  // Topics and partitions.
  kUnknownTopicOrPartition,
  kUnknownTopicId,
  kInconsistentTopicId,
  kTopicAlreadyExists,
  kInvalidTopic,
  kInvalidPartitions,
  kInvalidReplicationFactor,
  kInvalidReplicaAssignment,
  kInvalidConfig,
  kTopicDeletionDisabled,
  kPolicyViolation,
  kLeaderNotAvailable,
  kNotLeaderOrFollower,
  kNotController,
  kFencedLeaderEpoch,
  kUnknownLeaderEpoch,
  kOffsetNotAvailable,
  kKafkaStorageError,
  kNotEnoughReplicas,
  // Records.
  kCorruptMessage,
  kMessageTooLarge,
  kRecordListTooLarge,
  kInvalidTimestamp,
  kInvalidRecord,
  kInvalidRequiredAcks,
  kUnsupportedCompressionType,
  kUnsupportedForMessageFormat,
  kOffsetOutOfRange,
  // Producers.
  kOutOfOrderSequenceNumber,
  kDuplicateSequenceNumber,
  kInvalidProducerEpoch,
  kUnknownProducerId,
  kInvalidProducerIdMapping,
  kTransactionalIdNotSupported,
  // Fetch sessions.
  kFetchSessionIdNotFound,
  kInvalidFetchSessionEpoch,
  kFetchSessionTopicIdError,
  // Groups.
  kCoordinatorLoadInProgress,
  kCoordinatorNotAvailable,
  kNotCoordinator,
  kInvalidGroupId,
  kIllegalGeneration,
  kUnknownMemberId,
  kMemberIdRequired,
  kFencedInstanceId,
  kInconsistentGroupProtocol,
  kInvalidSessionTimeout,
  kRebalanceInProgress,
  kGroupMaxSizeReached,
  kGroupIdNotFound,
  kOffsetMetadataTooLarge,
  kInvalidCommitOffsetSize,
  kUnstableOffsetCommit,
  // Coordination.
  kFenced,  // a newer epoch has taken over
};

// What went wrong, where, and in which words. `where` names the thing ("orders-0",
// "configs/standalone.toml:6:1"); `detail` is a sentence without a full stop, fit to be shown.
struct Error {
  Errc code = Errc::kUnknown;
  std::string where;
  std::string detail;

  // "where: detail", or the one that is not empty.
  std::string text() const;
};

template <class T = void>
using Result = std::expected<T, Error>;

// Makes the failed side of any Result: `return fail(Errc::kIo, path, "cannot be opened")`.
std::unexpected<Error> fail(Errc code, std::string_view where, std::string_view detail);
// The same with what errno says behind the detail.
std::unexpected<Error> fail_errno(Errc code, std::string_view where, std::string_view detail,
                                  int errno_value);
// Passes the error of one Result on as another: `if (!r) return forward(r)`.
template <class T>
std::unexpected<Error> forward(Result<T>& failed) {
  return std::unexpected(std::move(failed.error()));
}

// The name without the k: "UnknownTopicOrPartition". For logs and tests.
std::string_view to_string(Errc code);

}  // namespace tenon
