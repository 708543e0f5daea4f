// SPDX-License-Identifier: Apache-2.0

#include "groups/append_errors.h"

#include <algorithm>
#include <array>

namespace tenon::groups {
namespace {

constexpr std::array kPassing = {Errc::kNotEnoughReplicas, Errc::kTimeout,
                                 Errc::kUnknownTopicOrPartition, Errc::kOffsetNotAvailable};
constexpr std::array kTooLarge = {Errc::kMessageTooLarge, Errc::kRecordListTooLarge,
                                  Errc::kTooLarge};
constexpr std::array kLogLost = {
    Errc::kNotLeaderOrFollower, Errc::kKafkaStorageError, Errc::kIo,          Errc::kNoSpace,
    Errc::kCorruptData,         Errc::kShutdown,          Errc::kCancelled,   Errc::kFenced,
    Errc::kFencedLeaderEpoch,   Errc::kNotCoordinator,    Errc::kPluginFailed};

template <size_t N>
bool is_one_of(const std::array<Errc, N>& codes, Errc code) {
  return std::ranges::find(codes, code) != codes.end();
}

}  // namespace

wire::ErrorCode group_write_error(const Error& error) {
  if (is_one_of(kPassing, error.code)) {
    return wire::ErrorCode::kCoordinatorNotAvailable;
  }
  if (is_one_of(kLogLost, error.code)) return wire::ErrorCode::kNotCoordinator;
  return wire::ErrorCode::kUnknownServerError;
}

wire::ErrorCode offset_write_error(const Error& error) {
  if (is_one_of(kTooLarge, error.code)) {
    return wire::ErrorCode::kInvalidCommitOffsetSize;
  }
  return group_write_error(error);
}

}  // namespace tenon::groups
