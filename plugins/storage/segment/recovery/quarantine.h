// SPDX-License-Identifier: Apache-2.0
//
// Keeps damaged data for people instead of deleting it: files named *.quarantined beside the
// segments, which nothing reads. Called by recovery; one thread; blocks.
#pragma once

#include "segment.h"

namespace tenon::segment {

// Copies [from, bytes) of the segment's file to `<file>.<from>.quarantined`, durably.
Result<> quarantine_tail(const Services&, const Segment&, uint64_t from, uint64_t bytes);

// Renames the segment's file to `<file>.quarantined`, or removes it if it is empty; its indexes are
// removed. The directory is not synced.
Result<> quarantine_segment(const Services&, const Segment&, uint64_t bytes);

}  // namespace tenon::segment
