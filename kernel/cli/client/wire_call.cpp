// SPDX-License-Identifier: Apache-2.0

#include "cli/client/wire_call.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "cli/client/errors.h"
#include "wire/groups/find_coordinator.h"
#include "wire/header.h"
#include "wire/varint.h"

namespace tenon::cli {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t kAnswerBytesMax = 256 << 20;

class Connection {
 public:
  explicit Connection(const BrokerAddress& broker)
      : broker_(broker), deadline_(Steady::now() + std::chrono::milliseconds(kAnswerMs)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (socket_ >= 0) ::close(socket_);
  }

  Outcome<> open() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error =
        ::getaddrinfo(broker_.host.c_str(), std::to_string(broker_.port).c_str(), &hints, &found);
    if (error != 0) return lost(::gai_strerror(error));
    std::string why = "no address";
    for (const addrinfo* one = found; one && socket_ < 0; one = one->ai_next) {
      socket_ = ::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
      if (socket_ < 0 || ::connect(socket_, one->ai_addr, one->ai_addrlen) == 0) continue;
      why = std::generic_category().message(errno);
      ::close(std::exchange(socket_, -1));
    }
    ::freeaddrinfo(found);
    return socket_ >= 0 ? Outcome<>{} : lost(why);
  }
  Outcome<> send(ByteView bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) return lost(std::generic_category().message(errno));
      bytes = bytes.subspan(static_cast<size_t>(sent));
    }
    return {};
  }
  Outcome<> receive(MutableBytes bytes) {
    while (!bytes.empty()) {
      pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Steady::now());
      if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
        return lost(fmt::format("no answer within {} s", kAnswerMs / 1000));
      }
      const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
      if (got < 0) return lost(std::generic_category().message(errno));
      if (got == 0) return lost("it closed the connection");
      bytes = bytes.subspan(static_cast<size_t>(got));
    }
    return {};
  }

 private:
  Outcome<> lost(const std::string& why) const {
    return failed(kUnreachable, fmt::format("{}: {}", broker_.text(), why));
  }

  const BrokerAddress& broker_;
  Steady::time_point deadline_;
  int socket_ = -1;
};

void append_size(Bytes& out, size_t size) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(size >> shift));
}

// What stands before the body of an answer: the correlation id, and no tags of ours.
size_t response_header_bytes(wire::ApiKey key, int16_t version) {
  return version >= wire::flexible_since(key) ? 5 : 4;
}

}  // namespace

Outcome<std::vector<BrokerAddress>> brokers_of(const Client& client) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(client.raw(), 0, nullptr, &raw, kAnswerMs);
  const Metadata answer(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(client.failure(error, "brokers"));
  std::vector<BrokerAddress> brokers;
  for (int i = 0; i < answer->broker_cnt; ++i)
    brokers.push_back({answer->brokers[i].host, answer->brokers[i].port, answer->brokers[i].id});
  if (brokers.empty()) return failed(kUnreachable, "the cluster names no broker");
  return brokers;
}

Outcome<BrokerAddress> coordinator_of(const Client& client, const std::string& group) {
  const auto brokers = brokers_of(client);
  if (!brokers) return std::unexpected(brokers.error());
  const auto ask = [&] {
    return ask_broker<wire::FindCoordinatorResponse>(brokers->front(),
                                                     wire::FindCoordinatorRequest{.key = group}, 0);
  };
  auto found = ask();
  // The first to ask has the topic of groups made.
  const auto deadline = Steady::now() + std::chrono::milliseconds(kAnswerMs);
  while (found && found->error_code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE &&
         Steady::now() < deadline) {
    client.poll(100);
    found = ask();
  }
  if (!found) return std::unexpected(found.error());
  if (found->error_code != 0)
    return std::unexpected(failure_of(found->error_code, "group " + group, ""));
  return BrokerAddress{found->host, found->port, found->node_id};
}

Outcome<Bytes> exchange(const BrokerAddress& broker, wire::ApiKey key, int16_t version,
                        const Bytes& body) {
  Bytes message;
  wire::encode_request_header(
      {.api_key = key, .api_version = version, .correlation_id = 1, .client_id = "tenon"}, message);
  message.insert(message.end(), body.begin(), body.end());
  Bytes frame;
  append_size(frame, message.size());
  frame.insert(frame.end(), message.begin(), message.end());
  Connection connection(broker);
  if (auto opened = connection.open(); !opened) return std::unexpected(opened.error());
  if (auto sent = connection.send(frame); !sent) return std::unexpected(sent.error());
  Bytes size(4);
  if (auto got = connection.receive(MutableBytes(size)); !got) return std::unexpected(got.error());
  const auto length = static_cast<uint32_t>(load_be<int32_t>(size.data()));
  const size_t header = response_header_bytes(key, version);
  if (length < header || length > kAnswerBytesMax)
    return failed(kFailed, broker.text() + " does not speak Kafka's protocol");
  Bytes answer(length);
  if (auto got = connection.receive(MutableBytes(answer)); !got)
    return std::unexpected(got.error());
  answer.erase(answer.begin(), answer.begin() + static_cast<std::ptrdiff_t>(header));
  return answer;
}

Failure failure_of(int16_t error_code, const std::string& what, const std::string& reason) {
  const auto error = static_cast<rd_kafka_resp_err_t>(error_code);
  const std::string why = reason.empty() ? rd_kafka_err2str(error) : reason;
  return {exit_code_for(error), fmt::format("{}: {}", what, why)};
}

}  // namespace tenon::cli
