// SPDX-License-Identifier: Apache-2.0

#include "handlers/errors.h"

#include <array>
#include <utility>

#include "base/assert.h"

namespace tenon::handlers {
namespace {

using Pair = std::pair<Errc, wire::ErrorCode>;
using E = wire::ErrorCode;

// In the order of Errc, which a static_assert below holds it to.
constexpr std::array kMapping{
    Pair{Errc::kUnknown, E::kUnknownServerError},
    Pair{Errc::kIo, E::kKafkaStorageError},
    Pair{Errc::kNoSpace, E::kKafkaStorageError},
    Pair{Errc::kCorruptData, E::kKafkaStorageError},
    Pair{Errc::kInUse, E::kUnknownServerError},
    Pair{Errc::kTimeout, E::kRequestTimedOut},
    Pair{Errc::kShutdown, E::kNotLeaderOrFollower},
    Pair{Errc::kCancelled, E::kNotLeaderOrFollower},
    Pair{Errc::kBadConfig, E::kInvalidConfig},
    Pair{Errc::kPluginMissing, E::kUnknownServerError},
    Pair{Errc::kPluginRefused, E::kUnknownServerError},
    Pair{Errc::kPluginFailed, E::kUnknownServerError},
    Pair{Errc::kMalformed, E::kInvalidRequest},
    Pair{Errc::kUnsupportedVersion, E::kUnsupportedVersion},
    Pair{Errc::kInvalidRequest, E::kInvalidRequest},
    Pair{Errc::kTooLarge, E::kInvalidRequest},
    Pair{Errc::kUnknownTopicOrPartition, E::kUnknownTopicOrPartition},
    Pair{Errc::kUnknownTopicId, E::kUnknownTopicId},
    Pair{Errc::kInconsistentTopicId, E::kInconsistentTopicId},
    Pair{Errc::kTopicAlreadyExists, E::kTopicAlreadyExists},
    Pair{Errc::kInvalidTopic, E::kInvalidTopicException},
    Pair{Errc::kInvalidPartitions, E::kInvalidPartitions},
    Pair{Errc::kInvalidReplicationFactor, E::kInvalidReplicationFactor},
    Pair{Errc::kInvalidReplicaAssignment, E::kInvalidReplicaAssignment},
    Pair{Errc::kInvalidConfig, E::kInvalidConfig},
    Pair{Errc::kTopicDeletionDisabled, E::kTopicDeletionDisabled},
    Pair{Errc::kPolicyViolation, E::kPolicyViolation},
    Pair{Errc::kLeaderNotAvailable, E::kLeaderNotAvailable},
    Pair{Errc::kNotLeaderOrFollower, E::kNotLeaderOrFollower},
    Pair{Errc::kNotController, E::kNotController},
    Pair{Errc::kFencedLeaderEpoch, E::kFencedLeaderEpoch},
    Pair{Errc::kUnknownLeaderEpoch, E::kUnknownLeaderEpoch},
    Pair{Errc::kOffsetNotAvailable, E::kOffsetNotAvailable},
    Pair{Errc::kKafkaStorageError, E::kKafkaStorageError},
    Pair{Errc::kNotEnoughReplicas, E::kNotEnoughReplicas},
    Pair{Errc::kCorruptMessage, E::kCorruptMessage},
    Pair{Errc::kMessageTooLarge, E::kMessageTooLarge},
    Pair{Errc::kRecordListTooLarge, E::kRecordListTooLarge},
    Pair{Errc::kInvalidTimestamp, E::kInvalidTimestamp},
    Pair{Errc::kInvalidRecord, E::kInvalidRecord},
    Pair{Errc::kInvalidRequiredAcks, E::kInvalidRequiredAcks},
    Pair{Errc::kUnsupportedCompressionType, E::kUnsupportedCompressionType},
    Pair{Errc::kUnsupportedForMessageFormat, E::kUnsupportedForMessageFormat},
    Pair{Errc::kOffsetOutOfRange, E::kOffsetOutOfRange},
    Pair{Errc::kOutOfOrderSequenceNumber, E::kOutOfOrderSequenceNumber},
    Pair{Errc::kDuplicateSequenceNumber, E::kDuplicateSequenceNumber},
    Pair{Errc::kInvalidProducerEpoch, E::kInvalidProducerEpoch},
    Pair{Errc::kUnknownProducerId, E::kUnknownProducerId},
    Pair{Errc::kInvalidProducerIdMapping, E::kInvalidProducerIdMapping},
    // Kafka has no code for a broker without transactions. This one makes clients give up at once,
    // where most others make them try again until they time out.
    Pair{Errc::kTransactionalIdNotSupported, E::kTransactionalIdAuthorizationFailed},
    Pair{Errc::kFetchSessionIdNotFound, E::kFetchSessionIdNotFound},
    Pair{Errc::kInvalidFetchSessionEpoch, E::kInvalidFetchSessionEpoch},
    Pair{Errc::kFetchSessionTopicIdError, E::kFetchSessionTopicIdError},
    Pair{Errc::kCoordinatorLoadInProgress, E::kCoordinatorLoadInProgress},
    Pair{Errc::kCoordinatorNotAvailable, E::kCoordinatorNotAvailable},
    Pair{Errc::kNotCoordinator, E::kNotCoordinator},
    Pair{Errc::kInvalidGroupId, E::kInvalidGroupId},
    Pair{Errc::kIllegalGeneration, E::kIllegalGeneration},
    Pair{Errc::kUnknownMemberId, E::kUnknownMemberId},
    Pair{Errc::kMemberIdRequired, E::kMemberIdRequired},
    Pair{Errc::kFencedInstanceId, E::kFencedInstanceId},
    Pair{Errc::kInconsistentGroupProtocol, E::kInconsistentGroupProtocol},
    Pair{Errc::kInvalidSessionTimeout, E::kInvalidSessionTimeout},
    Pair{Errc::kRebalanceInProgress, E::kRebalanceInProgress},
    Pair{Errc::kGroupMaxSizeReached, E::kGroupMaxSizeReached},
    Pair{Errc::kGroupIdNotFound, E::kGroupIdNotFound},
    Pair{Errc::kOffsetMetadataTooLarge, E::kOffsetMetadataTooLarge},
    Pair{Errc::kInvalidCommitOffsetSize, E::kInvalidCommitOffsetSize},
    Pair{Errc::kUnstableOffsetCommit, E::kUnstableOffsetCommit},
    Pair{Errc::kFenced, E::kNotController},
};

constexpr bool covers_every_code() {
  for (size_t i = 0; i < kMapping.size(); ++i) {
    if (static_cast<size_t>(kMapping[i].first) != i) return false;
  }
  return kMapping.back().first == Errc::kFenced;
}
static_assert(covers_every_code(), "a code of base/error.h is missing here, or out of order");

}  // namespace

wire::ErrorCode to_wire(Errc code) {
  const auto index = static_cast<size_t>(code);
  TN_ASSERT(index < kMapping.size());
  return kMapping[index].second;
}

}  // namespace tenon::handlers
