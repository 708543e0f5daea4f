// SPDX-License-Identifier: Apache-2.0
//
// What the program's exit codes mean. Scripts rely on the numbers.
#pragma once

namespace tenon::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;  // the command line or a configuration is wrong
inline constexpr int kNotFound = 3;
inline constexpr int kNotAllowed = 4;
inline constexpr int kUnreachable = 5;  // no answer in time, or nobody there

}  // namespace tenon::cli
