// SPDX-License-Identifier: Apache-2.0
//
// One group: its committed offsets, and its members: those of a classic group, with state and
// votes, or those of a consumer group (KIP-848), which has a class of its own. Here are the rules
// that hold inside a classic group; when timers run, what is written and who is answered when is
// membership.h's.
//
//            first member joins                     all joined, or time is up
//   Empty ---------------------> PreparingRebalance -------------------------> CompletingRebalance
//     ^                             |          ^                                   |         |
//     |  nobody is left             |          |  join, leave, failure, new words  |         |
//     +-----------------------------+          +-----------------------------------+         |
//     |                                        |                      assignment is stored   |
//     v                                        +-------------- Stable <----------------------+
//   Dead (being deleted, or no longer coordinated here)
//
// One thread. Lifetime: owned by GroupTable, at one address.
//
// Invariants
//   1. A group with members has a protocol type; in CompletingRebalance and Stable also a protocol
//      that every member supports, and a leader that is a member.
//   2. The generation rises by one with each completed join phase.
//   3. awaiting_join_ counts the members whose JoinGroup is parked.
//   4. A group with `consumer` is a consumer group: its classic side is Empty, without members.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "groups/consumer/consumer_group.h"
#include "groups/table/committed_offsets.h"
#include "groups/table/member.h"
#include "statemachine/timer.h"
#include "wire/api.h"

namespace tenon::groups {

enum class GroupState { kEmpty, kPreparingRebalance, kCompletingRebalance, kStable, kDead };

// Kafka's spelling: "Empty", "PreparingRebalance", ...
std::string_view to_string(GroupState state);

// The protocol type of consumers; other clients (Connect, schema registries) have their own.
inline constexpr std::string_view kConsumerProtocolType = "consumer";

class Group {
 public:
  using Members = std::map<std::string, std::unique_ptr<Member>, std::less<>>;

  Group(std::string id, Scheduler& scheduler);

  const std::string& id() const { return id_; }
  GroupState state() const { return state_; }
  GroupState previous_state() const { return previous_state_; }
  bool is(GroupState state) const { return state_ == state; }
  int32_t generation() const { return generation_; }
  const std::optional<std::string>& protocol_type() const { return protocol_type_; }
  const std::optional<std::string>& protocol_name() const { return protocol_name_; }
  const std::optional<std::string>& leader() const { return leader_; }
  bool is_leader(std::string_view member_id) const { return leader_ == member_id; }
  // When the group came into its state; nullopt if an old record did not say.
  std::optional<int64_t> state_since_ms() const { return state_since_ms_; }

  void transition_to(GroupState to, int64_t now_ms);
  // Its deletion is on its way into the log: it is Dead, and goes with its tombstone. Dead groups
  // that are not being deleted have ended with their coordinator.
  void begin_deletion(int64_t now_ms);
  bool is_being_deleted() const { return being_deleted_; }
  // Dead to Empty: its deletion could not be written. The time of the state is kept.
  void revive();
  // Has a metadata record in the log.
  bool is_persisted() const { return persisted_; }
  void set_persisted(bool persisted) { persisted_ = persisted; }
  // Holds nothing that anybody could miss.
  bool is_blank() const;
  // Has no members, of either protocol, and is not being deleted.
  bool is_empty() const {
    return is(GroupState::kEmpty) && (consumer == nullptr || consumer->members().empty());
  }
  // Takes back all that a classic group knows but its offsets; nothing may be parked.
  void forget_classic();

  // Members.
  const Members& members() const { return members_; }
  Member* find(std::string_view member_id) const;
  bool has(std::string_view member_id) const { return find(member_id) != nullptr; }
  // nullptr if no member has this group.instance.id.
  const std::string* static_member(std::string_view instance_id) const;
  Member& add(std::unique_ptr<Member> member);
  // The member's parked requests must have been answered. Unknown ids are ignored.
  void remove(std::string_view member_id);
  // Gives a static member a new id; the old member's parked requests must have been answered.
  Member& replace_static(const std::string& old_id, const std::string& new_id);
  void set_protocols(Member& member, std::vector<Protocol> protocols);
  // Reads anew which topics the members subscribe to in the group's protocol.
  void read_subscriptions();
  // kNone, or why a request in the name of this member is refused: kUnknownMemberId,
  // kFencedInstanceId.
  wire::ErrorCode validate_member(std::string_view member_id,
                                  const std::optional<std::string>& instance_id) const;

