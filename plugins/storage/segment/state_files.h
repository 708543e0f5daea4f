// SPDX-License-Identifier: Apache-2.0
//
// Small files beside a log's segments. Most are replaced as a whole: written under a temporary
// name, synced, renamed, the directory synced, so that a crash leaves the old one or the new one.
//
//   recovery-point    up to where everything, indexes included, is known to be on disk
//   clean-shutdown    the end of a log that was closed in order; void once the log has grown.
//                     Written in place and not synced: its CRC says whether it is whole
//
//   file := "tenon 1 " base_offset " " bytes " " end_offset " " offset_entries " " time_entries
//           " " crc "\n"      decimal; crc is the CRC-32C of the line before it
//
// Threads: any; whoever writes a file of one name is serialised by the caller.
#pragma once

#include <optional>
#include <string>

#include "services.h"

namespace tenon::segment {

// A point in a log: [0, bytes) of the segment with that base, and the first entries of its indexes.
struct Checkpoint {
  int64_t base_offset = 0;
  int64_t bytes = 0;
  int64_t end_offset = 0;
  int64_t offset_entries = 0;
  int64_t time_entries = 0;

  bool operator==(const Checkpoint&) const = default;
};

// nullopt if the file is missing or its text is not whole.
Result<std::optional<Checkpoint>> load_checkpoint(const Services&, const std::string& path);
Result<> store_checkpoint(const Services&, const std::string& directory, std::string_view name,
                          const Checkpoint&);

// The same in place and without a sync, where losing it does no harm.
Result<> leave_checkpoint(const Services&, const std::string& directory, std::string_view name,
                          const Checkpoint&);

Result<> replace_file(const Services&, const std::string& directory, std::string_view name,
                      ByteView bytes);
// Copies up to `cap` bytes; the size of the file. TN_E_NOT_FOUND if there is none.
Result<size_t> copy_file_to(const Services&, const std::string& path, uint8_t* dst, size_t cap);
// Removes the file; fine if it is not there.
Result<> remove_if_there(const Services&, const std::string& path);

}  // namespace tenon::segment
