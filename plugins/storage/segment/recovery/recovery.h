// SPDX-License-Identifier: Apache-2.0
//
// Opens what a log's directory holds, and mends what a crash has left.
//
// Happy path: the clean-shutdown marker names the end of the last segment and that is where it
// ends: nothing is scanned but the last few headers of each segment. Failure modes:
//   - no valid marker: segments from the recovery point on are checked batch by batch (header,
//     rising offsets, CRC) and cut at the first bad one; what follows the cut is kept as
//     *.quarantined if there are whole batches in it; indexes are rebuilt. What lies before the
//     recovery point was durable and is not scanned.
//   - an index is missing or does not fit its segment: rebuilt from the segment.
//   - a bad batch or missing bytes before the recovery point: TN_E_CORRUPT naming file and
//   position;
//     nothing is changed.
//   - the file system refuses: that error; nothing is cut because it could not be read.
// Recovery can be cut off at any point and run again. One thread; blocks.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "segment.h"
#include "state_files.h"

namespace tenon::segment {

struct Recovered {
  std::vector<std::shared_ptr<Segment>> segments;  // at least one, bases rising
  bool was_clean = false;
  bool is_new = false;           // the directory was made
  bool has_marker = false;       // a valid clean-shutdown marker is there
  bool names_changed = false;    // the directory has to be synced
  uint64_t truncated_bytes = 0;  // cut off, quarantined or not
  std::optional<Checkpoint> recovery_point;
};

Result<Recovered> recover(const Services&, const SegmentLayout&, int64_t start_offset);

}  // namespace tenon::segment
