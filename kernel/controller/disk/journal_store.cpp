// SPDX-License-Identifier: Apache-2.0

#include "controller/disk/journal_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/crc32c.h"
#include "base/log.h"

namespace tenon::controller {

namespace {

// Disks write whole sectors, so of a write that was interrupted a sector is there or it is not.
constexpr size_t kSectorBytes = 512;
constexpr size_t kSnapshotsKept = 2;

std::unexpected<Error> damaged(const std::string& path, size_t position, std::string_view what) {
  return fail(
      Errc::kCorruptData, path,
      fmt::format("is damaged at byte {}: {}. Nothing was changed; restore the file, or the "
                  "data directory, from a copy",
                  position, what));
}

bool all_zero(ByteView bytes) {
  return std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
}

// Can an interrupted write explain that no valid frame starts at `at`? Then the file ends before
// the frame does, or a sector of it was never written and reads as zeros.
bool is_torn(ByteView file, size_t at) {
  const ByteView rest = file.subspan(at);
  if (rest.size() < kFrameHeaderBytes) return true;
  const uint64_t frame_bytes = kFrameHeaderBytes + uint64_t{load_be<uint32_t>(rest.data())};
  // Unless it is only the length that is wrong.
  if (frame_bytes > rest.size())
    return crc32c(0, rest.subspan(kFrameHeaderBytes)) != load_be<uint32_t>(rest.data() + 4);
  const size_t end = at + static_cast<size_t>(frame_bytes);
  for (size_t from = at; from < end;) {
    const size_t to = std::min(end, (from / kSectorBytes + 1) * kSectorBytes);
    if (all_zero(file.subspan(from, to - from))) return true;
    from = to;
  }
  return false;
}

}  // namespace

JournalStore::JournalStore(Files& files, std::string directory)
    : files_(files), directory_(std::move(directory)) {}

Result<std::unique_ptr<JournalStore>> JournalStore::open(Files& files, std::string directory,
                                                         bool must_exist) {
  std::unique_ptr<JournalStore> store(new JournalStore(files, std::move(directory)));
  if (auto made = files.make_directories(store->directory_); !made) return forward(made);
  if (auto scanned = store->scan(); !scanned) return forward(scanned);
  if (!store->segments_.empty() || !store->snapshots_.empty()) {
    if (auto done = store->load_snapshot(); !done) return forward(done);
    if (auto done = store->load_segments(); !done) return forward(done);
    store->durable_index_ = store->recovered_.last_index;
    return store;
  }
  if (must_exist)
    return fail(Errc::kCorruptData, store->directory_,
                "has no metadata journal, though this data directory is in use; restore the "
                "journal from a copy, or start with an empty data directory");
  if (auto begun = store->make_segment(1); !begun) return forward(begun);
  return store;
}

Result<> JournalStore::scan() {
  const auto names = files_.list(directory_);
  if (!names) return std::unexpected(names.error());
  // The digits of the names are of one width, so sorted names are sorted indexes.
  for (const std::string& name : *names) {
    if (const auto first = parse_segment_name(name)) segments_.push_back({*first, name});
    if (const auto index = parse_snapshot_name(name)) snapshots_.push_back(*index);
  }
  return {};
}

Result<> JournalStore::load_snapshot() {
  while (!snapshots_.empty()) {
    const std::string file_path = path(snapshot_name(snapshots_.back()));
    auto file = files_.read(file_path);
    if (!file) return forward(file);
    auto snapshot = decode_snapshot(*file);
    if (snapshot && snapshot->index == snapshots_.back()) {
      recovered_.leader = snapshot->leader;
      recovered_.last_index = snapshot->index;
      recovered_.snapshot = std::move(snapshot);
      return {};
    }
    log_error("{} is damaged and is left aside; its state is made again from what came before",
              file_path);
    snapshots_.pop_back();
  }
  return {};
}

Result<> JournalStore::load_segments() {
  const uint64_t needed = recovered_.last_index + 1;
  // Segments before the one that holds the first needed entry are not read.
  auto from = std::ranges::upper_bound(segments_, needed, {}, &Segment::first_index);
  if (from == segments_.begin())
    return fail(
        Errc::kCorruptData, directory_,
        fmt::format("lacks the journal segment with entry {}; restore it from a copy", needed));
  --from;
  // Entries up to the snapshot's are counted, so that gaps show, but not kept.
  recovered_.last_index = from->first_index - 1;
  for (; from != segments_.end(); ++from) {
    const bool newest = std::next(from) == segments_.end();
    if (auto done = load_segment(*from, newest); !done) return done;
  }
  return check_reaches_snapshot();
}

Result<> JournalStore::check_reaches_snapshot() const {
  const uint64_t in_snapshot = recovered_.snapshot ? recovered_.snapshot->index : 0;
  if (recovered_.last_index >= in_snapshot) return {};
  return fail(Errc::kCorruptData, directory_,
              fmt::format("has journal entries up to {} only, but a snapshot of entry {}; restore "
                          "the journal from a copy",
                          recovered_.last_index, in_snapshot));
}

Result<> JournalStore::load_segment(const Segment& segment, bool newest) {
  const std::string file_path = path(segment.name);
  auto file = files_.read(file_path);
  if (!file) return forward(file);
  if (segment.first_index != recovered_.last_index + 1)
    return damaged(file_path, 0,
                   fmt::format("it begins with entry {}, but entry {} is the next",
                               segment.first_index, recovered_.last_index + 1));
  const auto header = decode_segment_header(*file);
  if (!header && newest) return begin_newest(segment, *file);
  if (header != segment.first_index)
    return damaged(file_path, 0, "its header is not the one of its name");
  size_t at = kSegmentHeaderBytes;
  while (at < file->size()) {
    auto frame = decode_frame(ByteView(*file).subspan(at));
    if (!frame && newest) return cut_tail(segment, *file, at);
    if (!frame) return damaged(file_path, at, "no valid frame starts there, but later segments do");
    const size_t bytes = frame->bytes;
    if (auto done = add_frame(segment, at, std::move(*frame)); !done) return done;
    at += bytes;
  }
  return newest ? continue_segment(segment, *file) : Result<>();
}

// Opens the newest segment to be written to after `frames`, and makes everything durable that was
// read: when only the process died, some of it may be in the system's memory and not yet on the
// disk. In a new file: of the old one, a sync may have failed before.
Result<> JournalStore::continue_segment(const Segment& segment, ByteView frames) {
  if (auto done = replace_file(files_, directory_, segment.name, frames); !done) return done;
  auto open = files_.open(path(segment.name), false);
  if (!open) return forward(open);
  file_ = std::move(*open);
  durable_bytes_ = frames.size();
  return {};
}

Result<> JournalStore::add_frame(const Segment& segment, size_t at, DecodedFrame frame) {
  if (frame.entries.front().index != recovered_.last_index + 1)
    return damaged(path(segment.name), at,
                   fmt::format("entry {} comes after entry {}", frame.entries.front().index,
                               recovered_.last_index));
  recovered_.last_index = frame.entries.back().index;
  const uint64_t in_snapshot = recovered_.snapshot ? recovered_.snapshot->index : 0;
  for (Entry& entry : frame.entries) {
    if (entry.index <= in_snapshot) continue;
    if (entry.epoch < recovered_.leader.epoch)
      return damaged(path(segment.name), at,
                     fmt::format("entry {} has epoch {} after epoch {}", entry.index, entry.epoch,
                                 recovered_.leader.epoch));
    if (entry.kind == EntryKind::kLeadership) {
      const auto leader = decode_leadership(entry);
      if (!leader) return damaged(path(segment.name), at, leader.error().text());
      recovered_.leader = *leader;
    }
    recovered_.entries.push_back(std::move(entry));
  }
  recovered_.entry_bytes += frame.bytes;
  return {};
}

// The newest segment has no valid header: a crash came while it was made, or it is damaged.
Result<> JournalStore::begin_newest(const Segment& segment, ByteView file) {
  const bool interrupted = file.size() < kSegmentHeaderBytes || all_zero(file);
  if (!interrupted) return damaged(path(segment.name), 0, "it does not begin with a valid header");
  const uint64_t first_index = segment.first_index;
  segments_.pop_back();
  return make_segment(first_index);
}

Result<> JournalStore::cut_tail(const Segment& segment, ByteView file, size_t at) {
  const std::string file_path = path(segment.name);
  const ByteView tail = file.subspan(at);
  if (const auto next = find_frame_after(tail, recovered_.last_index))
    return damaged(file_path, at,
                   fmt::format("no valid frame starts there, but one does at byte {}", at + *next));
  if (!is_torn(file, at))
    return damaged(file_path, at, "the frame there is whole, but does not match its checksum");
  if (auto whole = check_reaches_snapshot(); !whole) return whole;
  const std::string copy = fmt::format("torn-{:020}-{}.bytes", segment.first_index, at);
  log_warn(
      "{}: the last {} bytes, from byte {}, are of a write that a crash interrupted and that "
      "was never acknowledged; they are cut off and kept as {}",
      file_path, tail.size(), at, copy);
  if (auto kept = replace_file(files_, directory_, copy, tail); !kept) return kept;
  return continue_segment(segment, file.first(at));
}

Result<> JournalStore::make_segment(uint64_t first_index) {
  Segment segment{first_index, segment_name(first_index)};
  // Not over one that an earlier try has left: a file whose sync failed is not synced again.
  if (auto gone = files_.remove(path(segment.name)); !gone) return gone;
  auto open = files_.open(path(segment.name), true);
  if (!open) return forward(open);
  if (auto done = (*open)->append(encode_segment_header(first_index)); !done) return done;
  if (auto done = (*open)->sync(); !done) return done;
  if (auto done = sync_directory(); !done) return done;
  file_ = std::move(*open);
  durable_bytes_ = kSegmentHeaderBytes;
  segments_.push_back(std::move(segment));
  return {};
}

Result<> JournalStore::write(std::span<const Entry> entries) {
  if (auto mended = mend(); !mended) return mended;
  const Bytes frame = encode_frame(entries);
  if (auto done = append_frame(frame); !done) {
    // Now, so that a restart does not find what was refused. If it cannot be done yet, the next
    // write will say so.
    if (auto mended = mend(); !mended) log_debug("{}", mended.error().text());
    return done;
  }
  durable_bytes_ += frame.size();
  durable_index_ = entries.back().index;
  return {};
}

Result<> JournalStore::append_frame(ByteView frame) {
  tail_ = Tail::kUnwritten;
  if (auto done = file_->append(frame); !done) return done;
  tail_ = Tail::kUnsynced;
  if (auto done = file_->sync(); !done) return done;
  tail_ = Tail::kNothing;
  return {};
}

// Brings the newest segment to where a frame can be written; nothing to do as a rule.
Result<> JournalStore::mend() {
  if (lost_) return std::unexpected(*lost_);
  if (tail_ == Tail::kUnwritten && !cut_unwritten()) tail_ = Tail::kUnsynced;
  if (tail_ == Tail::kUnsynced) {
    if (auto done = rewrite_segment(); !done) return done;
  }
  tail_ = Tail::kNothing;
  if (!next_segment_) return {};
  if (auto made = make_segment(*next_segment_); !made) return made;
  next_segment_.reset();
  return {};
}

// Durably: were the remains still on the disk while the next frame is written over them, a loss of
// power could leave a mixture of the two.
Result<> JournalStore::cut_unwritten() {
  if (auto cut = file_->truncate(durable_bytes_); !cut) return cut;
  return file_->sync();
}

Result<> JournalStore::rewrite_segment() {
  const Segment& segment = segments_.back();
  const std::string file_path = path(segment.name);
  const std::string temporary = file_path + ".tmp";
  if (auto copied = copy_durable_frames(segment, temporary); !copied) {
    if (auto gone = files_.remove(temporary); !gone) log_debug("{}", gone.error().text());
    return copied;
  }
  if (auto done = files_.rename(temporary, file_path); !done) return done;
  auto open = files_.open(file_path, false);
  if (!open) return forward(open);
  if (auto done = sync_directory(); !done) return done;
  file_ = std::move(*open);
  log_info("{} was written anew, because its last sync had failed", file_path);
  return {};
}

Result<> JournalStore::copy_durable_frames(const Segment& segment, const std::string& to) {
  const std::string from = path(segment.name);
  auto file = files_.read(from);
  if (!file) return forward(file);
  if (file->size() < durable_bytes_ || !are_durable_frames(*file, segment.first_index))
    return fail(Errc::kCorruptData, from,
                "does not hold what was written to it, so it cannot be written anew");
  return write_file(files_, to, ByteView(*file).first(static_cast<size_t>(durable_bytes_)));
}

bool JournalStore::are_durable_frames(ByteView file, uint64_t first_index) const {
  if (decode_segment_header(file) != first_index) return false;
  ByteView rest = file.first(static_cast<size_t>(durable_bytes_)).subspan(kSegmentHeaderBytes);
  uint64_t next = first_index;
  while (!rest.empty()) {
    const auto frame = decode_frame(rest);
    if (!frame || frame->entries.front().index != next) return false;
    next = frame->entries.back().index + 1;
    rest = rest.subspan(frame->bytes);
  }
  return next == durable_index_ + 1;
}

// Of a directory there is no other copy that could be synced instead.
Result<> JournalStore::sync_directory() {
  auto done = files_.sync_directory(directory_);
  if (!done) lost_ = done.error();
  return done;
}

Result<> JournalStore::save_snapshot(const Snapshot& snapshot) {
  const std::string name = snapshot_name(snapshot.index);
  if (auto done = replace_file(files_, directory_, name, encode_snapshot(snapshot)); !done)
    return done;
  if (snapshots_.empty() || snapshots_.back() != snapshot.index)
    snapshots_.push_back(snapshot.index);
  return {};
}

Result<> JournalStore::roll(uint64_t next_index) {
  if (segments_.back().first_index != next_index) next_segment_ = next_index;
  if (auto done = mend(); !done) return done;
  remove_superfluous();
  return {};
}

void JournalStore::remove_superfluous() {
  const auto remove = [this](const std::string& name) {
    if (auto done = files_.remove(path(name)); !done) log_warn("{}", done.error().text());
  };
  if (snapshots_.size() < kSnapshotsKept) return;
  for (; snapshots_.size() > kSnapshotsKept; snapshots_.erase(snapshots_.begin()))
    remove(snapshot_name(snapshots_.front()));
  // A segment ends where the next begins; the newest stays in any case.
  const uint64_t first_needed = snapshots_.front() + 1;
  while (segments_.size() > 1 && segments_[1].first_index <= first_needed) {
    remove(segments_.front().name);
    segments_.erase(segments_.begin());
  }
}

}  // namespace tenon::controller
