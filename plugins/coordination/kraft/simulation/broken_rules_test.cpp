// SPDX-License-Identifier: Apache-2.0
//
// A simulation that finds nothing proves little, unless it finds what is there.
// So each rule is broken once, by itself, and some schedule must end in a
// violation.

#include <gtest/gtest.h>

#include "simulation/schedules.h"

namespace tenon::kraft {
namespace {

struct Broken {
  const char* name;
  void (*break_rule)(Rules& rules);
};

class BrokenRules : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenRules, are_found_out) {
  Rules rules = kRules;
  GetParam().break_rule(rules);
  std::string found;
  uint64_t seed = 0;
  while (found.empty() && seed < 1'000) {
    Cluster cluster(schedule_options(++seed, rules));
    found = run_schedule(cluster, 400);
  }
  EXPECT_NE(found, "");
  printf("%s: seed %llu: %s\n", GetParam().name, static_cast<unsigned long long>(seed),
         found.c_str());
}

const Broken kBroken[] = {
    {"votes_twice_in_a_term",
     [](Rules& rules) { rules.may_vote_for = [](const Vote&, const ServerId&) { return true; }; }},
    {"votes_for_a_log_that_lacks_entries",
     [](Rules& rules) {
       rules.is_up_to_date = [](const Position&, const Position&) { return true; };
     }},
    {"votes_for_the_longer_log_whatever_its_term",
     [](Rules& rules) {
       rules.is_up_to_date = [](const Position& candidate, const Position& own) {
         return candidate.index >= own.index;
       };
     }},
    {"takes_half_for_a_majority",
     [](Rules& rules) { rules.quorum = [](size_t voters) { return (voters + 1) / 2; }; }},
    {"takes_fewer_than_half_for_a_majority",
     [](Rules& rules) { rules.quorum = [](size_t voters) { return (voters + 2) / 3; }; }},
    {"keeps_entries_that_differ_from_the_leaders",
     [](Rules& rules) { rules.conflicts = [](Term, Term) { return false; }; }},
    {"counts_what_it_has_not_written",
     [](Rules& rules) { rules.durable_part = [](Index, Index last) { return last; }; }},
    {"answers_before_it_is_written",
     [](Rules& rules) { rules.may_answer_vote = [](WriteNumber, WriteNumber) { return true; }; }},
    {"reads_before_it_knows_what_is_committed",
     [](Rules& rules) {
       rules.may_read = [](bool, size_t acknowledged, size_t quorum) {
         return acknowledged >= quorum;
       };
     }},
};

INSTANTIATE_TEST_SUITE_P(One, BrokenRules, ::testing::ValuesIn(kBroken),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tenon::kraft
