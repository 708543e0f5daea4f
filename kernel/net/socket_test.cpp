// SPDX-License-Identifier: Apache-2.0

#include "net/socket.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace tenon::net {
namespace {

TEST(Endpoint, puts_brackets_around_ipv6) {
  EXPECT_EQ((Endpoint{"localhost", 9092}.text()), "localhost:9092");
  EXPECT_EQ((Endpoint{"::1", 9092}.text()), "[::1]:9092");
}

TEST(ListenOn, reports_the_port_that_was_given) {
  const auto listening = listen_on({"127.0.0.1", 0});
  ASSERT_TRUE(listening);
  EXPECT_EQ(listening->bound.host, "127.0.0.1");
  EXPECT_NE(listening->bound.port, 0);
  close(listening->fd);
}

TEST(ListenOn, says_that_a_port_is_in_use) {
  const auto first = listen_on({"127.0.0.1", 0});
  ASSERT_TRUE(first);
  const auto second = listen_on(first->bound);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kInUse);
  EXPECT_EQ(second.error().text(), first->bound.text() +
                                       ": the port is in use: another process listens on it "
                                       "already");
  close(first->fd);
}

TEST(BindTo, takes_a_port_on_which_nobody_is_accepted_yet) {
  const auto bound = bind_to({"127.0.0.1", 0});
  ASSERT_TRUE(bound);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(bound->bound.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto connects = [&] {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const int result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int error = errno;
    close(fd);
    return result == 0 ? 0 : error;
  };
  EXPECT_EQ(connects(), ECONNREFUSED);
  ASSERT_TRUE(begin_listening(*bound));
  EXPECT_EQ(connects(), 0);
  close(bound->fd);
}

TEST(BindTo, says_that_another_process_listens_on_the_port) {
  const auto first = listen_on({"127.0.0.1", 0});
  ASSERT_TRUE(first);
  EXPECT_EQ(bind_to(first->bound).error().code, Errc::kInUse);
  close(first->fd);
}

// Two may bind while neither listens; then the first to listen has the port.
TEST(BeginListening, says_that_another_process_was_first) {
  const auto first = bind_to({"127.0.0.1", 0});
  ASSERT_TRUE(first);
  const auto second = bind_to(first->bound);
  ASSERT_TRUE(second);
  ASSERT_TRUE(begin_listening(*first));
  EXPECT_EQ(begin_listening(*second).error().code, Errc::kInUse);
  close(first->fd);
  close(second->fd);
}

TEST(ListenOn, refuses_a_host_that_is_no_name) {
  const auto listening = listen_on({"not a host", 0});
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code, Errc::kBadConfig);
}

TEST(ListenOn, refuses_an_address_of_another_machine) {
  const auto listening = listen_on({"192.0.2.1", 0});
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code, Errc::kIo);
}

TEST(PeerOf, is_unknown_for_what_is_not_connected) {
  EXPECT_EQ(peer_of(-1).host, "unknown");
}

}  // namespace
}  // namespace tenon::net
