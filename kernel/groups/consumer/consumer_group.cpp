// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/consumer_group.h"

#include <algorithm>

namespace tenon::groups {
namespace {

using Counts = std::map<std::string, size_t, std::less<>>;

void count(Counts& counts, const std::string& name, int by) {
  size_t& uses = counts[name];
  uses += static_cast<size_t>(by);
  if (uses == 0) counts.erase(counts.find(name));
}

}  // namespace

std::string_view ConsumerGroup::state() const {
  if (members_.empty()) return "Empty";
  if (is_assigning()) return "Assigning";
  return unsettled_ == 0 ? "Stable" : "Reconciling";
}

ConsumerMember* ConsumerGroup::find(std::string_view member_id) const {
  const auto at = members_.find(member_id);
  return at == members_.end() ? nullptr : at->second.get();
}

ConsumerMember* ConsumerGroup::find_static(std::string_view instance_id) const {
  const auto at = static_members_.find(instance_id);
  return at == static_members_.end() ? nullptr : at->second;
}

const Partitions& ConsumerGroup::target_of(std::string_view member_id) const {
  static const Partitions kNothing;
  const auto at = targets_.find(member_id);
  return at == targets_.end() ? kNothing : at->second;
}

const ConsumerMember* ConsumerGroup::owner(const IdPartition& partition) const {
  const auto at = owners_.find(partition);
  return at == owners_.end() ? nullptr : at->second;
}

const ConsumerMember* ConsumerGroup::waits_for(const ConsumerMember& member) const {
  for (const IdPartition& one : target_of(member.id)) {
    const ConsumerMember* holder = owner(one);
    if (holder != nullptr && holder != &member) return holder;
  }
  return nullptr;
}

std::optional<std::string> ConsumerGroup::wanted_assignor() const {
  const auto most =
      std::ranges::max_element(assignor_votes_, {}, [](const auto& entry) { return entry.second; });
  return most == assignor_votes_.end() ? std::nullopt : std::optional(most->first);
}

bool ConsumerGroup::is_subscribed_to(std::string_view topic) const {
  if (subscribers_.contains(topic)) return true;
  return std::ranges::any_of(regexes_, [topic](const auto& entry) {
    return std::ranges::binary_search(entry.second.topics, topic);
  });
}

bool ConsumerGroup::uses_regex(std::string_view regex) const {
  return regex_users_.contains(regex);
}

bool ConsumerGroup::all_classic_support(std::string_view protocol) const {
  return std::ranges::all_of(members_, [protocol](const auto& entry) {
    const auto& classic = entry.second->words.classic;
    if (!classic) return true;
    return std::ranges::find(classic->protocols, protocol, &ClassicWords::Protocol::name) !=
           classic->protocols.end();
  });
}

void ConsumerGroup::set_epoch(int32_t epoch, int64_t metadata_hash) {
  epoch_ = epoch;
  metadata_hash_ = metadata_hash;
}

ConsumerMember& ConsumerGroup::get_or_create(const std::string& member_id) {
  auto& member = members_[member_id];
  if (!member) {
    member = std::make_unique<ConsumerMember>(member_id, scheduler_);
    count_unsettled(*member, +1);
  }
  return *member;
}

void ConsumerGroup::set_words(const std::string& member_id, MemberWords words) {
  ConsumerMember& member = get_or_create(member_id);
  count_words(member, -1);
  leave_instance(member);
  member.words = std::move(words);
  count_words(member, +1);
  if (member.words.instance_id) static_members_[*member.words.instance_id] = &member;
}

void ConsumerGroup::remove_member(std::string_view member_id) {
  const auto at = members_.find(member_id);
  if (at == members_.end()) return;
  ConsumerMember& member = *at->second;
  count_words(member, -1);
  count_unsettled(member, -1);
  release(member);
  leave_instance(member);
  members_.erase(at);
}

// A static member that came back under another id keeps its instance id.
void ConsumerGroup::leave_instance(const ConsumerMember& member) {
  if (member.is_static() && find_static(*member.words.instance_id) == &member) {
    static_members_.erase(*member.words.instance_id);
  }
}

void ConsumerGroup::count_words(const ConsumerMember& member, int by) {
  const MemberWords& words = member.words;
  for (const std::string& topic : words.topics) count(subscribers_, topic, by);
  if (!words.regex.empty()) count(regex_users_, words.regex, by);
  if (words.assignor) count(assignor_votes_, *words.assignor, by);
  if (words.classic) classic_members_ += static_cast<size_t>(by);
}

void ConsumerGroup::set_assignment_epoch(int32_t epoch) {
  assignment_epoch_ = epoch;
  unsettled_ = 0;
  for (const auto& [id, member] : members_) count_unsettled(*member, +1);
}

void ConsumerGroup::count_unsettled(const ConsumerMember& member, int by) {
  if (!member.is_reconciled_to(assignment_epoch_)) unsettled_ += static_cast<size_t>(by);
}

void ConsumerGroup::set_target(const std::string& member_id, Partitions target) {
  targets_.insert_or_assign(member_id, std::move(target));
}

void ConsumerGroup::remove_target(std::string_view member_id) {
  if (const auto at = targets_.find(member_id); at != targets_.end()) targets_.erase(at);
}

void ConsumerGroup::set_progress(const std::string& member_id, MemberProgress progress) {
  ConsumerMember& member = get_or_create(member_id);
  release(member);
  count_unsettled(member, -1);
  member.progress = std::move(progress);
  count_unsettled(member, +1);
  take(member);
}

void ConsumerGroup::reset_progress(std::string_view member_id) {
  ConsumerMember* member = find(member_id);
  if (member == nullptr) return;
  release(*member);
  count_unsettled(*member, -1);
  member->progress = {};
  count_unsettled(*member, +1);
}

void ConsumerGroup::take(ConsumerMember& member) {
  for (const IdPartition& one : member.progress.assigned) owners_[one] = &member;
  for (const IdPartition& one : member.progress.revoking) owners_[one] = &member;
}

void ConsumerGroup::release(const ConsumerMember& member) {
  const auto drop = [this, &member](const Partitions& partitions) {
    for (const IdPartition& one : partitions) {
      const auto at = owners_.find(one);
      if (at != owners_.end() && at->second == &member) owners_.erase(at);
    }
  };
  drop(member.progress.assigned);
  drop(member.progress.revoking);
}

void ConsumerGroup::set_regex(const std::string& regex, ResolvedRegex resolved) {
  regexes_.insert_or_assign(regex, std::move(resolved));
}

void ConsumerGroup::remove_regex(std::string_view regex) {
  if (const auto at = regexes_.find(regex); at != regexes_.end()) regexes_.erase(at);
}

}  // namespace tenon::groups
