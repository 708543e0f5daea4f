// SPDX-License-Identifier: Apache-2.0
//
// The names of the files in a log's directory. Pure functions, any thread.
//
//   <base offset, 20 digits>.log        record batches, one after the other
//   <base offset>.index                 offset index
//   <base offset>.timeindex             time index
//   *.tmp  *.deleted                    left by a crash; removed when the log is opened
//   *.quarantined                       damaged data, kept for people; never read
//   clean-shutdown  recovery-point      see state_files.h
//   any other name                      a blob of the kernel
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::segment {

inline constexpr std::string_view kLogSuffix = ".log";
inline constexpr std::string_view kIndexSuffix = ".index";
inline constexpr std::string_view kTimeIndexSuffix = ".timeindex";
inline constexpr std::string_view kTempSuffix = ".tmp";
inline constexpr std::string_view kDeletedSuffix = ".deleted";
inline constexpr std::string_view kQuarantinedSuffix = ".quarantined";
inline constexpr std::string_view kCleanShutdownName = "clean-shutdown";
inline constexpr std::string_view kRecoveryPointName = "recovery-point";

// "00000000000000000042" + suffix.
std::string segment_file_name(int64_t base_offset, std::string_view suffix);

// The base offset in such a name; nullopt if it is not one.
std::optional<int64_t> parse_segment_file_name(std::string_view name, std::string_view suffix);

// True if a blob may have this name: letters, digits, '.', '_' and '-', not a name of ours.
bool is_blob_name(std::string_view name);

}  // namespace tenon::segment
