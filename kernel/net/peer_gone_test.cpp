// SPDX-License-Identifier: Apache-2.0

#include "net/peer_gone.h"

#include <gtest/gtest.h>

namespace tenon::net {
namespace {

TEST(PeerGone, calls_each_callback_once) {
  PeerGone gone;
  int calls = 0;
  gone.subscribe([&] { ++calls; });
  gone.subscribe([&] { ++calls; });
  EXPECT_FALSE(gone.happened());
  gone.happen();
  gone.happen();
  EXPECT_TRUE(gone.happened());
  EXPECT_EQ(calls, 2);
}

TEST(PeerGone, calls_who_comes_late_at_once) {
  PeerGone gone;
  gone.happen();
  bool called = false;
  gone.unsubscribe(gone.subscribe([&] { called = true; }));
  EXPECT_TRUE(called);
}

TEST(PeerGone, leaves_out_who_unsubscribed) {
  PeerGone gone;
  bool called = false;
  gone.unsubscribe(gone.subscribe([&] { called = true; }));
  gone.happen();
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace tenon::net
