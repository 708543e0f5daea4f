// SPDX-License-Identifier: Apache-2.0

#include "controller/disk/journal_format.h"

#include <fmt/format.h>

#include <charconv>

#include "base/assert.h"
#include "base/crc32c.h"

namespace tenon::controller {

namespace {

constexpr std::string_view kSegmentMagic = "TNJOURN1";
constexpr std::string_view kSnapshotMagic = "TNSNAPS1";
constexpr size_t kBodyHeaderBytes = 12;
constexpr size_t kEntryHeaderBytes = 9;
constexpr size_t kSnapshotHeaderBytes = 36;
constexpr size_t kSnapshotCrcAt = 32;
constexpr size_t kIndexDigits = 20;

template <class T>
void put(Bytes& out, T value) {
  const size_t at = out.size();
  out.resize(at + sizeof(T));
  store_be<T>(out.data() + at, value);
}
void put(Bytes& out, ByteView bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

bool known_kind(uint8_t kind) {
  return kind == static_cast<uint8_t>(EntryKind::kLeadership) ||
         kind == static_cast<uint8_t>(EntryKind::kData);
}

// Takes one entry off the front of `body`.
std::optional<Entry> take_entry(ByteView& body, uint64_t index) {
  if (body.size() < kEntryHeaderBytes) return std::nullopt;
  const auto length = load_be<uint32_t>(body.data());
  if (length > body.size() - kEntryHeaderBytes || !known_kind(body[8])) return std::nullopt;
  const ByteView payload = body.subspan(kEntryHeaderBytes, length);
  Entry entry{.index = index,
              .epoch = load_be<int32_t>(body.data() + 4),
              .kind = static_cast<EntryKind>(body[8]),
              .payload = Bytes(payload.begin(), payload.end())};
  body = body.subspan(kEntryHeaderBytes + length);
  return entry;
}

// The frame's body, if its length fits and its checksum agrees.
std::optional<ByteView> checked_body(ByteView bytes) {
  if (bytes.size() < kFrameHeaderBytes + kBodyHeaderBytes) return std::nullopt;
  const auto length = load_be<uint32_t>(bytes.data());
  if (length < kBodyHeaderBytes || length > bytes.size() - kFrameHeaderBytes) return std::nullopt;
  const ByteView body = bytes.subspan(kFrameHeaderBytes, length);
  if (crc32c(0, body) != load_be<uint32_t>(bytes.data() + 4)) return std::nullopt;
  return body;
}

std::optional<uint64_t> parse_name(std::string_view name, std::string_view prefix,
                                   std::string_view suffix) {
  if (name.size() != prefix.size() + kIndexDigits + suffix.size()) return std::nullopt;
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  const std::string_view digits = name.substr(prefix.size(), kIndexDigits);
  uint64_t index = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return std::nullopt;
  return index;
}

uint32_t snapshot_crc(ByteView file) {
  const uint32_t header = crc32c(0, file.first(kSnapshotCrcAt));
  return crc32c(header, file.subspan(kSnapshotHeaderBytes));
}

}  // namespace

Bytes encode_leadership(BrokerId candidate) {
  Bytes payload;
  put(payload, candidate.value);
  return payload;
}

Result<Leadership> decode_leadership(const Entry& entry) {
  if (entry.kind != EntryKind::kLeadership || entry.payload.size() != sizeof(int32_t))
    return fail(Errc::kCorruptData, fmt::format("journal entry {}", entry.index),
                "does not say who leads");
  return Leadership{.epoch = entry.epoch,
                    .leader = BrokerId{load_be<int32_t>(entry.payload.data())},
                    .index = entry.index};
}

Bytes encode_segment_header(uint64_t first_index) {
  Bytes out;
  put(out, as_bytes(kSegmentMagic));
  put(out, first_index);
  put(out, crc32c(0, out));
  return out;
}

std::optional<uint64_t> decode_segment_header(ByteView file) {
  if (file.size() < kSegmentHeaderBytes) return std::nullopt;
  const ByteView checked = file.first(kSegmentHeaderBytes - sizeof(uint32_t));
  if (as_text(checked.first(kSegmentMagic.size())) != kSegmentMagic) return std::nullopt;
  if (crc32c(0, checked) != load_be<uint32_t>(file.data() + checked.size())) return std::nullopt;
  return load_be<uint64_t>(file.data() + kSegmentMagic.size());
}

Bytes encode_frame(std::span<const Entry> entries) {
  TN_ASSERT(!entries.empty());
  Bytes out(kFrameHeaderBytes);
  put(out, entries.front().index);
  put(out, static_cast<uint32_t>(entries.size()));
  for (const Entry& entry : entries) {
    put(out, static_cast<uint32_t>(entry.payload.size()));
    put(out, entry.epoch);
    put(out, static_cast<uint8_t>(entry.kind));
    put(out, ByteView(entry.payload));
  }
  const ByteView body = ByteView(out).subspan(kFrameHeaderBytes);
  const uint32_t crc = crc32c(0, body);
  store_be(out.data(), static_cast<uint32_t>(body.size()));
  store_be(out.data() + 4, crc);
  return out;
}

std::optional<DecodedFrame> decode_frame(ByteView bytes) {
  const auto checked = checked_body(bytes);
  if (!checked) return std::nullopt;
  ByteView body = *checked;
  const auto first_index = load_be<uint64_t>(body.data());
  const auto count = load_be<uint32_t>(body.data() + 8);
  DecodedFrame frame{.entries = {}, .bytes = kFrameHeaderBytes + body.size()};
  body = body.subspan(kBodyHeaderBytes);
  for (uint32_t i = 0; i < count; ++i) {
    auto entry = take_entry(body, first_index + i);
    if (!entry) return std::nullopt;
    frame.entries.push_back(std::move(*entry));
  }
  if (frame.entries.empty() || !body.empty()) return std::nullopt;
  return frame;
}

std::optional<size_t> find_frame_after(ByteView bytes, uint64_t index) {
  for (size_t at = 0; at + kFrameHeaderBytes + kBodyHeaderBytes <= bytes.size(); ++at) {
    // Cheap tests first: a checksum over the rest at each position would be quadratic.
    const auto first_index = load_be<uint64_t>(bytes.data() + at + kFrameHeaderBytes);
    if (first_index <= index || first_index > index + bytes.size()) continue;
    if (decode_frame(bytes.subspan(at))) return at;
  }
  return std::nullopt;
}

Bytes encode_snapshot(const Snapshot& snapshot) {
  Bytes out;
  out.reserve(kSnapshotHeaderBytes + snapshot.body.size());
  put(out, as_bytes(kSnapshotMagic));
  put(out, snapshot.index);
  put(out, snapshot.leader.epoch);
  put(out, snapshot.leader.leader.value);
  put(out, static_cast<uint64_t>(snapshot.body.size()));
  put(out, uint32_t{0});
  put(out, ByteView(snapshot.body));
  store_be(out.data() + kSnapshotCrcAt, snapshot_crc(out));
  return out;
}

std::optional<Snapshot> decode_snapshot(ByteView file) {
  if (file.size() < kSnapshotHeaderBytes) return std::nullopt;
  if (as_text(file.first(kSnapshotMagic.size())) != kSnapshotMagic) return std::nullopt;
  const ByteView body = file.subspan(kSnapshotHeaderBytes);
  if (load_be<uint64_t>(file.data() + 24) != body.size()) return std::nullopt;
  if (load_be<uint32_t>(file.data() + kSnapshotCrcAt) != snapshot_crc(file)) return std::nullopt;
  Snapshot snapshot;
  snapshot.index = load_be<uint64_t>(file.data() + 8);
  snapshot.leader.epoch = load_be<int32_t>(file.data() + 16);
  snapshot.leader.leader = BrokerId{load_be<int32_t>(file.data() + 20)};
  snapshot.body.assign(body.begin(), body.end());
  return snapshot;
}

std::string segment_name(uint64_t first_index) {
  return fmt::format("journal-{:020}.log", first_index);
}
std::string snapshot_name(uint64_t index) {
  return fmt::format("snapshot-{:020}.snap", index);
}

std::optional<uint64_t> parse_segment_name(std::string_view name) {
  return parse_name(name, "journal-", ".log");
}
std::optional<uint64_t> parse_snapshot_name(std::string_view name) {
  return parse_name(name, "snapshot-", ".snap");
}

}  // namespace tenon::controller
