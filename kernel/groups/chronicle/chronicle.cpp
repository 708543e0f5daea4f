// SPDX-License-Identifier: Apache-2.0

#include "groups/chronicle/chronicle.h"

#include <algorithm>

namespace tenon::groups {
namespace {

// What a container's node and its bookkeeping take beside the value, about.
constexpr size_t kNodeBytes = 64;

std::string cut(std::string_view text) {
  return std::string(text.substr(0, RebalanceNote::kTextMax));
}

size_t bytes_of(const RebalanceNote& note) {
  size_t bytes = sizeof note + kNodeBytes + note.member_id.size() + note.detail.size();
  if (note.slowest) bytes += note.slowest->member_id.size();
  for (const auto& each : note.meanwhile) {
    bytes += sizeof each + each.member_id.size() + each.detail.size();
  }
  for (const auto& each : note.evictions) bytes += sizeof each + each.member_id.size();
  return bytes;
}

// Adds to a list that ends at kListMax.
template <class T>
void add(std::vector<T>& list, size_t& left_out, T entry) {
  if (list.size() < RebalanceNote::kListMax) {
    list.push_back(std::move(entry));
  } else {
    ++left_out;
  }
}

}  // namespace

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::kJoining:
      return "joining";
    case Phase::kSyncing:
      return "syncing";
    case Phase::kAssigning:
      return "assigning";
    case Phase::kReconciling:
      return "reconciling";
  }
  return "";
}

std::string_view to_string(Progress progress) {
  switch (progress) {
    case Progress::kUnderWay:
      return "under_way";
    case Progress::kDone:
      return "done";
    case Progress::kEmpty:
      return "empty";
    case Progress::kSuperseded:
      return "superseded";
  }
  return "";
}

void Chronicle::began(const Reason& reason, int32_t epoch, Phase phase) {
  all_.rebalances_.add(reason.cause);
  auto& pages = all_.get_or_create(group_id_);
  if (pages.open()) all_.close(pages, Progress::kSuperseded);
  if (pages.notes.size() == Chronicles::kNotesPerGroup) pages.notes.pop_front();
  RebalanceNote note;
  note.cause = reason.cause;
  note.member_id = cut(reason.member_id);
  note.detail = cut(reason.detail);
  note.began_ms = all_.clock_.wall_ms();
  note.epoch_before = epoch;
  note.phase = phase;
  for (auto& each : std::exchange(pages.loose, {})) {
    add(note.evictions, note.evictions_left_out, std::move(each));
  }
  pages.notes.push_back(std::move(note));
  pages.began = pages.phase_began = all_.clock_.now();
  all_.charge(pages);
}

void Chronicle::also(const Reason& reason) {
  auto* pages = all_.find(group_id_);
  RebalanceNote* note = pages ? pages->open() : nullptr;
  if (!note) return;
  add(note->meanwhile, note->meanwhile_left_out,
      {.cause = reason.cause, .member_id = cut(reason.member_id), .detail = cut(reason.detail)});
  all_.charge(*pages);
}

void Chronicle::phase(Phase phase) {
  auto* pages = all_.find(group_id_);
  RebalanceNote* note = pages ? pages->open() : nullptr;
  if (!note) return;
  all_.close_phase(*pages);
  note->phase = phase;
  pages->phase_began = all_.clock_.now();
}

void Chronicle::came(std::string_view member_id) {
  auto* pages = all_.find(group_id_);
  if (!pages || !pages->open()) return;
  pages->last_to_come = cut(member_id);
  pages->last_came = all_.clock_.now();
}

void Chronicle::evicted(std::string_view member_id, Cause why) {
  all_.evictions_.add(why);
  auto& pages = all_.get_or_create(group_id_);
  RebalanceNote::Eviction eviction{cut(member_id), why, all_.clock_.wall_ms()};
  if (RebalanceNote* note = pages.open()) {
    came(member_id);
    add(note->evictions, note->evictions_left_out, std::move(eviction));
  } else if (pages.loose.size() < RebalanceNote::kListMax) {
    pages.loose.push_back(std::move(eviction));
  }
  all_.charge(pages);
}

void Chronicle::ended(int32_t epoch, size_t members) {
  auto* pages = all_.find(group_id_);
  RebalanceNote* note = pages ? pages->open() : nullptr;
  if (!note) return;
  note->epoch_after = epoch;
  note->members = members;
  all_.close(*pages, members == 0 ? Progress::kEmpty : Progress::kDone);
  all_.charge(*pages);
}

bool Chronicle::under_way() const {
  auto* pages = all_.find(group_id_);
  return pages && pages->open();
}

std::vector<RebalanceNote> Chronicles::notes(std::string_view group_id) const {
  const auto found = by_group_.find(group_id);
  if (found == by_group_.end()) return {};
  const Pages& pages = *found->second;
  std::vector<RebalanceNote> all(pages.notes.begin(), pages.notes.end());
  if (!all.empty() && all.back().progress == Progress::kUnderWay) {
    all.back().duration_ms = ms_since(pages.began);
  }
  return all;
}

RebalanceNote* Chronicles::Pages::open() {
  if (notes.empty() || notes.back().progress != Progress::kUnderWay) return nullptr;
  return &notes.back();
}

Chronicles::Pages* Chronicles::find(std::string_view group_id) {
  const auto found = by_group_.find(group_id);
  return found == by_group_.end() ? nullptr : &*found->second;
}

Chronicles::Pages& Chronicles::get_or_create(std::string_view group_id) {
  if (const auto found = by_group_.find(group_id); found != by_group_.end()) {
    pages_.splice(pages_.begin(), pages_, found->second);
    return pages_.front();
  }
  pages_.emplace_front().group_id = group_id;
  by_group_.emplace(pages_.front().group_id, pages_.begin());
  return pages_.front();
}

void Chronicles::close_phase(Pages& pages) {
  RebalanceNote& note = pages.notes.back();
  const std::string member_id = std::exchange(pages.last_to_come, {});
  if (member_id.empty()) return;
  const int64_t waited_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(pages.last_came - pages.phase_began)
          .count();
  if (note.slowest && note.slowest->waited_ms >= waited_ms) return;
  note.slowest = {.member_id = member_id, .phase = note.phase, .waited_ms = waited_ms};
}

void Chronicles::close(Pages& pages, Progress progress) {
  close_phase(pages);
  RebalanceNote& note = pages.notes.back();
  note.duration_ms = ms_since(pages.began);
  note.progress = progress;
}

// Counts what the pages hold now, and lets others go when all together are too much.
void Chronicles::charge(Pages& pages) {
  size_t bytes = sizeof pages + 2 * kNodeBytes + pages.group_id.size();
  for (const RebalanceNote& note : pages.notes) bytes += bytes_of(note);
  for (const auto& each : pages.loose) bytes += sizeof each + each.member_id.size();
  bytes_ = bytes_ - pages.bytes + bytes;
  pages.bytes = bytes;
  while (bytes_ > bytes_max_ && &pages_.back() != &pages) forget(std::prev(pages_.end()));
}

void Chronicles::forget(List::iterator pages) {
  bytes_ -= pages->bytes;
  by_group_.erase(pages->group_id);
  pages_.erase(pages);
}

int64_t Chronicles::ms_since(MonoTime then) const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - then).count();
}

}  // namespace tenon::groups
