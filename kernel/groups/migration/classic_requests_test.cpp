// SPDX-License-Identifier: Apache-2.0

#include "groups/migration/classic_requests.h"

#include "groups/testing/lone_group.h"
#include "wire/codec.h"
#include "wire/records/consumer_protocol.h"

namespace tenon::groups {
namespace {

using Protocols = std::vector<wire::JoinGroupRequest::JoinGroupRequestProtocol>;

class ClassicRequestsTest : public LoneGroup {
 protected:
  static Bytes subscription(std::vector<std::string> topics = {"orders"},
                            const Partitions& owned = {}) {
    return write_subscription(topics, owned, *image());
  }
  static wire::JoinGroupRequest join(const std::string& member_id, Protocols protocols) {
    wire::JoinGroupRequest request;
    request.group_id = "g";
    request.member_id = member_id;
    request.protocol_type = "consumer";
    request.protocols = std::move(protocols);
    request.session_timeout_ms = 10'000;
    request.rebalance_timeout_ms = 30'000;
    return request;
  }
  static wire::JoinGroupRequest join(const std::string& member_id = "c") {
    return join(member_id, {{"range", subscription()}});
  }
  static wire::JoinGroupRequest join_as(const std::string& instance, const std::string& member_id) {
    auto request = join(member_id);
    request.group_instance_id = instance;
    return request;
  }
  Decision<ClassicJoin> read(wire::JoinGroupRequest request) {
    return read_join(view(), {"client", "10.0.0.1"}, std::move(request), *image());
  }
  Decision<Subscribed> subscribed(wire::JoinGroupRequest request, bool has_new_id = false) {
    auto join = read(std::move(request)).value();
    join.has_new_id = has_new_id;
    return subscribe(view(), join);
  }
  Subscribed joined(wire::JoinGroupRequest request, bool has_new_id = false) {
    auto subscribed = this->subscribed(std::move(request), has_new_id).value();
    replay(subscribed.records);
    return subscribed;
  }
  // `c`, of the classic protocol, at epoch 5.
  void given_classic(MemberProgress progress = {.epoch = 5}, Partitions target = {}) {
    given(5, {{.id = "c",
               .words = as_classic({{"range", subscription()}}),
               .progress = std::move(progress),
               .target = std::move(target)}});
  }
  void given_static(const std::string& instance = "one") {
    MemberWords words = as_classic({{"range", subscription()}});
    words.instance_id = instance;
    given(5, {{.id = "c",
               .words = words,
               .progress = {.epoch = 5, .assigned = parts({0})},
               .target = parts({0})}});
  }
  using Found = Decision<const ConsumerMember*>;
  Found find(const std::string& member_id, const std::optional<std::string>& instance = {},
             std::optional<int32_t> generation = 5) {
    return find_classic(view(), member_id, instance, generation);
  }
};

TEST_F(ClassicRequestsTest, who_joins_speaks_the_consumer_protocol) {
  EXPECT_EQ(code(read(join())), ErrorCode::kNone);
  auto request = join();
  request.protocol_type = "connect";
  EXPECT_EQ(code(read(request)), ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(code(read(join("c", {}))), ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(code(read(join("c", {{"range", Bytes{0}}}))), ErrorCode::kInconsistentGroupProtocol);
}

TEST_F(ClassicRequestsTest, who_joins_shares_a_protocol_with_all_that_speak_the_classic_one) {
  given_classic();
  EXPECT_EQ(code(read(join("d", {{"sticky", subscription()}}))),
            ErrorCode::kInconsistentGroupProtocol);
  EXPECT_EQ(code(read(join("d", {{"sticky", subscription()}, {"range", subscription()}}))),
            ErrorCode::kNone);
}

TEST_F(ClassicRequestsTest, the_words_of_the_shared_protocol_count) {
  given_classic();
  const auto read = this->read(
      join("d", {{"sticky", subscription({"audit"})}, {"range", subscription({"orders"})}}));
  EXPECT_EQ(read->subscription.topics, std::vector<std::string>{"orders"});
}

TEST_F(ClassicRequestsTest, a_new_member_is_its_words_and_the_next_epoch) {
  const auto subscribed = joined(join_as("one", "c"), true);
  EXPECT_EQ(said(subscribed.records), (Said{"words c", "epoch 1"}));
  MemberWords expected = as_classic({{"range", subscription()}});
  expected.instance_id = "one";
  EXPECT_EQ(member("c").words, expected);
}

TEST_F(ClassicRequestsTest, the_rack_is_in_the_words_of_version_3) {
  const auto words = wire::encode_versioned(
      wire::ConsumerProtocolSubscription{.topics = {"orders"}, .rack_id = "far"}, 3);
  joined(join("c", {{"range", words}}));
  EXPECT_EQ(member("c").words.rack_id, "far");
}

TEST_F(ClassicRequestsTest, without_a_rebalance_timeout_the_session_is_one) {
  auto request = join();
  request.rebalance_timeout_ms = -1;
  joined(request);
  EXPECT_EQ(member("c").words.rebalance_timeout_ms, 10'000);
}

TEST_F(ClassicRequestsTest, a_full_group_takes_those_that_are_in_it_and_no_other) {
  max_size = 1;
  given_static();
  EXPECT_EQ(code(subscribed(join("d"))), ErrorCode::kGroupMaxSizeReached);
  EXPECT_EQ(code(subscribed(join_as("one", "c"))), ErrorCode::kNone);
}

TEST_F(ClassicRequestsTest, who_joins_again_with_the_same_words_writes_nothing) {
  given_classic();
  EXPECT_TRUE(joined(join()).records.empty());
}

TEST_F(ClassicRequestsTest, what_concerns_the_member_alone_raises_no_epoch) {
  given_classic();
  auto request = join();
  request.rebalance_timeout_ms = 1;
  EXPECT_EQ(said(joined(request).records), Said{"words c"});
  const auto owning = join("c", {{"range", subscription({"orders"}, parts({0}))}});
  EXPECT_EQ(said(joined(owning).records), Said{"words c"});
}

TEST_F(ClassicRequestsTest, another_subscription_raises_the_epoch) {
  given_classic();
  EXPECT_EQ(said(joined(join("c", {{"range", subscription({"audit"})}})).records),
            (Said{"words c", "epoch 6"}));
}

TEST_F(ClassicRequestsTest, who_spoke_the_consumer_protocol_keeps_its_topics_and_no_expression) {
  MemberWords words = saying();
  words.regex = "o.*";
  given(5, {{.id = "c", .words = words, .progress = {.epoch = 5}}});
  replay({regex_record("g", "o.*", {.topics = {"orders"}})});
  EXPECT_EQ(said(joined(join()).records), (Said{"no regex o.*", "words c", "epoch 6"}));
  EXPECT_EQ(group.classic_members(), 1u);
}

TEST_F(ClassicRequestsTest, an_instance_that_comes_back_replaces_the_member_it_was) {
  given_static();
  const auto subscribed = joined(join_as("one", "new"), true);
  EXPECT_EQ(said(subscribed.records), (Said{"no progress c", "no target c", "no words c",
                                            "words new", "target new", "progress new"}));
  EXPECT_EQ(member("new").progress, (MemberProgress{.assigned = parts({0})}));
  EXPECT_EQ(group.target_of("new"), parts({0}));
}

TEST_F(ClassicRequestsTest, an_instance_takes_over_from_the_consumer_protocol_without_a_goodbye) {
  given(5, {{.id = "a", .words = as_static("one"), .progress = {.epoch = 5}}});
  EXPECT_EQ(code(subscribed(join_as("one", "new"), true)), ErrorCode::kNone);
}

TEST_F(ClassicRequestsTest, an_instance_that_comes_back_and_reads_something_else_concerns_others) {
  const Said expected{"no progress c", "no target c",  "no words c", "words new",
                      "target new",    "progress new", "epoch 6"};
  given_static();
  auto request = join_as("one", "new");
  request.protocols = {{"range", subscription({"audit"})}};
  EXPECT_EQ(said(subscribed(request, true)->records), expected);
  MemberWords far = member("c").words;
  far.rack_id = "far";
  group.set_words("c", far);
  EXPECT_EQ(said(subscribed(join_as("one", "new"), true)->records), expected);
}

TEST_F(ClassicRequestsTest, an_instance_that_read_by_expression_concerns_others_when_it_does_not) {
  MemberWords words = as_static("one");
  words.regex = "o.*";
  given(5, {{.id = "a", .words = words, .progress = {.epoch = 5}}});
  EXPECT_EQ(joined(join_as("one", "new"), true).concern, Concern::kSubscription);
}

TEST_F(ClassicRequestsTest, an_instance_that_comes_with_an_id_is_the_member_it_was) {
  given_static();
  EXPECT_EQ(code(subscribed(join_as("one", "c"))), ErrorCode::kNone);
  EXPECT_EQ(code(subscribed(join_as("one", "older"))), ErrorCode::kFencedInstanceId);
  EXPECT_EQ(code(subscribed(join_as("two", "c"))), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(code(subscribed(join_as("two", "older"))), ErrorCode::kUnknownMemberId);
}

TEST_F(ClassicRequestsTest, a_member_gives_up_only_what_it_was_given) {
  given_classic({.epoch = 5,
                 .state = MemberState::kUnrevokedPartitions,
                 .assigned = parts({0}),
                 .revoking = parts({1})});
  const auto owned = [this](const Partitions& said) {
    Subscription subscription;
    subscription.owned = said;
    return owned_by(member("c"), subscription);
  };
  EXPECT_EQ(owned(parts({0, 1, 2})), parts({0, 1}));
  EXPECT_EQ(owned({}), Partitions{});
}

TEST_F(ClassicRequestsTest, the_answer_makes_nobody_a_leader) {
  given_classic();
  const auto response = join_response(member("c"), {.epoch = 6});
  EXPECT_EQ(response.member_id, "c");
  EXPECT_EQ(response.generation_id, 6);
  EXPECT_EQ(response.protocol_type, "consumer");
  EXPECT_EQ(response.protocol_name, "range");
  EXPECT_EQ(response.leader, "");
  EXPECT_TRUE(response.members.empty());
}

TEST_F(ClassicRequestsTest, requests_are_refused_by_member_instance_and_generation) {
  given_static();
  EXPECT_EQ(code(find("c")), ErrorCode::kNone);
  EXPECT_EQ(code(find("c", "one")), ErrorCode::kNone);
  EXPECT_EQ(code(find("c", {}, std::nullopt)), ErrorCode::kNone);
  EXPECT_EQ(code(find("d")), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(code(find("c", "two")), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(code(find("d", "one")), ErrorCode::kFencedInstanceId);
  for (const int32_t wrong : {4, 6, -1}) {
    EXPECT_EQ(code(find("c", {}, wrong)), ErrorCode::kIllegalGeneration) << wrong;
  }
}

TEST_F(ClassicRequestsTest, a_member_of_the_consumer_protocol_is_none_of_the_classic_one) {
  given(5, {{.id = "a", .words = as_static("one"), .progress = {.epoch = 5}}});
  EXPECT_EQ(code(find("a")), ErrorCode::kUnknownMemberId);
  EXPECT_EQ(code(find("a", "one")), ErrorCode::kUnknownMemberId);
}

TEST_F(ClassicRequestsTest, who_is_behind_the_target_must_join) {
  given_classic();
  EXPECT_FALSE(must_join(group, member("c")));
  group.set_progress("c", {.epoch = 4});
  EXPECT_TRUE(must_join(group, member("c")));
  group.set_progress("c", {.epoch = 4, .state = MemberState::kUnknown});
  EXPECT_TRUE(must_join(group, member("c")));
}

TEST_F(ClassicRequestsTest, who_is_to_give_something_up_must_join_whatever_its_epoch) {
  given_classic({.epoch = 5, .state = MemberState::kUnrevokedPartitions, .revoking = parts({0})});
  EXPECT_TRUE(must_join(group, member("c")));
}

TEST_F(ClassicRequestsTest, who_waits_must_join_when_what_it_waits_for_is_free) {
  given_classic({.epoch = 5, .state = MemberState::kUnreleasedPartitions}, parts({0}));
  replay({progress_record("g", "a", {.epoch = 5, .assigned = parts({0})})});
  EXPECT_FALSE(must_join(group, member("c")));
  group.remove_member("a");
  EXPECT_TRUE(must_join(group, member("c")));
}

}  // namespace
}  // namespace tenon::groups
