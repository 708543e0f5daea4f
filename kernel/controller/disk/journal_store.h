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
//
// Failure modes while it runs. Of a frame that could not be written nothing may stay behind the
// last good one, or a restart could show a change that was refused, or find its remains amid a
// later frame and call them damage. So the end of the segment is mended before anything else is
// written, first at once and then before each later write, until that succeeds:
//   - A write failed (a full disk): the file is cut back to its last good frame, and the cut
//   synced.
//   - A sync failed: the system may have dropped what it could not write, and its next sync would
//     succeed all the same, so this file can never vouch for anything again. The durable frames are
//     read back, checked, and written to a new file, which is synced and takes the old one's name;
//     the old file goes with whatever the disk has of the failed frame.
//   - A new segment could not be made: it is made again. No frame is written before it is there.
//   - A directory could not be synced: there is no other directory to turn to. The store is lost
//     until a restart reads what the disk holds.
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

  // Writes the entries as one frame and makes it durable. After an error they are not there, and
  // the next write gets their index; only if the process dies before the end of the segment could
  // be mended may a restart find them.
  Result<> write(std::span<const Entry> entries);

  // Makes the snapshot durable. After an error nothing has changed.
  Result<> save_snapshot(const Snapshot& snapshot);

  // Begins a new segment whose first entry will be `next_index`, and removes files that are no
  // longer needed; a file that cannot be removed is only logged. After an error nothing is removed,
  // and the next write begins the segment.
  Result<> roll(uint64_t next_index);

  // Nothing can be written any more until a restart.
  bool lost() const { return lost_.has_value(); }

 private:
  struct Segment {
    uint64_t first_index = 0;
    std::string name;
  };
  // What lies behind the last durable frame of the newest segment.
  enum class Tail {
    kNothing,
    kUnwritten,  // perhaps a part of a frame whose write failed
    kUnsynced,   // perhaps a frame whose sync failed; the file is not to be synced again
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
  Result<> continue_segment(const Segment& segment, ByteView frames);
  Result<> cut_tail(const Segment& segment, ByteView file, size_t at);
  Result<> make_segment(uint64_t first_index);
  Result<> append_frame(ByteView frame);
  Result<> mend();
  Result<> cut_unwritten();
  Result<> rewrite_segment();
  Result<> copy_durable_frames(const Segment& segment, const std::string& to);
  bool are_durable_frames(ByteView file, uint64_t first_index) const;
  Result<> sync_directory();
  void remove_superfluous();

  Files& files_;
  std::string directory_;
  std::vector<Segment> segments_;  // oldest first; the last is written to
  std::vector<uint64_t>
      snapshots_;  // indexes, oldest first; after load_snapshot() only usable ones
  std::unique_ptr<AppendFile> file_;
  Tail tail_ = Tail::kNothing;
  uint64_t durable_bytes_ = 0;            // of the newest segment
  uint64_t durable_index_ = 0;            // of the newest entry
  std::optional<uint64_t> next_segment_;  // its first index: is to be made before the next write
  std::optional<Error> lost_;
  Recovered recovered_;
};

}  // namespace tenon::controller
