// SPDX-License-Identifier: Apache-2.0

#include "net/listener.h"

#include <gtest/gtest.h>

#include <thread>

#include "net/testing/frame_server.h"

namespace tenon::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::eventually;
using testing::LoopbackClient;

class ListenerTest : public testing::FrameServerTest {};

TEST_F(ListenerTest, deals_connections_to_the_shards_in_turn) {
  start(3);
  std::vector<LoopbackClient> peers;
  for (int i = 0; i < 6; ++i) {
    peers.push_back(client());
    peers.back().send_frame("s");
    EXPECT_EQ(peers.back().read_frame(), std::to_string(i % 3));
  }
  EXPECT_EQ(listener_->connections(), 6u);
}

TEST_F(ListenerTest, refuses_connections_above_the_limit) {
  options_.limits.connections_max = 2;
  start();
  auto first = client();
  auto second = client();
  ASSERT_TRUE(eventually([&] { return listener_->connections() == 2; }));
  auto third = client();
  EXPECT_TRUE(third.at_end());
  EXPECT_EQ(counted("tenon_net_connections_refused_total"), 1u);
  first.hang_up();
  ASSERT_TRUE(eventually([&] { return listener_->connections() == 1; }));
  auto fourth = client();
  fourth.send_frame("echo");
  EXPECT_EQ(fourth.read_frame(), "echo");
}

TEST_F(ListenerTest, does_not_start_on_a_port_in_use) {
  start();
  options_.endpoint = listener_->bound();
  const auto second = Listener::start(shards_, options_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kInUse);
}

TEST_F(ListenerTest, refuses_connections_until_it_is_opened_and_has_its_port_before) {
  bind();
  EXPECT_NE(listener_->bound().port, 0);
  EXPECT_FALSE(client().connected());
  ASSERT_TRUE(listener_->open());
  auto peer = client();
  peer.send_frame("echo");
  EXPECT_EQ(peer.read_frame(), "echo");
}

TEST_F(ListenerTest, gives_its_port_back_when_it_was_never_opened) {
  bind();
  const Endpoint port = listener_->bound();
  listener_.reset();
  const auto again = listen_on(port);
  ASSERT_TRUE(again);
  ::close(again->fd);
}

TEST_F(ListenerTest, stop_lets_requests_in_flight_be_answered) {
  start();
  auto peer = client();
  auto idle = client();
  peer.send_frame("w1");
  ASSERT_TRUE(begun(1));
  std::thread stopper([&] { listener_->stop(seconds(20)); });
  EXPECT_TRUE(idle.at_end());
  let_go("w1");
  EXPECT_EQ(peer.read_frame(), "w1");
  EXPECT_TRUE(peer.at_end());
  stopper.join();
  EXPECT_FALSE(client().connected());
}

TEST_F(ListenerTest, stop_closes_what_is_not_answered_in_time) {
  start();
  auto peer = client();
  peer.send_frame("w1");
  ASSERT_TRUE(begun(1));
  listener_->stop(milliseconds(1));
  EXPECT_TRUE(peer.at_end());
  EXPECT_EQ(listener_->connections(), 0u);
  // The handler ends later, for nobody.
  EXPECT_EQ(budget_->used(), 2u);
  let_go("w1");
}

}  // namespace
}  // namespace tenon::net
