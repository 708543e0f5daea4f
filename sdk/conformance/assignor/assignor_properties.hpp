// SPDX-License-Identifier: Apache-2.0
//
// The properties of assignors: what every answer must be, what each promise of the flags means,
// size and time. Properties of one descriptor; see property.hpp. The verbs are the AssignorKit's.
#pragma once

#include <cstdio>
#include <string>

#include "conformance/assignor/assignor_kit.hpp"
#include "conformance/property.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {
namespace detail {

// A kit for one check, with the host that it needs.
struct AssignorCase {
  explicit AssignorCase(const Subject& subject)
      : host(JobMode::kDeferred, subject.seed), kit(host, *subject.descriptor, subject.options) {}

  TestHost host;
  AssignorKit kit;
};

inline std::string check_assignor_table(Subject& subject) {
  const auto* api =
      static_cast<const tn_assignor*>(subject.descriptor->get_interface(TN_ASSIGNOR_ID));
  if (api == nullptr) return "get_interface(\"" TN_ASSIGNOR_ID "\") is null";
  if (api->struct_size < sizeof(tn_assignor)) return "the table is too short";
  if (api->assign == nullptr) return "the table has no assign()";
  constexpr uint32_t kKnown = TN_ASSIGNOR_STICKY | TN_ASSIGNOR_RACK_AWARE | TN_ASSIGNOR_BALANCED |
                              TN_ASSIGNOR_BALANCED_TOPICS;
  return (api->flags & ~kKnown) != 0 ? "the table has flags that nobody knows" : "";
}

using AssignorCheck = std::string (AssignorKit::*)() const;

template <AssignorCheck kCheck>
std::string check_assignor(Subject& subject) {
  const AssignorCase test(subject);
  return (test.kit.*kCheck)();
}
template <uint32_t kPromises, AssignorCheck kCheck>
std::string check_promise(Subject& subject) {
  const AssignorCase test(subject);
  for (uint32_t flag = 1; flag <= kPromises; flag *= 2)
    if ((kPromises & flag) != 0 && !test.kit.promises(flag))
      return subject.skip("it does not promise that");
  return (test.kit.*kCheck)();
}

inline std::string check_large_group(Subject& subject) {
  const TestAnswer answer = AssignorCase(subject).kit.assign_large();
  char figure[100];
  std::snprintf(figure, sizeof(figure), "10000 members on 100000 partitions: %.1f ms",
                static_cast<double>(answer.took.count()) / 1e6);
  subject.notes.emplace_back(figure);
  return answer.wrong();
}

inline std::string check_group_walk(Subject& subject) {
  return AssignorCase(subject).kit.check_walk(subject.seed);
}

inline std::string check_coming_to_rest(Subject& subject) {
  return AssignorCase(subject).kit.check_rest(subject.seed);
}

}  // namespace detail

inline Properties assignor_properties() {
  using Kit = AssignorKit;
  return {
      {"has_a_sound_table", "The table is whole and its flags are known",
       detail::check_assignor_table},
      {"names_known_members", "Every owner is a member of the group",
       detail::check_assignor<&Kit::check_known_members>},
      {"respects_subscriptions", "Every owner subscribes to the topic",
       detail::check_assignor<&Kit::check_subscribed_only>},
      {"leaves_nothing_out", "Every partition that somebody subscribes to has an owner",
       detail::check_assignor<&Kit::check_complete>},
      {"stays_within_its_answer", "Nothing is written outside of the place for the answer",
       detail::check_assignor<&Kit::check_bounds>},
      {"serves_small_groups", "Groups without members, topics or partitions, and with one",
       detail::check_assignor<&Kit::check_small>},
      {"does_not_depend_on_order", "Members and topics may come in any order",
       detail::check_assignor<&Kit::check_order>},
      {"is_a_function_of_the_group",
       "Equal groups get equal answers, at any time, from any instance",
       detail::check_assignor<&Kit::check_pure>},
      {"keeps_static_members_in_place",
       "A static member keeps its place when its member id changes",
       detail::check_assignor<&Kit::check_static>},
      {"balances_members", "With equal subscriptions nobody has two more than another",
       detail::check_promise<TN_ASSIGNOR_BALANCED, &Kit::check_balance>},
      {"balances_topics", "No subscriber has two more of one topic than another",
       detail::check_promise<TN_ASSIGNOR_BALANCED_TOPICS, &Kit::check_topic_balance>},
      {"moves_nothing_without_cause", "Nothing moves when nothing has changed",
       detail::check_promise<TN_ASSIGNOR_STICKY, &Kit::check_idempotent>},
      {"moves_no_more_than_needed", "As few moves as the balance allows",
       detail::check_promise < TN_ASSIGNOR_STICKY | TN_ASSIGNOR_BALANCED, &Kit::check_sticky > },
      {"reads_near", "All read from their own rack, where all can",
       detail::check_promise<TN_ASSIGNOR_RACK_AWARE, &Kit::check_racks>},
      {"serves_large_groups", "10000 members on 100000 partitions", detail::check_large_group},
      {"stops_when_told", "After a yes to stopped() comes TN_E_AGAIN",
       detail::check_assignor<&Kit::check_stops>},
      {"asks_whether_to_stop", "It never works for half a second without asking",
       detail::check_assignor<&Kit::check_asks>},
      {"asks_on_its_own_thread", "stopped() is asked on the thread of assign, during the call",
       detail::check_assignor<&Kit::check_asking_thread>},
      {"survives_a_walk", "10000 events of a group's life keep it sound", detail::check_group_walk},
      {"comes_to_rest", "After members gave up, and then got, what it said, it says the same",
       detail::check_coming_to_rest},
  };
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
