// SPDX-License-Identifier: Apache-2.0

#include "net/accept/acceptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <vector>

#include "net/testing/loopback.h"

namespace tenon::net {
namespace {

using testing::eventually;
using testing::LoopbackClient;

class AcceptorTest : public ::testing::Test {
 protected:
  AcceptorTest() {
    shards_.start(1);
    auto listening = listen_on({"127.0.0.1", 0});
    port_ = listening->bound.port;
    acceptor_ = std::make_shared<Acceptor>(shards_.at(0), "test", *listening,
                                           [this](int fd, const Endpoint& peer) {
                                             hosts_.push_back(peer.host);
                                             close(fd);
                                             ++accepted_;
                                           });
    shards_.at(0).run_and_wait([this] { acceptor_->start(); });
  }
  ~AcceptorTest() override {
    shards_.at(0).run_and_wait([this] { acceptor_->close(); });
  }

  // Lets the process open as many descriptors as it has open, but for `spare`.
  void exhaust_descriptors(size_t spare) {
    getrlimit(RLIMIT_NOFILE, &limit_before_);
    rlimit limit = limit_before_;
    limit.rlim_cur = 200;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int fd; (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) taken_.push_back(fd);
    for (size_t i = 0; i < spare; ++i) give_one_back();
  }
  void give_one_back() {
    close(taken_.back());
    taken_.pop_back();
  }
  void give_descriptors_back() {
    while (!taken_.empty()) give_one_back();
    setrlimit(RLIMIT_NOFILE, &limit_before_);
  }

  ShardSet shards_;
  std::shared_ptr<Acceptor> acceptor_;
  uint16_t port_ = 0;
  std::vector<std::string> hosts_;
  std::atomic<int> accepted_ = 0;
  std::vector<int> taken_;
  rlimit limit_before_{};
};

TEST_F(AcceptorTest, hands_over_every_connection_with_its_peer) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(LoopbackClient(port_).connected());
  EXPECT_TRUE(eventually([&] { return accepted_ == 100; }));
  shards_.at(0).run_and_wait([&] { EXPECT_EQ(hosts_[0], "127.0.0.1"); });
}

TEST_F(AcceptorTest, out_of_descriptors_it_refuses_newcomers_and_recovers) {
  exhaust_descriptors(1);
  LoopbackClient refused(port_);
  EXPECT_TRUE(refused.connected());
  EXPECT_TRUE(refused.at_end());
  EXPECT_EQ(accepted_, 0);
  give_descriptors_back();
  LoopbackClient served(port_);
  EXPECT_TRUE(eventually([&] { return accepted_ == 1; }));
}

TEST_F(AcceptorTest, accepts_nothing_once_it_is_closed) {
  shards_.at(0).run_and_wait([this] { acceptor_->close(); });
  EXPECT_FALSE(LoopbackClient(port_).connected());
}

}  // namespace
}  // namespace tenon::net
