// SPDX-License-Identifier: Apache-2.0
//
// The assignor kit finds every fault that it is for, by name (tests/fixtures/plugins), and none in
// an assignor that has none.
#include "conformance/kits.hpp"

#include <gtest/gtest.h>

namespace tenon::conformance {
namespace {

Properties all_properties(const std::string& plugin) {
  return properties_of(*find_descriptor(plugin));
}

Property property(const std::string& name) {
  for (const Property& one : all_properties("faulty"))
    if (name == one.name) return one;
  throw Error(TN_E_NOT_FOUND, "no property is called " + name);
}

class AssignorKitTest : public testing::Test {
 protected:
  // What the property `name` says of the assignor with that fault.
  static std::string found(const std::string& name, const std::string& fault,
                           const std::string& plugin = "faulty") {
    Subject subject;
    subject.module = &tenon_module;
    subject.descriptor = find_descriptor(plugin);
    if (!fault.empty()) subject.options = {{"fault", fault}};
    return examine(property(name), subject);
  }
  // The property finds it, and says so with these words.
  static void expect_found(const std::string& name, const std::string& fault,
                           const std::string& words) {
    const std::string said = found(name, fault);
    EXPECT_NE(said.find(words), std::string::npos) << name << " says of " << fault << ": " << said;
  }
};

// Of an assignor's properties; those of every plugin would try each of its faults as an option.
TEST_F(AssignorKitTest, finds_nothing_wrong_with_an_assignor_that_is_right) {
  for (const Property& one : assignor_properties())
    EXPECT_EQ(found(one.name, "none"), "") << one.name;
}

TEST_F(AssignorKitTest, what_is_not_promised_does_not_apply) {
  Subject subject;
  subject.descriptor = find_descriptor("lopsided-topics");
  EXPECT_EQ(examine(property("balances_members"), subject), "");
  EXPECT_EQ(subject.not_applicable, "it does not promise that");
}

TEST_F(AssignorKitTest, finds_a_partition_that_is_left_out) {
  expect_found("leaves_nothing_out", "drops", "nobody reads t0000-0, which is subscribed to");
}
TEST_F(AssignorKitTest, finds_a_member_that_is_invented) {
  expect_found("names_known_members", "invents",
               "t0000-0 went to member number 2, who is not there");
}
TEST_F(AssignorKitTest, finds_a_reader_who_does_not_subscribe) {
  expect_found("respects_subscriptions", "trespasses", "who does not subscribe to it");
}
TEST_F(AssignorKitTest, finds_writing_past_the_answer) {
  expect_found("stays_within_its_answer", "overruns", "outside of the place for its answer");
}
TEST_F(AssignorKitTest, finds_that_the_order_of_members_counts) {
  expect_found("does_not_depend_on_order", "ordered", "depends on the order of members and topics");
}
TEST_F(AssignorKitTest, finds_that_the_clock_counts) {
  expect_found("is_a_function_of_the_group", "clocked", "equal groups get different answers");
}
TEST_F(AssignorKitTest, finds_that_earlier_instances_count) {
  expect_found("is_a_function_of_the_group", "counting", "equal groups get different answers");
}
TEST_F(AssignorKitTest, finds_a_static_member_that_loses_its_place) {
  expect_found("keeps_static_members_in_place", "by-id", "under another id reads something else");
}
TEST_F(AssignorKitTest, finds_imbalance) {
  expect_found("balances_members", "lopsided", "10 partitions more than another");
}
TEST_F(AssignorKitTest, finds_imbalance_of_topics) {
  EXPECT_EQ(found("balances_topics", "", "lopsided-topics"), "t0000 is not spread evenly");
}
TEST_F(AssignorKitTest, finds_moves_where_nothing_changed) {
  expect_found("moves_nothing_without_cause", "restless", "in a group in which nothing changed");
}
TEST_F(AssignorKitTest, finds_more_moves_than_needed) {
  expect_found("moves_no_more_than_needed", "eager", "partitions move where");
}
TEST_F(AssignorKitTest, finds_reading_from_another_rack) {
  expect_found("reads_near", "far", "read from another rack, and none needs to be");
}
TEST_F(AssignorKitTest, finds_trouble_with_an_empty_group) {
  expect_found("serves_small_groups", "small",
               "0 members, 0 topics of 0: it failed with code 1: nobody is there");
}
TEST_F(AssignorKitTest, finds_trouble_with_a_large_group) {
  expect_found("serves_large_groups", "shy", "it failed with code 11: so many");
}
TEST_F(AssignorKitTest, finds_that_it_goes_on_when_told_to_stop) {
  expect_found("stops_when_told", "deaf", "did not answer TN_E_AGAIN");
}
TEST_F(AssignorKitTest, finds_long_work_without_asking) {
  expect_found("asks_whether_to_stop", "silent", "ms without asking whether to stop");
}
TEST_F(AssignorKitTest, finds_asking_from_a_thread_of_its_own) {
  expect_found("asks_on_its_own_thread", "elsewhere", "on another thread than that of assign");
}
TEST_F(AssignorKitTest, finds_by_a_walk_what_is_rare_and_names_the_seed) {
  expect_found("survives_a_walk", "rare", "seed 1, event ");
}
TEST_F(AssignorKitTest, finds_an_assignor_that_never_comes_to_rest) {
  expect_found("comes_to_rest", "restless", "and now it says otherwise of 2 partitions");
  EXPECT_NE(found("comes_to_rest", "", "flipping").find("and now it says otherwise"),
            std::string::npos);
}
// Who finds it without a promise to be sticky: nobody else.
TEST_F(AssignorKitTest, a_flipping_assignor_is_right_in_everything_else) {
  for (const Property& one : assignor_properties())
    if (one.name != std::string("comes_to_rest"))
      EXPECT_EQ(found(one.name, "", "flipping"), "") << one.name;
}

TEST_F(AssignorKitTest, what_another_holds_is_given_up_before_it_is_given_out) {
  TestGroup group = TestGroup::equal(2, 1, 3);
  group.topics[0].readers = {"m0000", "", "gone"};
  Reconciliation reconciliation(group);
  reconciliation.release_of_the_gone();
  const TestAnswer::Readers target = {{"m0001", "m0001", "m0000"}};
  EXPECT_EQ(reconciliation.distance(target), 3u);
  reconciliation.step(target);
  EXPECT_EQ(group.topics[0].readers, (std::vector<std::string>{"", "m0001", "m0000"}));
  reconciliation.step(target);
  EXPECT_EQ(group.topics[0].readers, target[0]);
}
TEST_F(AssignorKitTest, finds_memory_left_behind) {
  expect_found("leaves_nothing_behind", "leaking", "memory");
}
TEST_F(AssignorKitTest, a_crash_is_the_end_of_the_process_that_checks) {
  EXPECT_DEATH(found("leaves_nothing_out", "crashing"), "");
}

TEST_F(AssignorKitTest, a_walk_is_decided_by_its_seed) {
  GroupWalk one(9), same(9), other(10);
  std::string first, second, third;
  for (int i = 0; i < 100; i++) {
    first += one.step() + "\n";
    second += same.step() + "\n";
    third += other.step() + "\n";
  }
  EXPECT_EQ(first, second);
  EXPECT_NE(first, third);
}

TEST_F(AssignorKitTest, every_property_has_a_name_of_its_own) {
  std::set<std::string> names;
  for (const Property& one : all_properties("faulty"))
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
}

}  // namespace
}  // namespace tenon::conformance
