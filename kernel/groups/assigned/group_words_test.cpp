// SPDX-License-Identifier: Apache-2.0

#include "groups/assigned/group_words.h"

#include "groups/assignment/consumer_protocol.h"
#include "groups/testing/consumer_fixture.h"

namespace tenon::groups {
namespace {

// A group whose join phase has ended, made by hand.
class GroupWordsTest : public ConsumerFixture {
 protected:
  struct Said {
    int16_t version = 1;
    std::vector<std::string> topics = {"orders"};
    std::vector<int32_t> owned{};  // of "orders"
    int32_t generation = -1;
    std::optional<std::string> rack{};
  };
  static Bytes encode(const Said& said) {
    wire::ConsumerProtocolSubscription words{.topics = said.topics,
                                             .owned_partitions = {},
                                             .generation_id = said.generation,
                                             .rack_id = said.rack};
    if (!said.owned.empty()) words.owned_partitions.push_back({"orders", said.owned});
    return wire::encode_versioned(std::move(words), said.version);
  }
  groups::Member& add(const std::string& id, Bytes words, bool came = true) {
    auto made = std::make_unique<groups::Member>(scheduler);
    made->id = id;
    made->client_id = "client of " + id;
    made->protocol_type = type_;
    made->protocols = {{protocol_, std::move(words)}};
    groups::Member& member = group_.add(std::move(made));
    if (came) group_.park_join(member, Reply<wire::JoinGroupResponse>(scheduler));
    return member;
  }
  std::expected<GroupWords, Unreadable> read() {
    group_.transition_to(GroupState::kPreparingRebalance, 0);
    group_.start_generation(0);
    return read_members(group_, image);
  }
  Bytes assigned(const std::vector<int32_t>& numbers) {
    return write_assignment(parts("orders", numbers), 1, *image);
  }

