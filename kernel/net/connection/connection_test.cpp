// SPDX-License-Identifier: Apache-2.0
//
// Over real sockets of the loopback interface, behind a listener.

#include "net/connection/connection.h"

#include <gtest/gtest.h>

#include <thread>

#include "net/testing/frame_server.h"

namespace tenon::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::eventually;
using testing::LoopbackClient;

class ConnectionTest : public testing::FrameServerTest {};

// ---- Order

TEST_F(ConnectionTest, answers_a_frame) {
  start();
  auto peer = client();
  ASSERT_TRUE(peer.send_frame("echo"));
  EXPECT_EQ(peer.read_frame(), "echo");
}

TEST_F(ConnectionTest, starts_the_next_request_before_the_last_is_answered) {
  start();
  auto peer = client();
  peer.send_frame("w1");
  peer.send_frame("w2");
  EXPECT_TRUE(begun(2));
  let_go("w1");
  let_go("w2");
}

TEST_F(ConnectionTest, replies_in_the_order_of_requests_when_handlers_end_in_another) {
  start();
  auto peer = client();
  for (const auto* body : {"w1", "w2", "echo", "w3"}) peer.send_frame(body);
  ASSERT_TRUE(begun(4));
  for (const auto* body : {"w3", "w2", "w1"}) let_go(body);
  for (const auto* body : {"w1", "w2", "echo", "w3"}) EXPECT_EQ(peer.read_frame(), body);
}

TEST_F(ConnectionTest, sends_nothing_for_a_request_without_a_reply) {
  start();
  auto peer = client();
  for (const auto* body : {"n", "echo", "n", "e"}) peer.send_frame(body);
  EXPECT_EQ(peer.read_frame(), "echo");
  EXPECT_EQ(peer.read_frame(), "e");
}

TEST_F(ConnectionTest, serves_thousands_of_pipelined_small_frames) {
  start(2);
  std::vector<LoopbackClient> peers;
  for (int i = 0; i < 4; ++i) peers.push_back(client());
  std::string batch;
  for (int n = 0; n < 50; ++n) batch += LoopbackClient::frame("e" + std::to_string(n));
  for (int round = 0; round < 40; ++round) {
    for (auto& peer : peers) ASSERT_TRUE(peer.send_bytes(batch));
    for (auto& peer : peers) ASSERT_EQ(peer.read_bytes(batch.size()), batch);
  }
  EXPECT_EQ(begun_, 4u * 40 * 50);
}

// ---- Sizes

TEST_F(ConnectionTest, takes_and_gives_large_frames_as_they_are) {
  start();
  auto peer = client();
  std::string body = "e";
  for (int i = 0; i < 3'000'000; ++i) body += static_cast<char>(i * 31 >> 3);
  std::thread sender([&] { peer.send_frame(body); });
  EXPECT_TRUE(peer.read_frame() == body);
  sender.join();
}

