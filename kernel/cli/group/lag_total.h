// SPDX-License-Identifier: Apache-2.0
//
// How far a whole group is behind: the sum over its partitions, as far as their lag is known.
// Values; any thread.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>

namespace tenon::cli {

struct LagTotal {
  // Nothing while there are partitions and none whose lag is known: it is not known to be 0.
  std::optional<int64_t> lag = 0;
  int64_t partitions_without_commit = 0;

  void add(bool has_commit, const std::optional<int64_t>& of_partition) {
    if (of_partition) known_ = known_.value_or(0) + *of_partition;
    if (!has_commit) ++partitions_without_commit;
    lag = known_;
  }
  // "23 (4 partitions without a commit)", "-".
  std::string text() const {
    if (!lag) return "-";
    if (partitions_without_commit == 0) return fmt::to_string(*lag);
    return fmt::format("{} ({} partition{} without a commit)", *lag, partitions_without_commit,
                       partitions_without_commit == 1 ? "" : "s");
  }

 private:
  std::optional<int64_t> known_{};
};

}  // namespace tenon::cli
