// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/consumer_records.h"

#include "groups/testing/lone_group.h"
#include "wire/codec.h"
#include "wire/records/consumer_group_records.h"

namespace tenon::groups {
namespace {

class ConsumerRecordsTest : public LoneGroup {
 protected:
  template <class T>
  static T reread_as(const Record& record) {
    ConsumerChange change = reread(record).value();
    EXPECT_EQ(change.group_id, "g");
    return std::get<T>(std::move(change.change));
  }
  // The same, with what a later version adds to it: a tagged field that is not known here.
  static Record with_unknown_field(Record record) {
    TN_ASSERT(record.value->back() == 0);  // no tagged fields
    record.value->back() = 1;
    for (const uint8_t byte : {99, 2, 7, 7}) record.value->push_back(byte);
    return record;
  }
  static Errc damage(const Record& record) {
    const auto change = reread(record);
    return change ? Errc::kUnknown : change.error().code;
  }
  static MemberWords all_words() {
    MemberWords words = as_classic({{"range", {1, 2}}, {"sticky", {}}});
    words.instance_id = "one";
    words.rack_id = "rack";
    words.topics = {"audit", "orders"};
    words.regex = "ord.*";
    words.assignor = "uniform";
    return words;
  }
  static MemberProgress all_progress() {
    return {.epoch = 5,
            .previous_epoch = 3,
            .state = MemberState::kUnrevokedPartitions,
            .assigned = parts({0, 2}),
            .revoking = parts({1})};
  }
};

TEST_F(ConsumerRecordsTest, the_epoch_has_the_bytes_that_kafka_writes) {
  const Record record = epoch_record("g", 7, 0);
  EXPECT_EQ(record.key, (Bytes{0, 3, 0, 1, 'g'}));
  EXPECT_EQ(*record.value, (Bytes{0, 0, 0, 0, 0, 7, 0}));
  EXPECT_EQ(*epoch_record("g", 7, 258).value,
            (Bytes{0, 0, 0, 0, 0, 7, 1, 0, 8, 0, 0, 0, 0, 0, 0, 1, 2}));
}

TEST_F(ConsumerRecordsTest, progress_has_the_bytes_that_kafka_writes) {
  const Record record = progress_record("g", "m", {.epoch = -2, .previous_epoch = 1});
  EXPECT_EQ(record.key, (Bytes{0, 8, 0, 1, 'g', 0, 1, 'm'}));
  EXPECT_EQ(*record.value, (Bytes{0, 0, 0xFF, 0xFF, 0xFF, 0xFE, 0, 0, 0, 1, 0, 1, 1, 0}));
}

TEST_F(ConsumerRecordsTest, each_kind_has_the_key_version_of_kafka) {
  const auto version = [](const Record& record) { return load_be<int16_t>(record.key.data()); };
  EXPECT_EQ(version(epoch_record("g", 1, 0)), 3);
  EXPECT_EQ(version(words_record("g", "a", {})), 5);
  EXPECT_EQ(version(assignment_epoch_record("g", 1)), 6);
  EXPECT_EQ(version(target_record("g", "a", {})), 7);
  EXPECT_EQ(version(progress_record("g", "a", {})), 8);
  EXPECT_EQ(version(regex_record("g", "r", {})), 16);
}

TEST_F(ConsumerRecordsTest, only_these_versions_are_of_consumer_groups) {
  for (const int16_t version : {3, 4, 5, 6, 7, 8, 16}) EXPECT_TRUE(is_consumer_key(version));
  for (const int16_t version : {-1, 2, 9, 15, 17}) EXPECT_FALSE(is_consumer_key(version));
  EXPECT_EQ(damage({.key = {0, 9, 0, 1, 'g'}, .value = {}}), Errc::kCorruptData);
}

TEST_F(ConsumerRecordsTest, the_epochs_are_read_back) {
  const auto epoch = reread_as<EpochChange>(epoch_record("g", 7, -9));
  EXPECT_EQ(epoch.epoch, 7);
  EXPECT_EQ(epoch.metadata_hash, -9);
  EXPECT_EQ(reread_as<AssignmentEpochChange>(assignment_epoch_record("g", 6)).epoch, 6);
}

TEST_F(ConsumerRecordsTest, words_are_read_back_with_everything_and_with_nothing) {
  const auto change = reread_as<WordsChange>(words_record("g", "a", all_words()));
  EXPECT_EQ(change.member_id, "a");
  EXPECT_EQ(change.words, all_words());
  EXPECT_EQ(reread_as<WordsChange>(words_record("g", "a", {})).words, MemberWords{});
}

TEST_F(ConsumerRecordsTest, a_classic_member_without_protocols_is_still_one) {
  const auto change = reread_as<WordsChange>(words_record("g", "a", as_classic({})));
  ASSERT_TRUE(change.words.classic);
  EXPECT_TRUE(change.words.classic->protocols.empty());
}

TEST_F(ConsumerRecordsTest, an_expression_that_is_null_is_none) {
  Record record = words_record("g", "a", saying());
  record.value = wire::encode_versioned(
      wire::ConsumerGroupMemberMetadataValue{
          .instance_id = {}, .subscribed_topic_names = {"z", "b"}, .subscribed_topic_regex = {}},
      0);
  const auto words = reread_as<WordsChange>(record).words;
  EXPECT_EQ(words.regex, "");
  EXPECT_EQ(words.instance_id, std::nullopt);
  EXPECT_EQ(words.topics, (std::vector<std::string>{"b", "z"}));
}

TEST_F(ConsumerRecordsTest, targets_and_progress_are_read_back) {
  Partitions two = parts({0, 3});
  two.push_back({Uuid::from_random(9, 9), 1});
  two = make_partitions(two);
  EXPECT_EQ(reread_as<TargetChange>(target_record("g", "a", two)).target, two);
  EXPECT_EQ(reread_as<TargetChange>(target_record("g", "a", {})).target, Partitions{});
  const auto change = reread_as<ProgressChange>(progress_record("g", "a", all_progress()));
  EXPECT_EQ(change.member_id, "a");
  EXPECT_EQ(change.progress, all_progress());
}

TEST_F(ConsumerRecordsTest, an_expression_is_read_back_with_its_topics_in_order) {
  const ResolvedRegex resolved{.topics = {"z", "b"}, .version = 12, .timestamp_ms = 99};
  const auto change = reread_as<RegexChange>(regex_record("g", "r", resolved));
  EXPECT_EQ(change.regex, "r");
  EXPECT_EQ(change.resolved,
            (ResolvedRegex{.topics = {"b", "z"}, .version = 12, .timestamp_ms = 99}));
}

TEST_F(ConsumerRecordsTest, a_state_of_a_later_version_is_unknown) {
  for (const int state : {3, 42, 127, -1}) {
    MemberProgress strange = all_progress();
    strange.state = static_cast<MemberState>(state);
    const auto change = reread_as<ProgressChange>(progress_record("g", "a", strange));
    EXPECT_EQ(change.progress.state, MemberState::kUnknown) << state;
    EXPECT_EQ(change.progress.assigned, strange.assigned);
  }
}

TEST_F(ConsumerRecordsTest, tagged_fields_of_a_later_version_are_passed_over) {
  const auto words = with_unknown_field(words_record("g", "a", as_static("one")));
  EXPECT_EQ(reread_as<WordsChange>(words).words, as_static("one"));
  const auto epoch = with_unknown_field(epoch_record("g", 7, 0));
  EXPECT_EQ(reread_as<EpochChange>(epoch).epoch, 7);
  const auto progress = with_unknown_field(progress_record("g", "a", all_progress()));
  EXPECT_EQ(reread_as<ProgressChange>(progress).progress, all_progress());
}

TEST_F(ConsumerRecordsTest, a_value_of_a_later_version_is_refused_and_not_guessed_at) {
  for (Record record : {epoch_record("g", 1, 0), words_record("g", "a", {}),
                        progress_record("g", "a", {}), regex_record("g", "r", {})}) {
    record.value->at(1) = 1;
    EXPECT_EQ(damage(record), Errc::kCorruptData);
  }
}

TEST_F(ConsumerRecordsTest, every_cut_of_a_value_is_damage) {
  for (const Record& whole :
       {epoch_record("g", 1, 5), words_record("g", "a", all_words()),
        assignment_epoch_record("g", 1), target_record("g", "a", parts({0})),
        progress_record("g", "a", all_progress()), regex_record("g", "r", {.topics = {"t"}})}) {
    for (size_t size = 0; size < whole.value->size(); ++size) {
      Record cut = whole;
      cut.value->resize(size);
      EXPECT_EQ(damage(cut), Errc::kCorruptData) << int{whole.key[1]} << " at " << size;
    }
  }
}

TEST_F(ConsumerRecordsTest, every_cut_of_a_key_is_damage_even_of_a_tombstone) {
  Records all = member_tombstones("g", "a");
  all.push_back(regex_tombstone("g", "r"));
  all.push_back({.key = {0, 4, 0, 1, 'g'}, .value = std::nullopt});
  for (const Record& whole : all) {
    for (size_t size = 2; size < whole.key.size(); ++size) {
      const Record cut{Bytes(whole.key.begin(), whole.key.begin() + static_cast<long>(size)), {}};
      EXPECT_EQ(damage(cut), Errc::kCorruptData) << int{whole.key[1]} << " at " << size;
    }
  }
}

TEST_F(ConsumerRecordsTest, what_is_left_over_is_damage) {
  Record key = epoch_record("g", 1, 0);
  key.key.push_back(0);
  EXPECT_EQ(damage(key), Errc::kCorruptData);
  Record value = target_record("g", "a", parts({0}));
  value.value->push_back(0);
  EXPECT_EQ(damage(value), Errc::kCorruptData);
}

TEST_F(ConsumerRecordsTest, topics_as_kafka_4_0_wrote_them_change_nothing) {
  given(5, {{.id = "a", .progress = {.epoch = 5}}});
  const Record record{.key = {0, 4, 0, 1, 'g'}, .value = Bytes{0, 0, 1, 0}};
  EXPECT_EQ(in_words(reread(record).value()), "topics");
  replay({record, {record.key, std::nullopt}});
  EXPECT_EQ(group.epoch(), 5);
  EXPECT_EQ(group.state(), "Stable");
}

TEST_F(ConsumerRecordsTest, a_member_goes_with_its_tombstones) {
  given(5,
        {{.id = "a", .words = as_static("one"), .progress = all_progress(), .target = parts({0})},
         {.id = "b", .progress = {.epoch = 5}}});
  const Records gone = member_tombstones("g", "a");
  EXPECT_EQ(said(gone), (Said{"no progress a", "no target a", "no words a"}));
  replay(gone);
  EXPECT_EQ(group.find("a"), nullptr);
  EXPECT_EQ(group.find_static("one"), nullptr);
  EXPECT_FALSE(group.targets().contains("a"));
  EXPECT_EQ(group.owner(parts({1})[0]), nullptr);
  EXPECT_EQ(group.state(), "Stable");
}

TEST_F(ConsumerRecordsTest, tombstones_of_what_is_not_there_change_nothing) {
  given(5, {{.id = "b", .progress = {.epoch = 5}}});
  replay(member_tombstones("g", "a"));
  replay({regex_tombstone("g", "r")});
  EXPECT_EQ(group.members().size(), 1u);
  EXPECT_EQ(group.state(), "Stable");
}

TEST_F(ConsumerRecordsTest, a_member_whose_progress_is_deleted_begins_anew) {
  given(5, {{.id = "a", .progress = all_progress()}});
  replay({member_tombstones("g", "a").front()});
  EXPECT_EQ(member("a").progress, MemberProgress{});
  EXPECT_EQ(group.owner(parts({0})[0]), nullptr);
  EXPECT_EQ(group.state(), "Reconciling");
}

TEST_F(ConsumerRecordsTest, a_group_goes_with_all_that_it_has) {
  given(5, {{.id = "a"}, {.id = "b"}});
  replay({regex_record("g", "r", {})});
  const Said all = said(consumer_group_tombstones("g", group));
  EXPECT_EQ(all, (Said{"no progress a", "no target a", "no words a", "no progress b", "no target b",
                       "no words b", "no regex r", "no assigned 0", "no epoch 0"}));
}

TEST_F(ConsumerRecordsTest, without_the_target_the_group_is_to_be_assigned) {
  given(5, {{.id = "a", .progress = {.epoch = 5}}});
  Record record = assignment_epoch_record("g", 5);
  record.value.reset();
  replay({record});
  EXPECT_EQ(group.assignment_epoch(), 0);
  EXPECT_EQ(group.state(), "Assigning");
}

}  // namespace
}  // namespace tenon::groups