TEST_F(ConnectionTest, sends_slices_of_files_as_they_are) {
  start();
  std::string contents;
  for (int i = 0; i < 2'000'000; ++i) contents += static_cast<char>(i * 17 >> 4);
  std::fwrite(contents.data(), 1, contents.size(), file_.get());
  std::fflush(file_.get());
  file_ranges_ = {{0, 1'500'000}, {10, 500}, {1'900'000, 100'000}};
  auto peer = client();
  peer.send_frame("f");
  EXPECT_TRUE(peer.read_frame() == "[" + contents.substr(0, 1'500'000) + contents.substr(10, 500) +
                                       contents.substr(1'900'000, 100'000) + "]");
}

class BadLength : public ConnectionTest, public ::testing::WithParamInterface<std::string> {};

TEST_P(BadLength, closes_the_connection_after_the_earlier_replies) {
  options_.limits.frame_bytes_max = 1u << 20;
  start();
  auto peer = client();
  peer.send_bytes(LoopbackClient::frame("echo") + GetParam() + "and more");
  EXPECT_EQ(peer.read_frame(), "echo");
  EXPECT_TRUE(peer.at_end());
  EXPECT_EQ(closed_for("bad_frame"), 1u);
}

INSTANTIATE_TEST_SUITE_P(All, BadLength,
                         ::testing::Values(std::string(4, '\0'), "\xff\xff\xff\xff",
                                           std::string("\x80\0\0\0", 4),
                                           std::string("\x00\x10\x00\x01", 4), "GET / HTTP/1.1"));

TEST_F(ConnectionTest, an_error_of_a_handler_closes_after_the_earlier_replies_only) {
  start();
  auto peer = client();
  for (const auto* body : {"w1", "x", "echo"}) peer.send_frame(body);
  ASSERT_TRUE(begun(3));
  let_go("w1");
  EXPECT_EQ(peer.read_frame(), "w1");
  EXPECT_TRUE(peer.at_end());
  EXPECT_EQ(closed_for("bad_request"), 1u);
}

// ---- The other side

TEST_F(ConnectionTest, answers_what_was_asked_before_the_peer_ended_its_stream) {
  start();
  auto peer = client();
  peer.send_frame("w1");
  peer.send_frame("echo");
  peer.end_sending();
  ASSERT_TRUE(begun(2));
  let_go("w1");
  EXPECT_EQ(peer.read_frame(), "w1");
  EXPECT_EQ(peer.read_frame(), "echo");
  EXPECT_TRUE(peer.at_end());
}

TEST_F(ConnectionTest, requests_that_wait_learn_that_their_peer_is_gone) {
  start();
  {
    auto peer = client();
    peer.send_frame("wg1");
    ASSERT_TRUE(begun(1));
  }
  EXPECT_TRUE(eventually([&] { return budget_->used() == 0; }));
}

TEST_F(ConnectionTest, who_only_ends_its_stream_reads_the_replies_of_requests_that_waited) {
  start();
  auto peer = client();
  peer.send_frame("wg1");
  ASSERT_TRUE(begun(1));
  peer.end_sending();
  EXPECT_EQ(peer.read_frame(), "wg1");
  EXPECT_TRUE(peer.at_end());
}

TEST_F(ConnectionTest, a_peer_that_vanishes_while_nothing_is_read_is_noticed) {
  options_.limits.requests_in_flight_max = 2;
  options_.limits.stall_timeout = milliseconds(100);
  start();
  {
    auto peer = client();
    for (const auto* body : {"wg1", "wg2", "e", "e"}) peer.send_frame(body);
    ASSERT_TRUE(begun(2));
  }
  EXPECT_TRUE(eventually([&] { return listener_->connections() == 0; }));
}

TEST_F(ConnectionTest, a_peer_that_vanishes_amid_a_frame_leaves_nothing_behind) {
  start();
  {
    auto peer = client();
    peer.send_bytes(LoopbackClient::frame(std::string(100'000, 'e')).substr(0, 5000));
    ASSERT_TRUE(eventually([&] { return budget_->used() == 100'000; }));
  }
  EXPECT_TRUE(eventually([&] { return listener_->connections() == 0; }));
  EXPECT_EQ(budget_->used(), 0u);
}

TEST_F(ConnectionTest, a_slow_reader_holds_up_only_itself) {
  start();
  auto slow = client();
  auto quick = client();
  for (int i = 0; i < 40; ++i) slow.send_frame("b1");
  for (int i = 0; i < 100; ++i) {
    quick.send_frame("echo");
    ASSERT_EQ(quick.read_frame(), "echo");
  }
  // Its replies are bounded by the limit on their memory, not by what it asks for.
  EXPECT_LE(begun_, 100u + 30);
  for (int i = 0; i < 40; ++i) ASSERT_EQ(slow.read_frame()->size(), 1u << 20);
}

// ---- Memory

TEST_F(ConnectionTest, reads_no_more_while_too_many_requests_are_unanswered) {
  options_.limits.requests_in_flight_max = 3;
  start();
  auto peer = client();
  std::string all;
  for (int i = 0; i < 8; ++i) all += LoopbackClient::frame("w" + std::to_string(i));
  peer.send_bytes(all);
  ASSERT_TRUE(begun(3));
  for (uint64_t i = 0; i < 8; ++i) {
    shards_.at(0).run_and_wait([] {});
    EXPECT_LE(begun_, i + 3);
    ASSERT_TRUE(begun(i + 1));
    let_go("w" + std::to_string(i));
    EXPECT_EQ(peer.read_frame(), "w" + std::to_string(i));
  }
}

TEST_F(ConnectionTest, waits_for_memory_that_others_hold_and_goes_on_when_it_is_released) {
  budget_ = std::make_shared<MemoryBudget>(1000);
  start();
  auto first = client();
  first.send_frame("w" + std::string(899, '1'));
  ASSERT_TRUE(begun(1));
  auto second = client();
  second.send_frame(std::string(500, 'e'));
  ASSERT_TRUE(eventually([&] { return memory_waits() == 1; }));
  EXPECT_EQ(begun_, 1u);
  let_go("w" + std::string(899, '1'));
  EXPECT_EQ(second.read_frame(), std::string(500, 'e'));
}

TEST_F(ConnectionTest, memory_granted_to_a_connection_that_is_gone_comes_back) {
  budget_ = std::make_shared<MemoryBudget>(1000);
  start();
  auto first = client();
  first.send_frame("w" + std::string(899, '1'));
  ASSERT_TRUE(begun(1));
  auto second = client();
  second.send_frame(std::string(500, 'e'));
  ASSERT_TRUE(eventually([&] { return memory_waits() == 1; }));
  listener_->stop(Duration::zero());
  let_go("w" + std::string(899, '1'));
  EXPECT_TRUE(eventually([&] { return budget_->used() == 0; }));
}

TEST_F(ConnectionTest, refuses_a_frame_that_is_larger_than_the_whole_budget) {
  budget_ = std::make_shared<MemoryBudget>(1000);
  start();
  auto peer = client();
  peer.send_frame(std::string(1001, 'e'));
  EXPECT_TRUE(peer.at_end());
  EXPECT_EQ(closed_for("bad_frame"), 1u);
}

TEST_F(ConnectionTest, a_connection_waits_for_its_own_replies_when_its_share_is_used) {
  options_.limits.connection_bytes_max = 100;
  start();
  auto peer = client();
  peer.send_frame("w" + std::string(79, '1'));
  peer.send_frame(std::string(50, 'e'));
  ASSERT_TRUE(eventually([&] { return memory_waits() == 1; }));
  EXPECT_EQ(begun_, 1u);
  let_go("w" + std::string(79, '1'));
  EXPECT_EQ(peer.read_frame()->size(), 80u);
  EXPECT_EQ(peer.read_frame()->size(), 50u);
  peer.send_frame(std::string(500, 'e'));  // above the share, but alone
  EXPECT_EQ(peer.read_frame()->size(), 500u);
}

TEST_F(ConnectionTest, many_connections_with_too_little_memory_are_all_served) {
  budget_ = std::make_shared<MemoryBudget>(60'000);
  start(2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([peer = client()]() mutable {
      for (int n = 1; n < 40; ++n) {
        const std::string body(static_cast<size_t>(n) * 1000, 'e');
        ASSERT_TRUE(peer.send_frame(body));
        ASSERT_EQ(peer.read_frame(), body);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace tenon::net
