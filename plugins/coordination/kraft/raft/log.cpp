// SPDX-License-Identifier: Apache-2.0

#include "raft/log.h"

#include <cassert>

namespace tenon::kraft {

Log::Log(Position snapshot, Configuration configuration) {
  reset(snapshot, std::move(configuration));
}

Position Log::last_position() const {
  if (entries_.empty()) return snapshot_;
  return {entries_.back().term, entries_.back().index};
}

std::optional<Term> Log::term_at(Index index) const {
  if (index == snapshot_.index) return snapshot_.term;
  if (index < first() || index > last()) return std::nullopt;
  return at(index).term;
}

std::vector<Entry> Log::slice(Index from, size_t bytes_max) const {
  std::vector<Entry> found;
  size_t bytes = 0;
  for (Index index = from; index <= last(); ++index) {
    bytes += at(index).size();
    if (!found.empty() && bytes > bytes_max) break;
    found.push_back(at(index));
  }
  return found;
}

void Log::append(Entry entry) {
  assert(entry.index == last() + 1 && entry.term >= last_position().term);
  if (entry.kind == EntryKind::kConfiguration) {
    auto configuration = decode_configuration(*entry.payload);
    assert(configuration);
    configurations_.emplace_back(entry.index, std::move(*configuration));
  }
  entries_.push_back(std::move(entry));
}

void Log::truncate(Index from) {
  assert(from >= first());
  while (last() >= from) entries_.pop_back();
  while (configurations_.back().first >= from) configurations_.pop_back();
}

void Log::compact(Index index) {
  assert(index >= snapshot_.index && index <= last());
  const Term term = *term_at(index);
  while (!entries_.empty() && entries_.front().index <= index) entries_.pop_front();
  snapshot_ = {term, index};
  while (configurations_.size() > 1 && configurations_[1].first <= index) {
    configurations_.pop_front();
  }
}

void Log::reset(Position snapshot, Configuration configuration) {
  snapshot_ = snapshot;
  entries_.clear();
  configurations_.clear();
  configurations_.emplace_back(snapshot.index, std::move(configuration));
}

const Configuration& Log::configuration_at(Index index) const {
  auto found = configurations_.rbegin();
  while (found->first > index && std::next(found) != configurations_.rend()) ++found;
  return found->second;
}

}  // namespace tenon::kraft
