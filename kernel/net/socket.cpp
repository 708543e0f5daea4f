// SPDX-License-Identifier: Apache-2.0

#include "net/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace tenon::net {
namespace {

constexpr int kBacklog = 4096;  // the kernel lowers it to its own limit

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Result<Addresses> resolve(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(endpoint.port);
  const int error = getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    return fail(Errc::kBadConfig, endpoint.text(),
                std::string("the host cannot be resolved: ") + gai_strerror(error));
  }
  return Addresses(found, &freeaddrinfo);
}

Endpoint endpoint_of(const sockaddr_storage& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {text, ntohs(v4.sin_port)};
  }
  if (address.ss_family != AF_INET6) return {"unknown", 0};
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
  } else {
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  }
  return {text, ntohs(v6.sin6_port)};
}

// Sets the options and binds; errno tells why when it fails.
bool bind_socket(int fd, const addrinfo& address) {
  const int on = 1;
  const int off = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // "::" then means IPv4 too.
  if (address.ai_family == AF_INET6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  }
  return bind(fd, address.ai_addr, address.ai_addrlen) == 0;
}

std::unexpected<Error> cannot_listen(const Endpoint& endpoint, int error) {
  if (error == EADDRINUSE) {
    return fail(Errc::kInUse, endpoint.text(),
                "the port is in use: another process listens on it already");
  }
  return fail_errno(Errc::kIo, endpoint.text(), "the address cannot be listened on", error);
}

}  // namespace

std::string Endpoint::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<ListeningSocket> bind_to(const Endpoint& endpoint) {
  auto addresses = resolve(endpoint);
  if (!addresses) return forward(addresses);
  const addrinfo& address = **addresses;
  const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail_errno(Errc::kIo, endpoint.text(), "no socket could be made", errno);
  if (!bind_socket(fd, address)) {
    const int error = errno;
    close(fd);
    return cannot_listen(endpoint, error);
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  return ListeningSocket{fd, {endpoint.host, endpoint_of(bound).port}};
}

Result<> begin_listening(const ListeningSocket& socket) {
  if (listen(socket.fd, kBacklog) != 0) return cannot_listen(socket.bound, errno);
  return {};
}

Result<ListeningSocket> listen_on(const Endpoint& endpoint) {
  auto socket = bind_to(endpoint);
  if (!socket) return socket;
  if (auto listening = begin_listening(*socket); !listening) {
    close(socket->fd);
    return forward(listening);
  }
  return socket;
}

Endpoint peer_of(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return {"unknown", 0};
  return endpoint_of(peer);
}

}  // namespace tenon::net
