// SPDX-License-Identifier: Apache-2.0

#include "statemachine/sim_log.h"

#include <gtest/gtest.h>

#include "record/builder.h"

namespace tenon::statemachine {
namespace {

Bytes batch_of(std::initializer_list<std::string_view> keys) {
  record::BatchBuilder builder;
  for (const auto key : keys) builder.add({.key = as_bytes(key), .value = std::nullopt});
  return builder.build();
}

TEST(SimLog, gives_offsets_by_the_record) {
  SimLog log;
  EXPECT_EQ(start(log.append(batch_of({"a", "b"}))).await_resume(), Offset{0});
  EXPECT_EQ(start(log.append(batch_of({"c"}))).await_resume(), Offset{2});
  EXPECT_EQ(log.all_records().size(), 3u);
  EXPECT_EQ(log.records_of(1).at(0).key, (Bytes{'c'}));
}

TEST(SimLog, what_is_held_is_answered_in_order_when_released) {
  SimLog log;
  log.hold();
  auto first = start(log.append(batch_of({"a"})));
  auto second = start(log.append(batch_of({"b"})));
  EXPECT_FALSE(first.ready());
  EXPECT_EQ(log.waiting(), 2u);
  log.release();
  EXPECT_EQ(first.await_resume(), Offset{0});
  EXPECT_EQ(second.await_resume(), Offset{1});
}

TEST(SimLog, what_fails_is_not_in_the_log) {
  SimLog log;
  log.fail_with(Errc::kNoSpace);
  EXPECT_EQ(start(log.append(batch_of({"a"}))).await_resume().error().code, Errc::kNoSpace);
  log.recover();
  EXPECT_EQ(start(log.append(batch_of({"b"}))).await_resume(), Offset{0});
}

}  // namespace
}  // namespace tenon::statemachine
