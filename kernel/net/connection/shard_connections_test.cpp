// SPDX-License-Identifier: Apache-2.0

#include "net/connection/shard_connections.h"

#include <gtest/gtest.h>

#include "net/testing/frame_server.h"

namespace tenon::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::eventually;
using testing::LoopbackClient;

class ShardConnectionsTest : public testing::FrameServerTest {};

TEST_F(ShardConnectionsTest, closes_a_peer_that_does_not_read_its_replies) {
  options_.limits.stall_timeout = milliseconds(40);
  start();
  auto peer = client();
  for (int i = 0; i < 4; ++i) peer.send_frame("b9");
  EXPECT_TRUE(eventually([&] { return closed_for("stalled") == 1; }));
  EXPECT_TRUE(eventually([&] { return listener_->connections() == 0; }));
}

TEST_F(ShardConnectionsTest, closes_a_peer_that_stops_amid_a_frame) {
  options_.limits.stall_timeout = milliseconds(40);
  start();
  auto peer = client();
  peer.send_bytes(LoopbackClient::frame("never whole").substr(0, 7));
  EXPECT_TRUE(peer.at_end());
  EXPECT_EQ(closed_for("stalled"), 1u);
}

TEST_F(ShardConnectionsTest, closes_a_peer_that_keeps_others_waiting_for_memory) {
  budget_ = std::make_shared<MemoryBudget>(200'000);
  options_.limits.frame_pace_grace = milliseconds(40);
  start();
  auto announcing = client();
  announcing.send_bytes(LoopbackClient::frame(std::string(150'000, 'e')).substr(0, 100));
  ASSERT_TRUE(eventually([&] { return budget_->used() == 150'000; }));
  auto small = client();
  small.send_frame("e small");
  EXPECT_EQ(small.read_frame(), "e small");
  EXPECT_EQ(closed_for("stalled"), 0u);
  auto large = client();
  large.send_frame(std::string(100'000, 'e'));
  EXPECT_EQ(large.read_frame(), std::string(100'000, 'e'));
  EXPECT_EQ(closed_for("stalled"), 1u);
}

TEST_F(ShardConnectionsTest, closes_an_idle_connection_but_not_one_that_awaits_its_reply) {
  options_.limits.idle_timeout = milliseconds(200);
  start();
  auto waiting = client();
  waiting.send_frame("w1");
  ASSERT_TRUE(begun(1));
  auto idle = client();
  EXPECT_TRUE(idle.at_end());
  EXPECT_EQ(closed_for("idle"), 1u);
  let_go("w1");
  EXPECT_EQ(waiting.read_frame(), "w1");
}

}  // namespace
}  // namespace tenon::net
