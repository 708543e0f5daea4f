// SPDX-License-Identifier: Apache-2.0
//
// What a verb failed with: the sentence for the user and the exit code for scripts. Every function
// of the command line that the world can make fail returns an Outcome. Values; any thread.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "cli/exit_codes.h"

namespace tenon::cli {

struct Failure {
  int exit_code = kFailed;
  std::string text;  // a sentence without a full stop: what, where, what to do
};

template <class T = void>
using Outcome = std::expected<T, Failure>;

inline std::unexpected<Failure> failed(int exit_code, std::string text) {
  return std::unexpected(Failure{exit_code, std::move(text)});
}

// Prints the sentence on stderr and returns the exit code.
int report(const Failure& failure);

}  // namespace tenon::cli
