// SPDX-License-Identifier: Apache-2.0
//
// Listener and connections together, over real sockets of the loopback interface.

#include "net/listener.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <thread>

#include "net/testing/loopback.h"

namespace tenon::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::eventually;
using testing::LoopbackClient;

using Reply = Result<std::optional<OutputChain>>;

OutputChain chain_of(std::string_view text) {
  OutputChain chain;
  chain.bytes.assign(text.begin(), text.end());
  return chain;
}

// Serves frames whose first byte says what to do:
//   e echo   n no reply   x error   w wait for let_go(body)   b a reply of so many MiB   f the file
//   s the number of the shard
class ListenerTest : public ::testing::Test {
 protected:
  ~ListenerTest() override {
    if (listener_) listener_->stop(Duration::zero());
    for (const auto& [body, promise] : held_) EXPECT_FALSE(promise.pending()) << body;
    // Every byte that was charged has been released.
    EXPECT_EQ(budget_->used(), 0u);
    shards_.stop();
  }

  void start(size_t shards = 1) {
    shards_.start(shards);
    options_.endpoint = {"127.0.0.1", 0};
    options_.budget = budget_;
    options_.metrics = &registry_;
    options_.handler = [this](Shard& shard, ConnectionInfo&, MutableBytes frame) {
      return handle(shard, as_text(frame));
    };
    auto started = Listener::start(shards_, options_);
    ASSERT_TRUE(started) << started.error().text();
    listener_ = std::move(*started);
  }
  LoopbackClient client() { return LoopbackClient(listener_->bound().port); }

  Task<Reply> handle(Shard& shard, std::string_view frame) {
    const std::string body(frame);
    ++begun_;
    switch (body.front()) {
      case 'n':
        co_return std::nullopt;
      case 'x':
        co_return fail(Errc::kMalformed, "request", "it makes no sense");
      case 'w': {
        auto released = held_[body].future();
        co_await std::move(released);
        co_return chain_of(frame);
      }
      case 'b':
        co_return chain_of(std::string(static_cast<size_t>(body[1] - '0') << 20, 'b'));
      case 's':
        co_return chain_of(std::to_string(shard.index()));
      case 'f':
        co_return file_chain();
      default:
        co_return chain_of(frame);
    }
  }
  OutputChain file_chain() {
    OutputChain chain = chain_of("[]");
    Payload payload;
    for (const auto& [offset, length] : file_ranges_) {
      payload.slices.push_back({fileno(file_.get()), offset, length, nullptr});
      payload.bytes += length;
    }
    chain.splices.push_back({1, std::move(payload)});
    return chain;
  }
  // Lets the handler of the frame `body` go on. With one shard only.
  void let_go(const std::string& body) {
    shards_.at(0).run_and_wait([&] { held_[body].fulfil(); });
  }
  bool begun(uint64_t count) {
    return eventually([&] { return begun_ >= count; });
  }
  uint64_t counted(std::string_view name, MetricLabels labels = {}) {
    labels.insert(labels.begin(), {"listener", "kafka"});
    return registry_.counter(name, "", std::move(labels)).value();
  }
  uint64_t closed_for(const std::string& reason) {
    return counted("tenon_net_connections_closed_total", {{"reason", reason}});
  }
  uint64_t memory_waits() { return counted("tenon_net_memory_waits_total"); }

  ShardSet shards_;
  MetricRegistry registry_;
  std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>(64u << 20);
  ListenerOptions options_;
  std::unique_ptr<Listener> listener_;
  std::atomic<uint64_t> begun_ = 0;
  std::map<std::string, Promise<void>> held_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_{std::tmpfile(), &std::fclose};
  std::vector<std::pair<uint64_t, uint64_t>> file_ranges_;
};

// ---- Order

TEST_F(ListenerTest, answers_a_frame) {
  start();
  auto peer = client();
  ASSERT_TRUE(peer.send_frame("echo"));
  EXPECT_EQ(peer.read_frame(), "echo");
}

TEST_F(ListenerTest, starts_the_next_request_before_the_last_is_answered) {
  start();
  auto peer = client();
  peer.send_frame("w1");
  peer.send_frame("w2");
  EXPECT_TRUE(begun(2));
  let_go("w1");
  let_go("w2");
}

