// SPDX-License-Identifier: Apache-2.0
//
// The bytes of the journal's files, and nothing of when they are written. All integers big-endian,
// checksums CRC-32C.
//
//   journal-<first index, 20 digits>.log
//     segment  = header frame*
//     header   = magic:"TNJOURN1" first_index:u64 crc:u32            crc of magic and first_index
//     frame    = length:u32 crc:u32 body                             length and crc are body's
//     body     = first_index:u64 count:u32 entry{count}
//     entry    = length:u32 epoch:u32 kind:u8 payload                length is payload's
//     payload  = candidate:u32                                       of kind 1, leadership
//              | any bytes                                           of kind 2, data
//
//   snapshot-<last index, 20 digits>.snap
//     snapshot = magic:"TNSNAPS1" index:u64 epoch:u32 leader:u32 length:u64 crc:u32 body
//                crc of everything from magic to length, and of body
//
// A frame holds the entries of one write, which one fsync makes durable, and the next frame is
// written only after that. So a crash can damage the last frame only, in any way, even when the
// disk reorders the sectors of one write: were each entry checked on its own, a lost first entry
// before a whole second one would look like damage.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/ids.h"

namespace tenon::controller {

// Who leads, since when.
struct Leadership {
  int32_t epoch = 0;  // 0 = nobody yet
  BrokerId leader{-1};
  uint64_t index = 0;  // of the entry that says so; 0 if it is before the snapshot

  bool operator==(const Leadership&) const = default;
};

enum class EntryKind : uint8_t { kLeadership = 1, kData = 2 };

struct Entry {
  uint64_t index = 0;
  int32_t epoch = 0;
  EntryKind kind = EntryKind::kData;
  Bytes payload;

  bool operator==(const Entry&) const = default;
};

struct Snapshot {
  uint64_t index = 0;  // of the last entry whose effect is in the body
  Leadership leader;
  Bytes body;
};

inline constexpr size_t kSegmentHeaderBytes = 20;
inline constexpr size_t kFrameHeaderBytes = 8;

Bytes encode_leadership(BrokerId candidate);
// Of an entry of kind kLeadership.
Result<Leadership> decode_leadership(const Entry& entry);

Bytes encode_segment_header(uint64_t first_index);
// The first index; nullopt if `file` does not begin with a whole, valid header.
std::optional<uint64_t> decode_segment_header(ByteView file);

// Entries with rising indexes, not empty.
Bytes encode_frame(std::span<const Entry> entries);

struct DecodedFrame {
  std::vector<Entry> entries;
  size_t bytes = 0;  // of the frame
};
// The frame at the start of `bytes`, if it is whole and valid.
std::optional<DecodedFrame> decode_frame(ByteView bytes);
// The position of the first valid frame in bytes whose first index is above `index`. Looks at every
// position: for files that are damaged.
std::optional<size_t> find_frame_after(ByteView bytes, uint64_t index);

Bytes encode_snapshot(const Snapshot& snapshot);
// nullopt if any byte is not as it was written.
std::optional<Snapshot> decode_snapshot(ByteView file);

std::string segment_name(uint64_t first_index);
std::string snapshot_name(uint64_t index);
// The index in the name; nullopt if it is not such a name.
std::optional<uint64_t> parse_segment_name(std::string_view name);
std::optional<uint64_t> parse_snapshot_name(std::string_view name);

}  // namespace tenon::controller
