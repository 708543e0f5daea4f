// SPDX-License-Identifier: Apache-2.0
//
// One consumer group (KIP-848): its members, the epochs, the target assignment and who has which
// partition now. All of it is what the group's records say; set_x and remove_x are called by replay
// only. What a request comes to is decided in heartbeat.h, when in consumer_groups.h.
//
//   group epoch        counts the changes of members, subscriptions and topics
//   assignment epoch   the group epoch that the target assignment was made for
//   member epoch       the assignment epoch that the member has come to
//
//   Empty        no members
//   Assigning    group epoch > assignment epoch: an assignor is at work, or has failed
//   Reconciling  some member has not come to its target yet
//   Stable       all have
//
// One thread. Lifetime: owned by its Group, at one address; so are its members.
//
// Invariants
//   1. owners_ has a partition exactly if one member has it assigned or is giving it up.
//   2. No partition has two owners (the records come that way; see reconcile.h).
//   3. unsettled_ counts the members that are not reconciled to the assignment epoch.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "groups/consumer/consumer_member.h"

namespace tenon::groups {

// Which topics an expression stood for, when it was last looked at.
struct ResolvedRegex {
  std::vector<std::string> topics;  // ascending
  int64_t version = 0;              // of the image, by its journal index
  int64_t timestamp_ms = 0;

  bool operator==(const ResolvedRegex&) const = default;
};

class ConsumerGroup {
 public:
  using Members = std::map<std::string, std::unique_ptr<ConsumerMember>, std::less<>>;
  using Targets = std::map<std::string, Partitions, std::less<>>;
  using Regexes = std::map<std::string, ResolvedRegex, std::less<>>;

  explicit ConsumerGroup(Scheduler& scheduler) : scheduler_(scheduler) {}

  // Expires with the group: another of the same name, made later, has a life of its own.
  std::weak_ptr<const void> life() const { return life_; }
  int32_t epoch() const { return epoch_; }
  int32_t assignment_epoch() const { return assignment_epoch_; }
  int64_t metadata_hash() const { return metadata_hash_; }
  bool is_assigning() const { return epoch_ > assignment_epoch_; }
  // "Empty", "Assigning", "Reconciling", "Stable".
  std::string_view state() const;
  // Everybody has come to the target, which is that of the group's epoch.
  bool is_settled() const { return !is_assigning() && unsettled_ == 0; }

  const Members& members() const { return members_; }
  // Null if there is none.
  ConsumerMember* find(std::string_view member_id) const;
  ConsumerMember* find_static(std::string_view instance_id) const;
  // Empty for a member that the target does not know.
  const Partitions& target_of(std::string_view member_id) const;
  const Targets& targets() const { return targets_; }
  const Regexes& regexes() const { return regexes_; }

  // Who has the partition, or is giving it up; null = nobody.
  const ConsumerMember* owner(const IdPartition& partition) const;
  // Is there a partition that the member is to have, and that somebody still has to give up?
  const ConsumerMember* waits_for(const ConsumerMember& member) const;
  // The assignor that most members want; nothing if nobody says.
  std::optional<std::string> wanted_assignor() const;
  bool is_subscribed_to(std::string_view topic) const;
  bool uses_regex(std::string_view regex) const;
  size_t classic_members() const { return classic_members_; }
  bool has_only_classic_members() const { return classic_members_ == members_.size(); }
  // Does every member that speaks the classic protocol know this one of it?
  bool all_classic_support(std::string_view protocol) const;

  // Replay.
  void set_epoch(int32_t epoch, int64_t metadata_hash);
  void set_words(const std::string& member_id, MemberWords words);
  void remove_member(std::string_view member_id);
  void set_assignment_epoch(int32_t epoch);
  void set_target(const std::string& member_id, Partitions target);
  void remove_target(std::string_view member_id);
  void set_progress(const std::string& member_id, MemberProgress progress);
  void reset_progress(std::string_view member_id);
  void set_regex(const std::string& regex, ResolvedRegex resolved);
  void remove_regex(std::string_view regex);

 private:
  ConsumerMember& get_or_create(const std::string& member_id);
  void take(ConsumerMember& member);
  void release(const ConsumerMember& member);
  void count_unsettled(const ConsumerMember& member, int by);
  void count_words(const ConsumerMember& member, int by);
  void leave_instance(const ConsumerMember& member);

  Scheduler& scheduler_;
  std::shared_ptr<const void> life_ = std::make_shared<char>();
  int32_t epoch_ = 0;
  int32_t assignment_epoch_ = 0;
  int64_t metadata_hash_ = 0;
  Members members_;
  std::map<std::string, ConsumerMember*, std::less<>> static_members_;  // by instance id
  Targets targets_;
  Regexes regexes_;
  std::unordered_map<IdPartition, const ConsumerMember*> owners_;
  // How many members say so.
  std::map<std::string, size_t, std::less<>> subscribers_;  // by topic
  std::map<std::string, size_t, std::less<>> regex_users_;
  std::map<std::string, size_t, std::less<>> assignor_votes_;
  size_t classic_members_ = 0;
  size_t unsettled_ = 0;  // members that are not where the assignment epoch is
};

}  // namespace tenon::groups
