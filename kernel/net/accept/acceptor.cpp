// SPDX-License-Identifier: Apache-2.0

#include "net/accept/acceptor.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/asio.h"

namespace tenon::net {
namespace {

// Accepted in a row before others of the shard get their turn.
constexpr int kTurnMax = 64;
constexpr auto kRest = std::chrono::milliseconds(100);

int open_reserve() {
  return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int accept_from(int fd) {
  return accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// Errors of the one connection that was at the head of the queue, not of the listener.
bool concerns_one_peer(int error) {
  return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM ||
         error == ENETDOWN || error == ENOPROTOOPT || error == EHOSTDOWN || error == ENONET ||
         error == EHOSTUNREACH || error == EOPNOTSUPP || error == ENETUNREACH;
}

}  // namespace

Acceptor::Acceptor(Shard& shard, std::string name, ListeningSocket listening, Accepted accepted)
    : shard_(shard),
      name_(std::move(name)),
      socket_(io_context_of(shard), listening.fd),
      accepted_(std::move(accepted)),
      reserve_fd_(open_reserve()) {}

Acceptor::~Acceptor() {
  if (reserve_fd_ >= 0) ::close(reserve_fd_);
}

void Acceptor::close() {
  boost::system::error_code ignored;
  (void)socket_.close(ignored);
}

void Acceptor::wait() {
  if (!socket_.is_open()) return;
  socket_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (!error) self->accept_turn();
                     });
}

void Acceptor::accept_turn() {
  for (int i = 0; i < kTurnMax && socket_.is_open(); ++i) {
    const int fd = accept_from(socket_.native_handle());
    if (fd >= 0) {
      accepted_(fd, peer_of(fd));
      continue;
    }
    const int error = errno;
    if (error == EAGAIN || error == EWOULDBLOCK) break;
    if (concerns_one_peer(error)) continue;
    refuse_one();
    rest(error);
    return;
  }
  wait();
}

void Acceptor::refuse_one() {
  if (reserve_fd_ >= 0) ::close(reserve_fd_);
  const int fd = accept_from(socket_.native_handle());
  if (fd >= 0) ::close(fd);
  reserve_fd_ = open_reserve();
}

void Acceptor::rest(int error) {
  log_.warn(shard_.clock().now(),
            fmt::format("{}: a connection was refused and accepting rests for {} ms: {}", name_,
                        kRest.count(), std::strerror(error)));
  shard_.call_after(kRest, [self = shared_from_this()] { self->wait(); });
}

}  // namespace tenon::net
