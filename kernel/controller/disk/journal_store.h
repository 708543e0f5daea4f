// SPDX-License-Identifier: Apache-2.0
//
// The journal's directory: which files there are, what they hold after a crash, and how they grow.
// Blocking; used by one thread at a time: first open(), then the journal's jobs on the pool.
//
// A directory holds segments (journal-*.log) and snapshots (snapshot-*.snap), see journal_format.h.
// Frames go to the newest segment. A snapshot at entry S is followed by a new segment; then the two
// newest snapshots stay, and the segments that are needed after the older of them, so that a
// damaged newest snapshot costs nothing.
//
// Recovery reads the newest valid snapshot and every entry after it. What a crash can have left is
// repaired: the last frame may be incomplete or lack sectors (it was never acknowledged, and is
// cut, after a copy was kept as torn-*.bytes), and so may the header of the newest segment.
// Everything else that is wrong is damage: a frame that is not valid but is followed by a valid
// one, or that is all there and does not match its checksum; a gap in the indexes; a segment or
// snapshot that is missing. Then open() refuses with kCorruptData and a sentence that names the
// file and the position, and changes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "controller/disk/files.h"
#include "controller/disk/journal_format.h"

namespace tenon::controller {

// What a directory held.
struct Recovered {
  std::optional<Snapshot> snapshot;
  std::vector<Entry> entries;  // after the snapshot
  Leadership leader;           // the newest
  uint64_t last_index = 0;
  uint64_t entry_bytes = 0;  // of the frames that were read
};

class JournalStore {
 public:
  // Makes the directory and its first segment where there is none; with `must_exist`, refuses.
  static Result<std::unique_ptr<JournalStore>> open(Files& files, std::string directory,
                                                    bool must_exist);

  // What open() found; leaves nothing behind. Once.
  Recovered take_recovered() { return std::move(recovered_); }

  // Writes the entries as one frame and makes it durable. After an error the store must not be
  // written to again.
  Result<> write(std::span<const Entry> entries);

  // Makes the snapshot durable. After an error nothing has changed.
  Result<> save_snapshot(const Snapshot& snapshot);

  // Begins a new segment whose first entry will be `next_index`, and removes files that are no
  // longer needed; a file that cannot be removed is only logged. After an error: as write().
  Result<> roll(uint64_t next_index);

 private:
  struct Segment {
    uint64_t first_index = 0;
    std::string name;
  };

  JournalStore(Files& files, std::string directory);
  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  Result<> scan();
  Result<> load_snapshot();
  Result<> load_segments();
  Result<> check_reaches_snapshot() const;
  Result<> load_segment(const Segment& segment, bool newest);
  Result<> add_frame(const Segment& segment, size_t at, DecodedFrame frame);
  Result<> begin_newest(const Segment& segment, ByteView file);
  Result<> continue_segment(const std::string& file_path, uint64_t bytes);
  Result<> cut_tail(const Segment& segment, ByteView file, size_t at);
  Result<> make_segment(uint64_t first_index);
  void remove_superfluous();

  Files& files_;
  std::string directory_;
  std::vector<Segment> segments_;  // oldest first; the last is written to
  std::vector<uint64_t>
      snapshots_;  // indexes, oldest first; after load_snapshot() only usable ones
  std::unique_ptr<AppendFile> file_;
  Recovered recovered_;
};

}  // namespace tenon::controller
