// SPDX-License-Identifier: Apache-2.0
//
// The roundrobin assignor: the suite, the examples of Kafka's documentation, and the rule of
// Kafka's RoundRobinAssignor applied word for word to the groups of a walk.

#include "conformance/assignor/assignor_suite.hpp"

namespace tenon::conformance {
namespace {

TENON_ASSIGNOR_SUITE(RoundRobinAssignorTest, "roundrobin")

// Goes round all members, one step at a time.
TestAnswer::Readers plain_round_robin(const TestGroup& group) {
  std::vector<TestMember> ring = group.members;
  const auto key = [](const TestMember& m) {
    return std::make_tuple(m.instance_id.empty(), m.instance_id, m.id);
  };
  std::sort(ring.begin(), ring.end(),
            [&](const TestMember& a, const TestMember& b) { return key(a) < key(b); });
  std::map<std::string, size_t> by_name;
  for (size_t t = 0; t < group.topics.size(); t++) by_name[group.topics[t].name] = t;
  TestAnswer::Readers readers(group.topics.size());
  size_t at = 0;
  for (const auto& [name, t] : by_name) {
    readers[t].resize(group.topics[t].partitions);
    const auto reads = [&](const TestMember& m) {
      return std::count(m.topics.begin(), m.topics.end(), name) > 0;
    };
    if (std::none_of(ring.begin(), ring.end(), reads)) continue;
    for (std::string& reader : readers[t]) {
      while (!reads(ring[at % ring.size()])) at++;
      reader = ring[at++ % ring.size()].id;
    }
  }
  return readers;
}

TEST_F(RoundRobinAssignorTest, two_topics_of_three_over_two_members_alternate) {
  TestGroup group;
  group.topics = {{"t0", 3}, {"t1", 3}};
  group.members = {{"c0", {"t0", "t1"}}, {"c1", {"t0", "t1"}}};
  EXPECT_EQ(kit_.assign(group).text(group), "t0: c0 c1 c0, t1: c1 c0 c1");
}

TEST_F(RoundRobinAssignorTest, passes_over_members_that_do_not_subscribe) {
  TestGroup group;
  group.topics = {{"t0", 1}, {"t1", 2}, {"t2", 3}};
  group.members = {{"c0", {"t0"}}, {"c1", {"t0", "t1"}}, {"c2", {"t0", "t1", "t2"}}};
  EXPECT_EQ(kit_.assign(group).text(group), "t0: c0, t1: c1 c2, t2: c2 c2 c2");
}

TEST_F(RoundRobinAssignorTest, equals_the_plain_rule_throughout_a_walk) {
  std::printf("roundrobin: 10,000 events, seed 5\n");
  GroupWalk walk(5);
  for (int i = 0; i < 10'000; i++) {
    const std::string event = walk.step();
    ASSERT_EQ(kit_.assign(walk.group(), static_cast<uint64_t>(i)).readers,
              plain_round_robin(walk.group()))
        << "event " << i << ": " << event;
  }
}

}  // namespace
}  // namespace tenon::conformance
