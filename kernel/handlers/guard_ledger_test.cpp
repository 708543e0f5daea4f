// SPDX-License-Identifier: Apache-2.0

#include "handlers/guard_ledger.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "metadata/delta.h"
#include "metadata/records.h"

namespace tenon::handlers {
namespace {

class GuardLedgerTest : public testing::Test {
 protected:
  GuardLedgerTest() { set_log_level(LogLevel::kOff); }
  ~GuardLedgerTest() override { set_log_level(LogLevel::kInfo); }

  void misplaced(const std::string& client, int64_t records, const std::string& topic = "t") {
    replication::GuardFindings found{.partitioner = "hash", .partition = 1, .records = 10};
    found.misplaced = records;
    found.first = {{.index = 3, .belongs_to = 2, .key = "alice"}};
    report(client, found, topic);
  }
  void unread(const std::string& client) {
    replication::GuardFindings found{.partitioner = "hash"};
    found.unread = "gzip: the data is damaged";
    report(client, found, "t");
  }
  void report(const std::string& client, const replication::GuardFindings& found,
              const std::string& topic) {
    ledger_.report({topic, 1},
                   {.client_id = client,
                    .software_name = "librdkafka",
                    .software_version = "2.0.2",
                    .host = "10.0.0.7",
                    .port = 4711},
                   found, clock_.now());
  }
  std::string exposed() {
    MetricSamples samples;
    ledger_.sample(samples);
    return MetricRegistry().expose(std::move(samples));
  }
  // The value of the line that begins so; empty when there is none.
  std::string metric(const std::string& begin) {
    const std::string text = exposed();
    const size_t at = text.find("\n" + begin + " ");
    if (at == std::string::npos) return "";
    const size_t value = at + begin.size() + 2;
    return text.substr(value, text.find('\n', value) - value);
  }
  static std::string series(const std::string& client, const std::string& topic = "t") {
    return "tenon_partitioner_guard_mismatches_total{topic=\"" + topic + "\",client_id=\"" +
           client + "\"}";
  }
  // What the next report of client "app" writes to the log.
  std::string line(int64_t records) {
    set_log_level(LogLevel::kInfo);
    testing::internal::CaptureStderr();
    misplaced("app", records);
    flush_log();
    set_log_level(LogLevel::kOff);
    return testing::internal::GetCapturedStderr();
  }

  ManualClock clock_;
  GuardLedger ledger_;
};

TEST_F(GuardLedgerTest, records_are_counted_by_topic_and_client) {
  misplaced("app", 2);
  misplaced("app", 3);
  misplaced("other-app", 1);
  misplaced("app", 7, "u");
  EXPECT_EQ(metric(series("app")), "5");
  EXPECT_EQ(metric(series("other-app")), "1");
  EXPECT_EQ(metric(series("app", "u")), "7");
}

TEST_F(GuardLedgerTest, client_ids_cannot_be_piled_up) {
  for (size_t i = 0; i < 3 * GuardLedger::kClientsMax; ++i) misplaced("c" + std::to_string(i), 1);
  misplaced("c5", 1);
  EXPECT_EQ(metric(series("(other)")), std::to_string(2 * GuardLedger::kClientsMax));
  EXPECT_EQ(metric(series("c5")), "2");
  EXPECT_EQ(metric(series("c" + std::to_string(GuardLedger::kClientsMax))), "");
}

TEST_F(GuardLedgerTest, a_long_client_id_is_cut) {
  misplaced(std::string(10'000, 'x'), 1);
  EXPECT_EQ(metric(series(std::string(GuardLedger::kClientIdBytesMax, 'x'))), "1");
}

TEST_F(GuardLedgerTest, the_line_names_partition_client_software_and_address) {
  const std::string text = line(4);
  EXPECT_NE(text.find("t-1: client \"app\" (librdkafka 2.0.2, 10.0.0.7:4711) has put 4 of 10 "
                      "records where they do not belong, and the batch is taken: record 3 with key "
                      "\"alice\" belongs to partition 2 by partitioner hash, not 1"),
            std::string::npos)
      << text;
}

TEST_F(GuardLedgerTest, a_client_gets_one_line_a_minute_which_tells_what_was_left_out) {
  EXPECT_NE(line(4), "");
  EXPECT_EQ(line(5), "");
  clock_.advance(GuardLedger::kLineInterval - std::chrono::seconds(1));
  EXPECT_EQ(line(6), "");
  clock_.advance(std::chrono::seconds(1));
  const std::string text = line(7);
  EXPECT_NE(text.find("; with it, 18 records of the client since the last such line"),
            std::string::npos)
      << text;
}

TEST_F(GuardLedgerTest, a_client_that_does_not_say_its_software_is_named_without) {
  const GuardedClient client{.client_id = "app",
                             .software_name = {},
                             .software_version = {},
                             .host = "10.0.0.7",
                             .port = 4711};
  EXPECT_EQ(client.text(), "\"app\" (software unknown, 10.0.0.7:4711)");
}

TEST_F(GuardLedgerTest, batches_that_could_not_be_read_are_counted_apart) {
  unread("app");
  unread("app");
  EXPECT_EQ(metric("tenon_partitioner_guard_unread_batches_total{topic=\"t\"}"), "2");
  EXPECT_EQ(metric(series("app")), "");
}

TEST_F(GuardLedgerTest, the_counts_go_with_their_topic) {
  const Uuid id = Uuid::from_random(1, 2);
  const auto empty = metadata::Image::empty("c");
  const auto with = *metadata::apply(*empty, {{wire::TopicRecord{.name = "t", .topic_id = id}}}, 1);
  misplaced("app", 1);
  misplaced("app", 1, "u");
  ledger_.on_image(*empty, *with);
  EXPECT_EQ(metric(series("app")), "1");
  ledger_.on_image(*with, **metadata::apply(*with, {{wire::RemoveTopicRecord{.topic_id = id}}}, 2));
  EXPECT_EQ(metric(series("app")), "");
  EXPECT_EQ(metric(series("app", "u")), "1");
}

}  // namespace
}  // namespace tenon::handlers