  // Ids that were given out and have not joined yet (KIP-394); the timer takes them back. `charge`
  // is let go with the id.
  statemachine::Timer& add_pending(const std::string& member_id,
                                   std::shared_ptr<const void> charge = nullptr);
  bool is_pending(std::string_view member_id) const { return pending_.contains(member_id); }
  void drop_pending() { pending_.clear(); }
  size_t pending_count() const { return pending_.size(); }

  // Parked JoinGroups. answer_join does nothing if none is parked.
  void park_join(Member& member, Reply<wire::JoinGroupResponse> reply);
  void answer_join(Member& member, wire::JoinGroupResponse response);
  size_t awaiting_join() const { return awaiting_join_; }
  bool all_joined() const { return members_.size() == awaiting_join_ && pending_.empty(); }

  // Members that have not asked for their assignment in this generation.
  std::set<std::string, std::less<>>& pending_syncs() { return pending_syncs_; }

  // Protocols.
  bool supports_protocols(std::string_view type, const std::vector<Protocol>& protocols) const;
  // The protocol with most votes among those that every member supports; each member votes for the
  // first such in its own order. The group has members.
  std::string select_protocol() const;
  // The same if `member` came with these.
  std::string select_protocol_if(Member& member, const std::vector<Protocol>& protocols);
  // The longest of the members'.
  int32_t rebalance_timeout_ms() const;
  // Makes sure that the leader is a member that has joined. False if nobody has.
  bool elect_joined_leader();
  // Counts the generation up and comes to CompletingRebalance. The group has members.
  void start_generation(int64_t now_ms);
  // What the leader is told of the members.
  std::vector<wire::JoinGroupResponse::JoinGroupResponseMember> member_list() const;
  // Does a member read this topic? Without knowledge of its subscriptions a group of consumers is
  // taken to read everything.
  bool is_subscribed_to(std::string_view topic) const;

  // Makes of a group without members what a metadata record says: Stable, or Empty without members.
  struct Restored {
    int32_t generation = 0;
    std::string protocol_type;
    std::optional<std::string> protocol_name;
    std::optional<std::string> leader;
    std::optional<int64_t> state_since_ms;
  };
  void restore(Restored restored, std::vector<std::unique_ptr<Member>> members);

  CommittedOffsets offsets;
  std::unique_ptr<ConsumerGroup> consumer;  // null = a classic group, or offsets alone
  statemachine::Timer join_timer;           // ends the join phase
  statemachine::Timer sync_timer;           // ends the wait for those who do not sync
  bool member_added = false;                // since the initial delay was last extended
  bool migrating = false;                   // is being written down as a consumer group

 private:
  struct Pending {
    statemachine::Timer timer;
    std::shared_ptr<const void> charge;
  };

  bool all_support(const std::string& protocol) const;
  void count_protocols(const Member& member, int by);

  std::string id_;
  Scheduler& scheduler_;
  GroupState state_ = GroupState::kEmpty;
  GroupState previous_state_ = GroupState::kDead;
  int32_t generation_ = 0;
  std::optional<std::string> protocol_type_;
  std::optional<std::string> protocol_name_;
  std::optional<std::string> leader_;
  std::optional<int64_t> state_since_ms_;
  bool persisted_ = false;
  bool being_deleted_ = false;

  Members members_;
  std::map<std::string, std::string, std::less<>> static_members_;  // instance id to member id
  std::map<std::string, std::unique_ptr<Pending>, std::less<>> pending_;
  std::set<std::string, std::less<>> pending_syncs_;
  std::map<std::string, size_t, std::less<>> protocol_counts_;
  size_t awaiting_join_ = 0;
  std::optional<std::set<std::string, std::less<>>> subscribed_topics_;
};

}  // namespace tenon::groups