TEST_F(ListenerTest, replies_in_the_order_of_requests_when_handlers_end_in_another) {
  start();
  auto peer = client();
  for (const auto* body : {"w1", "w2", "echo", "w3"}) peer.send_frame(body);
  ASSERT_TRUE(begun(4));
  for (const auto* body : {"w3", "w2", "w1"}) let_go(body);
  for (const auto* body : {"w1", "w2", "echo", "w3"}) EXPECT_EQ(peer.read_frame(), body);
}

TEST_F(ListenerTest, sends_nothing_for_a_request_without_a_reply) {
  start();
  auto peer = client();
  for (const auto* body : {"n", "echo", "n", "e"}) peer.send_frame(body);
  EXPECT_EQ(peer.read_frame(), "echo");
  EXPECT_EQ(peer.read_frame(), "e");
}

TEST_F(ListenerTest, serves_thousands_of_pipelined_small_frames) {
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

// ---- Sizes

TEST_F(ListenerTest, takes_and_gives_large_frames_as_they_are) {
  start();
  auto peer = client();
  std::string body = "e";
  for (int i = 0; i < 3'000'000; ++i) body += static_cast<char>(i * 31 >> 3);
  std::thread sender([&] { peer.send_frame(body); });
  EXPECT_TRUE(peer.read_frame() == body);
  sender.join();
}

TEST_F(ListenerTest, sends_slices_of_files_as_they_are) {
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

class BadLength : public ListenerTest, public ::testing::WithParamInterface<std::string> {};

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

TEST_F(ListenerTest, an_error_of_a_handler_closes_after_the_earlier_replies_only) {
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

TEST_F(ListenerTest, answers_what_was_asked_before_the_peer_ended_its_stream) {
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

TEST_F(ListenerTest, a_peer_that_vanishes_amid_a_frame_leaves_nothing_behind) {
  start();
  {
    auto peer = client();
    peer.send_bytes(LoopbackClient::frame(std::string(100'000, 'e')).substr(0, 5000));
    ASSERT_TRUE(eventually([&] { return budget_->used() == 100'000; }));
  }
  EXPECT_TRUE(eventually([&] { return listener_->connections() == 0; }));
  EXPECT_EQ(budget_->used(), 0u);
}

TEST_F(ListenerTest, a_slow_reader_holds_up_only_itself) {
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

TEST_F(ListenerTest, closes_a_peer_that_does_not_read_its_replies) {
  options_.limits.stall_timeout = milliseconds(40);
  start();
  auto peer = client();
  for (int i = 0; i < 4; ++i) peer.send_frame("b9");
  EXPECT_TRUE(eventually([&] { return closed_for("stalled") == 1; }));
  EXPECT_TRUE(eventually([&] { return listener_->connections() == 0; }));
}

TEST_F(ListenerTest, closes_a_peer_that_stops_amid_a_frame) {
  options_.limits.stall_timeout = milliseconds(40);
  start();
  auto peer = client();
  peer.send_bytes(LoopbackClient::frame("never whole").substr(0, 7));
  EXPECT_TRUE(peer.at_end());
  EXPECT_EQ(closed_for("stalled"), 1u);
}

TEST_F(ListenerTest, closes_an_idle_connection_but_not_one_that_awaits_its_reply) {
  options_.limits.idle_timeout = milliseconds(40);
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

// ---- Limits and memory

TEST_F(ListenerTest, reads_no_more_while_too_many_requests_are_unanswered) {
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

TEST_F(ListenerTest, waits_for_memory_that_others_hold_and_goes_on_when_it_is_released) {
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

TEST_F(ListenerTest, memory_granted_to_a_connection_that_is_gone_comes_back) {
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

TEST_F(ListenerTest, refuses_a_frame_that_is_larger_than_the_whole_budget) {
  budget_ = std::make_shared<MemoryBudget>(1000);
  start();
  auto peer = client();
  peer.send_frame(std::string(1001, 'e'));
  EXPECT_TRUE(peer.at_end());
  EXPECT_EQ(closed_for("bad_frame"), 1u);
}

TEST_F(ListenerTest, a_connection_waits_for_its_own_replies_when_its_share_is_used) {
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

TEST_F(ListenerTest, many_connections_with_too_little_memory_are_all_served) {
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

// ---- Start and stop

TEST_F(ListenerTest, does_not_start_on_a_port_in_use) {
  start();
  options_.endpoint = listener_->bound();
  const auto second = Listener::start(shards_, options_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kInUse);
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
