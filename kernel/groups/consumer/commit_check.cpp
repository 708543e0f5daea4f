// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/commit_check.h"

namespace tenon::groups {
namespace {

using wire::ErrorCode;

constexpr int16_t kMemberEpochsSince = 9;

ErrorCode check_epoch(const ConsumerMember& member, int32_t epoch) {
  if (epoch == member.progress.epoch) return ErrorCode::kNone;
  return member.words.classic ? ErrorCode::kIllegalGeneration : ErrorCode::kStaleMemberEpoch;
}

}  // namespace

ErrorCode check_commit(const ConsumerGroup& group, std::string_view member_id, int32_t epoch,
                       int16_t version) {
  if (epoch < 0 && group.members().empty()) return ErrorCode::kNone;
  const ConsumerMember* member = group.find(member_id);
  if (!member) return ErrorCode::kUnknownMemberId;
  if (version < kMemberEpochsSince && !member->words.classic) {
    return ErrorCode::kUnsupportedVersion;
  }
  return check_epoch(*member, epoch);
}

ErrorCode check_fetch(const ConsumerGroup& group, const std::optional<std::string>& member_id,
                      int32_t epoch) {
  if (!member_id && epoch < 0) return ErrorCode::kNone;
  const ConsumerMember* member = group.find(member_id.value_or(""));
  return member ? check_epoch(*member, epoch) : ErrorCode::kUnknownMemberId;
}

}  // namespace tenon::groups
