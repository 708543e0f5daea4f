// SPDX-License-Identifier: Apache-2.0

#include "cli/group/partition_choice.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

TEST(PartitionChoice, a_topic_stands_for_all_its_partitions) {
  const auto choice = parse_choice("orders").value();
  EXPECT_TRUE(choice.includes({"orders", 7}));
  EXPECT_FALSE(choice.includes({"audit", 7}));
}

TEST(PartitionChoice, partitions_can_be_named) {
  const auto choice = parse_choice("orders:0,2").value();
  EXPECT_TRUE(choice.includes({"orders", 2}));
  EXPECT_FALSE(choice.includes({"orders", 1}));
}

TEST(PartitionChoice, other_texts_are_refused) {
  for (const char* text : {"", ":1", "orders:", "orders:x", "orders:1,", "orders:-1"}) {
    EXPECT_FALSE(parse_choice(text)) << text;
  }
  EXPECT_EQ(parse_choice("orders:x").error().text,
            "--topic: \"orders:x\" is no TOPIC or TOPIC:PARTITION,PARTITION");
}

TEST(PartitionChoice, without_choices_everything_is_chosen) {
  EXPECT_TRUE(is_chosen({}, {"orders", 0}));
  EXPECT_FALSE(is_chosen({parse_choice("audit").value()}, {"orders", 0}));
}

TEST(ParseTime, takes_what_people_write) {
  constexpr int64_t kNow = 1'764'057'600'000;  // 2025-11-25T08:00:00Z
  const auto time = [](const char* text) { return parse_time(text, kNow).value(); };
  EXPECT_EQ(time("2025-11-25T08:00:00Z"), kNow);
  EXPECT_EQ(time("2025-11-25T09:00:00+01:00"), kNow);
  EXPECT_EQ(time("2025-11-25T02:30:00-05:30"), kNow);
  EXPECT_EQ(time("2025-11-25 08:00Z"), kNow);
  EXPECT_EQ(time("2025-11-25T08:00:00.250Z"), kNow + 250);
  EXPECT_EQ(time("2025-11-25"), kNow - 8 * 3'600'000);
  EXPECT_EQ(time("1764057600000"), kNow);
  EXPECT_EQ(time("-1h"), kNow - 3'600'000);
  EXPECT_EQ(time("-90s"), kNow - 90'000);
}

TEST(ParseTime, takes_times_without_a_zone_now_and_weeks) {
  constexpr int64_t kNow = 1'764'057'600'000;  // 2025-11-25T08:00:00Z
  const auto time = [](const char* text) { return parse_time(text, kNow).value(); };
  EXPECT_EQ(time("2025-11-25T08:00:00"), kNow);
  EXPECT_EQ(time("2025-11-25 08:00"), kNow);
  EXPECT_EQ(time("2025-11-25T08:00:00.250"), kNow + 250);
  EXPECT_EQ(time("now"), kNow);
  EXPECT_EQ(time("-2w"), kNow - 14 * 86'400'000LL);
}

// -1 and -2 on the wire are the end and the start.
TEST(ParseTime, no_time_is_before_1970) {
  EXPECT_EQ(parse_time("1969-12-31T23:59:59.999Z", 0).value(), 0);
  EXPECT_EQ(parse_time("-4294967295w", 1'764'057'600'000).value(), 0);
}

TEST(ParseTime, other_texts_are_refused) {
  for (const char* text :
       {"", "yesterday", "2025-13-01", "2025-11-25T08", "2025-11-25T25:00:00", "2025-11-25T08:60",
        "-1y", "-h", "2025-11-25T08:00:00+1", "2025-11-25T08:00:00X", "Now"}) {
    EXPECT_FALSE(parse_time(text, 0)) << text;
  }
}

}  // namespace
}  // namespace tenon::cli
