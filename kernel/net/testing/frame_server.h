// SPDX-License-Identifier: Apache-2.0
//
// For tests: a listener on the loopback interface whose frames say what is to be done with them,
// and the verbs to drive it.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "net/listener.h"
#include "net/testing/loopback.h"

namespace tenon::net::testing {

inline OutputChain chain_of(std::string_view text) {
  OutputChain chain;
  chain.bytes.assign(text.begin(), text.end());
  return chain;
}

// Serves frames whose first byte says what to do:
//   e echo   n no reply   x error   w wait for let_go(body)   b a reply of so many MiB   f the file
//   s the number of the shard   wg... as w, or until the peer has ended its stream
class FrameServerTest : public ::testing::Test {
 protected:
  ~FrameServerTest() override {
    if (listener_) listener_->stop(Duration::zero());
    for (const auto& [body, promise] : held_) EXPECT_FALSE(promise.pending()) << body;
    // Every byte that was charged has been released.
    EXPECT_EQ(budget_->used(), 0u);
    shards_.stop();
  }

  // Takes the port; start() also opens it.
  void bind(size_t shards = 1) {
    shards_.start(shards);
    options_.endpoint = {"127.0.0.1", 0};
    options_.budget = budget_;
    options_.metrics = &registry_;
    options_.handler = [this](Shard& shard, ConnectionInfo& info, MutableBytes frame) {
      if (as_text(frame).starts_with("wg")) let_go_with_peer(info, std::string(as_text(frame)));
      return handle(shard, as_text(frame));
    };
    auto bound = Listener::bind(shards_, options_);
    ASSERT_TRUE(bound) << bound.error().text();
    listener_ = std::move(*bound);
  }
  void start(size_t shards = 1) {
    bind(shards);
    ASSERT_TRUE(listener_->open());
  }
  LoopbackClient client() { return LoopbackClient(listener_->bound().port); }

  Task<Result<std::optional<OutputChain>>> handle(Shard& shard, std::string_view frame) {
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
  // A frame that begins with "wg" waits until its peer is gone.
  void let_go_with_peer(ConnectionInfo& info, const std::string& body) {
    info.peer_gone.subscribe([this, body] { held_[body].fulfil(); });
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

}  // namespace tenon::net::testing