  std::string type_ = "consumer";
  std::string protocol_ = "range";
  Group group_{"g", scheduler};
};

TEST_F(GroupWordsTest, every_version_says_what_it_can) {
  protocol_ = "cooperative-sticky";
  for (int16_t version = 0; version <= 3; ++version) {
    add(std::string(1, static_cast<char>('a' + version)),
        encode({.version = version, .owned = {version}, .generation = 7, .rack = "r"}));
  }
  const auto words = read();
  ASSERT_TRUE(words) << words.error().why;
  EXPECT_EQ(words->versions, (std::vector<int16_t>{0, 1, 2, 3}));
  const auto& members = words->question.members;
  EXPECT_EQ(members[0].topics, std::vector<std::string>{"orders"});
  EXPECT_EQ(members[0].owned, Partitions{});
  EXPECT_EQ(members[1].owned, parts("orders", {1}));
  EXPECT_EQ(members[2].rack, "");
  EXPECT_EQ(members[3].rack, "r");
}

TEST_F(GroupWordsTest, a_newer_version_is_read_as_the_newest_that_is_known) {
  Bytes words = encode({.version = 3});
  words[1] = 9;
  words.push_back(0x55);  // what it has more
  add("a", words);
  const auto read_words = read();
  ASSERT_TRUE(read_words);
  EXPECT_EQ(read_words->versions, std::vector<int16_t>{3});
}

TEST_F(GroupWordsTest, of_eager_clients_nothing_is_held_and_what_they_had_is_known) {
  protocol_ = "roundrobin";
  add("a", encode({.owned = {3}})).assignment = assigned({0, 1});
  const auto words = read();
  ASSERT_TRUE(words);
  EXPECT_FALSE(words->cooperative);
  EXPECT_EQ(words->holdings.held, std::vector<Partitions>{{}});
  EXPECT_EQ(words->question.members[0].owned, parts("orders", {0, 1}));
}

TEST_F(GroupWordsTest, cooperative_clients_hold_what_they_say) {
  protocol_ = "cooperative-sticky";
  add("a", encode({.owned = {0}})).assignment = assigned({0, 1});
  const auto words = read();
  ASSERT_TRUE(words);
  EXPECT_EQ(words->holdings.held, std::vector<Partitions>{parts("orders", {0})});
  EXPECT_EQ(words->holdings.away, std::vector<bool>{false});
}

TEST_F(GroupWordsTest, who_cannot_say_what_it_holds_holds_what_it_was_given) {
  protocol_ = "cooperative-sticky";
  add("a", encode({.version = 0})).assignment = assigned({0, 1});
  const auto words = read();
  ASSERT_TRUE(words);
  EXPECT_EQ(words->holdings.held, std::vector<Partitions>{parts("orders", {0, 1})});
  EXPECT_EQ(words->question.members[0].owned, parts("orders", {0, 1}));
}

TEST_F(GroupWordsTest,
       a_claim_to_what_another_one_was_given_since_counts_as_held_and_not_as_owned) {
  protocol_ = "cooperative-sticky";
  add("fenced", encode({.version = 2, .owned = {0, 1}, .generation = 99}));
  add("here", encode({.owned = {1, 2}})).assignment = assigned({1, 2});
  const auto words = read();
  ASSERT_TRUE(words);
  EXPECT_EQ(words->holdings.held[0], parts("orders", {0, 1}));
  EXPECT_EQ(words->holdings.own,
            (std::vector<Partitions>{parts("orders", {0}), parts("orders", {1, 2})}));
  EXPECT_EQ(words->question.members[0].owned, parts("orders", {0}));
}

TEST_F(GroupWordsTest, clients_of_an_unknown_strategy_are_cooperative_if_they_hold_anything) {
  protocol_ = "acme";
  add("a", encode({}));
  add("b", encode({.owned = {2}}));
  const auto words = read();
  ASSERT_TRUE(words);
  EXPECT_TRUE(words->cooperative);
  EXPECT_EQ(words->holdings.held, (std::vector<Partitions>{{}, parts("orders", {2})}));
}

TEST_F(GroupWordsTest, a_cooperative_member_that_stays_away_holds_what_it_said_and_was_given) {
  protocol_ = "cooperative-sticky";
  add("a", encode({}));
  add("b", encode({.owned = {2}}), false).assignment = assigned({3});
  const auto words = read();
  ASSERT_TRUE(words);
  EXPECT_EQ(words->holdings.held[1], parts("orders", {2, 3}));
  EXPECT_EQ(words->question.members[1].owned, parts("orders", {3}));
  EXPECT_EQ(words->holdings.away, (std::vector<bool>{false, true}));
}

TEST_F(GroupWordsTest, what_does_not_exist_is_held_by_nobody) {
  protocol_ = "cooperative-sticky";
  add("a", encode({.owned = {0, 4, -1}}));
  EXPECT_EQ(read()->holdings.held[0], parts("orders", {0}));
}

TEST_F(GroupWordsTest, who_cannot_be_read_is_named) {
  add("a", encode({}));
  add("b", Bytes{0, 1, 0x7f, 0xff, 0xff, 0xff});
  const auto words = read();
  ASSERT_FALSE(words);
  EXPECT_EQ(words.error().member_id, "b");
  EXPECT_EQ(words.error().client_id, "client of b");
}

TEST_F(GroupWordsTest, bytes_of_other_kinds_cannot_be_read) {
  const std::vector<Bytes> others = {{},
                                     {0},
                                     bytes_of("{\"topics\": [\"orders\"]}"),
                                     Bytes(64, 0xff),
                                     encode({.version = 1, .owned = {0}})};
  for (size_t i = 0; i < others.size(); ++i) {
    Bytes words = others[i];
    if (i + 1 == others.size()) words.pop_back();
    const auto read_one = read_subscription(words, *image);
    EXPECT_FALSE(read_one) << i;
  }
}

TEST_F(GroupWordsTest, groups_of_kafka_streams_are_left_to_their_leader) {
  protocol_ = "stream";
  add("a", encode({}));
  const auto words = read();
  ASSERT_FALSE(words);
  EXPECT_EQ(words.error().member_id, "");
}

TEST_F(GroupWordsTest, so_are_groups_of_others_than_consumers) {
  type_ = "connect";
  add("a", encode({}));
  ASSERT_FALSE(read());
}

}  // namespace
}  // namespace tenon::groups
