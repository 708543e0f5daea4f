// SPDX-License-Identifier: Apache-2.0

#include "replication/partition_guard.h"

#include <gtest/gtest.h>

#include "record/builder.h"
#include "replication/testing/number_partitioner.h"

namespace tenon::replication {
namespace {

using config::PartitionerGuard;

class PartitionGuardTest : public testing::Test {
 protected:
  void guard(PartitionerGuard mode, int32_t partitions = 4) { guard(mode, number_, partitions); }
  void guard(PartitionerGuard mode, const NumberPartitioner& by, int32_t partitions = 4) {
    guard_.set_rules({.mode = mode,
                      .name = by.handle().name(),
                      .partitioner = &by.handle(),
                      .partitions = partitions});
  }

  using Keys = std::vector<std::optional<std::string_view>>;

  void add(std::optional<std::string_view> key, std::string_view value = "v",
           std::span<const record::NewHeader> headers = {}) {
    std::optional<ByteView> bytes;
    if (key) bytes = as_bytes(*key);
    builder_.add({.timestamp_ms = 1, .key = bytes, .value = as_bytes(value), .headers = headers});
  }
  // Shows partition 1 the records that were added, and one of each key: "" when they may enter, or
  // why not.
  std::string send(const Keys& keys = {}) {
    for (const auto& key : keys) add(key);
    const Bytes batch = std::exchange(builder_, record::BatchBuilder()).build();
    return show(batch, record::BatchView(batch).records());
  }
  std::string show(const Bytes& batch, const Result<ByteView>& records) {
    found_.reset();
    PartitionGuard::Check check(guard_, &found_);
    const auto passed = check.check(record::BatchView(batch), records);
    return passed ? "" : std::string(to_string(passed.error().code)) + ": " + passed.error().text();
  }
  int64_t misplaced() const { return found_ ? found_->misplaced : 0; }

