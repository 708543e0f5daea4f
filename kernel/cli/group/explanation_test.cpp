// SPDX-License-Identifier: Apache-2.0

#include "cli/group/explanation.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

constexpr int64_t kNow = 1'000'000;

std::string explain(const char* text, const std::string& member = "") {
  const auto words = explain_group(text, member, kNow);
  return words ? *words : words.error().text;
}

TEST(Explanation, says_who_holds_the_others_back) {
  const char* group = R"({
    "group": "billing", "type": "consumer", "state": "Reconciling", "epoch": 3,
    "assignor": "uniform",
    "members": [
      {"member_id": "a", "client_id": "app", "host": "/10.0.0.1", "topics": ["orders"],
       "holds": [{"topic": "orders", "partition": 0}, {"topic": "orders", "partition": 1}],
       "gives_up": [{"topic": "orders", "partition": 2}], "pending": "revoke",
       "timeout_ms": 30000},
      {"member_id": "b", "client_id": "app", "host": "/10.0.0.2", "topics": ["orders"],
       "holds": [], "awaits": [{"topic": "orders", "partition": 2, "from": "a"}]}],
    "rebalances": [{"words": "a member joined", "member_id": "b", "began_ms": 988000,
                    "progress": "under_way", "phase": "reconciling"}]})";
  EXPECT_EQ(explain(group),
            "Group billing is Reconciling: a consumer group of 2 members at epoch 3.\n"
            "Last rebalance, 12 s ago: a member joined (b). It is reconciling now.\n"
            "The broker's assignor uniform decides who reads what.\n"
            "\n"
            "a (app at /10.0.0.1): reads orders 0 to 1; it subscribes to orders.\n"
            "  It is to give up orders 2, and has not said that it did; after 30 s it is removed.\n"
            "b (app at /10.0.0.2): reads nothing; it subscribes to orders.\n"
            "  It waits for orders 2, which a still has.\n");
  EXPECT_EQ(explain(group, "b"),
            "b (app at /10.0.0.2): reads nothing; it subscribes to orders.\n"
            "  It waits for orders 2, which a still has.\n");
  EXPECT_EQ(explain(group, "nobody"), "group billing has no member nobody");
  EXPECT_EQ(explain("<html>"), "what the broker answers is no group");
}

TEST(Explanation, the_document_is_limited_to_a_member_as_the_words_are) {
  const char* group = R"({"group":"billing","members":[{"member_id":"a","client_id":"app"},)"
                      R"({"member_id":"b","client_id":"app","instance_id":"two"}],"epoch":3})";
  EXPECT_EQ(group_document(group, "").value(), group);
  EXPECT_EQ(group_document(group, "app").value(), std::string(group) + "\n");
  EXPECT_EQ(group_document(group, "two").value(),
            R"({"group":"billing","members":[{"member_id":"b","client_id":"app",)"
            R"("instance_id":"two"}],"epoch":3})"
            "\n");
  EXPECT_EQ(group_document(group, "nobody").error().exit_code, kNotFound);
  EXPECT_EQ(group_document(group, "nobody").error().text, "group billing has no member nobody");
  EXPECT_FALSE(group_document("<html>", ""));
}

TEST(Explanation, says_why_a_group_rebalanced_and_who_was_slow) {
  EXPECT_EQ(explain(R"({
    "group": "billing", "type": "classic", "state": "Stable", "epoch": 8, "assignor": "range",
    "leader": "a", "members": [],
    "rebalances": [{"words": "a member was silent for its session timeout", "member_id": "c",
      "began_ms": 935000, "duration_ms": 4200, "progress": "done", "epoch_after": 8, "members": 2,
      "slowest": {"member_id": "b", "phase": "joining", "waited_ms": 4100},
      "evictions": [{"member_id": "c", "words": "it was silent"}]}]})"),
            "Group billing is Stable: a classic group of 0 members at epoch 8.\n"
            "Last rebalance, 1 min 5 s ago: a member was silent for its session timeout (c). It "
            "took 4 s and came to epoch 8 with 2 members; b was waited for longest, 4 s while "
            "joining.\n"
            "  c was removed: it was silent.\n"
            "Its leader a decides who reads what, by range.\n");
}

TEST(Explanation, says_what_an_assignor_of_the_broker_did) {
  EXPECT_EQ(explain(R"({
    "group": "g", "type": "classic", "state": "Stable", "epoch": 1, "assignor": "range",
    "leader": "a", "members": [], "rebalances": [],
    "broker_assignor": {"assignor": "sticky", "withheld": 2, "problem": "sticky: ill",
                        "shadow": {"assignor": "uniform", "comparison": "nothing differs"}}})"),
            "Group g is Stable: a classic group of 0 members at epoch 1.\n"
            "No rebalance since its coordinator was loaded.\n"
            "The broker's assignor sticky decides in place of the group's leader.\n"
            "This time the leader's assignment stands in for it, because: sticky: ill.\n"
            "2 partitions are withheld until those who read them have let go of them.\n"
            "Were uniform to decide: nothing differs.\n");
}

TEST(Explanation, durations_are_short) {
  EXPECT_EQ(duration_text(-5), "0 ms");
  EXPECT_EQ(duration_text(250), "250 ms");
  EXPECT_EQ(duration_text(61'000), "1 min 1 s");
  EXPECT_EQ(duration_text(3'900'000), "1 h 5 min");
}

}  // namespace
}  // namespace tenon::cli
