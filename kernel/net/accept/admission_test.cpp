// SPDX-License-Identifier: Apache-2.0

#include "net/accept/admission.h"

#include <gtest/gtest.h>

#include <vector>

namespace tenon::net {
namespace {

TEST(Admission, keeps_the_total_under_its_limit) {
  auto door = std::make_shared<Admission>(2, 10);
  auto first = door->admit("10.0.0.1");
  const auto second = door->admit("10.0.0.2");
  const auto third = door->admit("10.0.0.3");
  ASSERT_TRUE(first && second);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().text(), "10.0.0.3: all of the 2 connections allowed are open");
  *first = {};
  EXPECT_TRUE(door->admit("10.0.0.3"));
}

TEST(Admission, keeps_each_address_under_its_limit) {
  auto door = std::make_shared<Admission>(10, 1);
  const auto first = door->admit("10.0.0.1");
  EXPECT_FALSE(door->admit("10.0.0.1"));
  EXPECT_TRUE(door->admit("10.0.0.2"));
}

TEST(Admission, counts_what_is_open_until_the_tickets_are_gone) {
  auto door = std::make_shared<Admission>(10, 10);
  {
    std::vector<Admission::Ticket> tickets;
    for (int i = 0; i < 3; ++i) tickets.push_back(std::move(*door->admit("10.0.0.1")));
    EXPECT_EQ(door->open(), 3u);
    EXPECT_FALSE(door->wait_empty(Duration::zero()));
  }
  EXPECT_EQ(door->open(), 0u);
  EXPECT_TRUE(door->wait_empty(Duration::zero()));
}

}  // namespace
}  // namespace tenon::net