  ManualClock clock_;
  // Before the guard, whose states must not outlive them.
  const NumberPartitioner number_;
  const NumberPartitioner stateful_{TN_PARTITIONER_STATEFUL};
  const NumberPartitioner reader_{TN_PARTITIONER_NEEDS_VALUE | TN_PARTITIONER_NEEDS_HEADERS};
  PartitionGuard guard_{{"t", 1}, clock_};
  record::BatchBuilder builder_;
  GuardSink found_;
};

TEST_F(PartitionGuardTest, without_rules_nobody_looks) {
  EXPECT_FALSE(guard_.on());
  guard(PartitionerGuard::kOff);
  EXPECT_FALSE(guard_.on());
}

TEST_F(PartitionGuardTest, records_where_they_belong_enter_and_nothing_is_found) {
  for (const auto mode : {PartitionerGuard::kWarn, PartitionerGuard::kReject}) {
    guard(mode);
    EXPECT_EQ(send({"1", "5"}), "");
    EXPECT_FALSE(found_);
  }
  EXPECT_EQ(guard_.checked(), 4u);
}

TEST_F(PartitionGuardTest, warn_lets_misplaced_records_in_and_tells_how_many) {
  guard(PartitionerGuard::kWarn);
  EXPECT_EQ(send({"1", "2", "3"}), "");
  EXPECT_EQ(misplaced(), 2);
  EXPECT_EQ(found_->records, 3);
  EXPECT_FALSE(found_->refused);
  EXPECT_EQ(found_->sentence(found_->first.at(0)),
            "record 1 with key \"2\" belongs to partition 2 by partitioner number, not 1");
}

TEST_F(PartitionGuardTest, reject_refuses_the_batch_with_a_sentence) {
  guard(PartitionerGuard::kReject);
  EXPECT_EQ(send({"1", "2"}),
            "InvalidRecord: t-1: record 1 with key \"2\" belongs to partition 2 by partitioner "
            "number, not 1: give the producer the topic's partitioner, or set "
            "tenon.partitioner.guard = warn");
  EXPECT_TRUE(found_->refused);
  EXPECT_NE(send({"2", "3", "1"}).find("(2 of the batch's 3 records are elsewhere)"),
            std::string::npos);
}

TEST_F(PartitionGuardTest, reject_names_each_misplaced_record_up_to_a_bound) {
  guard(PartitionerGuard::kReject);
  add("1");
  for (int i = 0; i < 300; ++i) add("2");
  send();
  EXPECT_EQ(misplaced(), 300);
  ASSERT_EQ(found_->first.size(), GuardFindings::kNamedMax);
  EXPECT_EQ(found_->first.front().index, 1);
  EXPECT_EQ(found_->first.back().index, 100);
}

TEST_F(PartitionGuardTest, records_without_a_key_are_not_judged_even_if_the_plugin_wants_them) {
  const NumberPartitioner keyless(TN_PARTITIONER_WANTS_KEYLESS);
  guard(PartitionerGuard::kReject, keyless);
  EXPECT_EQ(send({std::nullopt, "1"}), "");
  EXPECT_EQ(guard_.checked(), 1u);
}

TEST_F(PartitionGuardTest, an_empty_key_is_a_key) {
  guard(PartitionerGuard::kWarn);
  EXPECT_EQ(send({""}), "");
  EXPECT_EQ(misplaced(), 1);  // it is partition 0's
}

TEST_F(PartitionGuardTest, what_the_plugin_leaves_to_the_host_belongs_anywhere) {
  guard(PartitionerGuard::kReject);
  EXPECT_EQ(send({"any"}), "");
  EXPECT_EQ(guard_.checked(), 0u);
}

TEST_F(PartitionGuardTest, a_partitioner_that_declares_state_has_nothing_to_say) {
  guard(PartitionerGuard::kReject, stateful_);
  EXPECT_EQ(send({"2"}), "");
}

TEST_F(PartitionGuardTest, a_plugin_that_needs_value_or_headers_is_shown_them) {
  guard(PartitionerGuard::kWarn, reader_);
  const std::vector<record::NewHeader> headers{{.key = as_bytes("a"), .value = as_bytes("9")},
                                               {.key = as_bytes("b"), .value = as_bytes("1")}};
  add("by-value", "1");
  add("by-header", "v", headers);
  EXPECT_EQ(send(), "");
  EXPECT_EQ(misplaced(), 0);
  add("by-value", "2");
  EXPECT_EQ(send(), "");
  EXPECT_EQ(misplaced(), 1);
}

TEST_F(PartitionGuardTest, control_batches_are_not_looked_at) {
  guard(PartitionerGuard::kReject);
  builder_ = record::BatchBuilder({.producer_id = ProducerId{1}, .control = true});
  EXPECT_EQ(send({"2"}), "");
}

TEST_F(PartitionGuardTest, after_the_topic_has_grown_the_old_places_are_right_for_a_while) {
  guard(PartitionerGuard::kReject, 2);
  guard(PartitionerGuard::kReject, 4);
  EXPECT_EQ(send({"3"}), "");  // of two partitions, the second
  EXPECT_NE(send({"2"}), "");  // neither of two nor of four
  clock_.advance(PartitionGuard::kGrowthGrace - std::chrono::seconds(1));
  EXPECT_EQ(send({"3"}), "");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_NE(send({"3"}), "");
}

TEST_F(PartitionGuardTest, a_topic_that_grows_twice_keeps_both_older_places) {
  guard(PartitionerGuard::kReject, 2);
  guard(PartitionerGuard::kReject, 3);
  guard(PartitionerGuard::kReject, 8);
  EXPECT_EQ(send({"3"}), "");  // 1 of 2
  EXPECT_EQ(send({"4"}), "");  // 1 of 3
  EXPECT_EQ(send({"9"}), "");  // 1 of 8
  EXPECT_NE(send({"2"}), "");
}

TEST_F(PartitionGuardTest, growth_is_remembered_while_the_guard_is_off) {
  guard(PartitionerGuard::kOff, 2);
  guard(PartitionerGuard::kOff, 4);
  guard(PartitionerGuard::kReject, 4);
  EXPECT_EQ(send({"3"}), "");
}

TEST_F(PartitionGuardTest, a_batch_that_cannot_be_opened_is_told_by_warn_and_refused_by_reject) {
  const Bytes batch = record::BatchBuilder().add({.key = as_bytes("2")}).build();
  const Result<ByteView> shut = fail(Errc::kCorruptMessage, "gzip", "the data is damaged");
  guard(PartitionerGuard::kWarn);
  EXPECT_EQ(show(batch, shut), "");
  EXPECT_EQ(found_->unread, "gzip: the data is damaged");
  guard(PartitionerGuard::kReject);
  EXPECT_EQ(show(batch, shut),
            "CorruptMessage: t-1: tenon.partitioner.guard = reject takes no batch that it cannot "
            "look into: gzip: the data is damaged");
}

TEST_F(PartitionGuardTest, records_that_end_too_early_are_unread) {
  const Bytes batch =
      record::BatchBuilder().add({.key = as_bytes("1")}).add({.key = as_bytes("1")}).build();
  const ByteView records = record::BatchView(batch).records();
  guard(PartitionerGuard::kReject);
  for (size_t length = 0; length < records.size(); ++length) {
    EXPECT_TRUE(show(batch, records.first(length)).starts_with("InvalidRecord")) << length;
  }
  EXPECT_EQ(show(batch, records), "");
}

TEST_F(PartitionGuardTest, a_plugin_that_is_not_loaded_stops_reject_and_not_warn) {
  const GuardRules absent{
      .mode = PartitionerGuard::kWarn, .name = "absent", .partitioner = nullptr, .partitions = 4};
  guard_.set_rules(absent);
  EXPECT_EQ(send({"2"}), "");
  GuardRules reject = absent;
  reject.mode = PartitionerGuard::kReject;
  guard_.set_rules(reject);
  EXPECT_TRUE(send({"1"}).starts_with(
      "InvalidConfig: t-1: its tenon.partitioner \"absent\" is not loaded"));
}

TEST_F(PartitionGuardTest, keys_are_shown_escaped_and_cut) {
  guard(PartitionerGuard::kWarn);
  send({std::string_view("2\"\\\n\xff", 5)});
  EXPECT_EQ(found_->first.at(0).key, R"(2\"\\\x0a\xff)");
  send({"2" + std::string(1000, 'k')});
  EXPECT_EQ(found_->first.at(0).key, "2" + std::string(39, 'k') + "...");
}

TEST_F(PartitionGuardTest, who_hears_nothing_is_judged_all_the_same) {
  guard(PartitionerGuard::kReject);
  const Bytes batch = record::BatchBuilder().add({.key = as_bytes("2")}).build();
  PartitionGuard::Check check(guard_, nullptr);
  EXPECT_FALSE(check.check(record::BatchView(batch), record::BatchView(batch).records()));
}

}  // namespace
}  // namespace tenon::replication
