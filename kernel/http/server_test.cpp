// SPDX-License-Identifier: Apache-2.0

#include "http/server.h"

#include <gtest/gtest.h>

#include "net/testing/loopback.h"

namespace tenon::http {
namespace {

using net::testing::eventually;
using net::testing::LoopbackClient;

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    options_.endpoint = {"127.0.0.1", 0};
    options_.routes.add("GET", "/hello", [](const HttpRequest& request) {
      return HttpResponse{200, std::string(kTextType), "hello " + request.query.at("name") + "\n"};
    });
    options_.routes.add("POST", "/echo", [](const HttpRequest& request) {
      return HttpResponse{201, std::string(kJsonType), request.body};
    });
    options_.routes.add("GET", "/later",
                        HttpHandler([this](const HttpRequest&) { return later(); }));
  }
  ~HttpServerTest() override {
    server_.reset();
    shards_.stop();
  }

  void start() {
    shards_.start(2);
    auto started = HttpServer::start(shards_.at(0), std::move(options_));
    ASSERT_TRUE(started) << started.error().text();
    server_ = std::move(*started);
  }
  LoopbackClient client() { return LoopbackClient(server_->bound().port); }
  // The whole answer to a request after which the connection closes.
  std::string ask(const std::string& head, const std::string& body = "") {
    auto peer = client();
    peer.send_bytes(head + "\r\nHost: x\r\nConnection: close\r\n\r\n" + body);
    return peer.read_rest();
  }
  Task<HttpResponse> later() {
    const int value = co_await call_on(shards_.at(0), shards_.at(1),
                                       [this] { return static_cast<int>(++hops_); });
    co_return HttpResponse{200, std::string(kTextType), std::to_string(value)};
  }

  net::ShardSet shards_;
  HttpOptions options_;
  std::unique_ptr<HttpServer> server_;
  std::atomic<int> hops_ = 0;
};

bool starts_with(const std::string& text, std::string_view start) {
  return text.starts_with(start);
}
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(HttpServerTest, answers_from_its_routes) {
  start();
  const std::string answer = ask("GET /hello?name=you%20all HTTP/1.1");
  EXPECT_TRUE(starts_with(answer, "HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(has(answer, "Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_TRUE(has(answer, "Content-Length: 14\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\nhello you all\n"));
}

TEST_F(HttpServerTest, answers_head_without_the_body) {
  start();
  const std::string answer = ask("HEAD /hello?name=you HTTP/1.1");
  EXPECT_TRUE(starts_with(answer, "HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(has(answer, "Content-Length: 10\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, hands_the_body_to_the_handler) {
  start();
  const std::string answer = ask("POST /echo HTTP/1.1\r\nContent-Length: 8", "{\"a\": 1}");
  EXPECT_TRUE(starts_with(answer, "HTTP/1.1 201 Created\r\n"));
  EXPECT_TRUE(has(answer, "Content-Type: application/json\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"a\": 1}"));
}

TEST_F(HttpServerTest, waits_for_a_handler_that_hops) {
  start();
  EXPECT_TRUE(ask("GET /later HTTP/1.1").ends_with("\r\n\r\n1"));
}

TEST_F(HttpServerTest, keeps_the_connection_for_the_next_request) {
  start();
  auto peer = client();
  for (const char count : {'1', '2', '3'}) {
    peer.send_bytes("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    std::string answer;
    while (!answer.ends_with(std::string("\r\n\r\n") + count)) {
      const auto byte = peer.read_bytes(1);
      ASSERT_TRUE(byte) << answer;
      answer += *byte;
    }
  }
}

TEST_F(HttpServerTest, answers_pipelined_requests_in_order) {
  start();
  auto peer = client();
  peer.send_bytes(
      "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /hello?name=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string answers = peer.read_rest();
  EXPECT_LT(answers.find("\r\n\r\n1HTTP/1.1"), answers.find("hello 2"));
}

TEST_F(HttpServerTest, knows_what_is_not_there) {
  start();
  EXPECT_TRUE(starts_with(ask("GET /nothing HTTP/1.1"), "HTTP/1.1 404 Not Found\r\n"));
}

TEST_F(HttpServerTest, names_the_allowed_methods) {
  start();
  const std::string answer = ask("DELETE /hello HTTP/1.1");
  EXPECT_TRUE(starts_with(answer, "HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_TRUE(has(answer, "Allow: GET, HEAD\r\n"));
}

TEST_F(HttpServerTest, refuses_what_is_no_request) {
  start();
  auto peer = client();
  peer.send_bytes("\x01\x02 garbage\r\n\r\n");
  EXPECT_TRUE(starts_with(peer.read_rest(), "HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(starts_with(ask("GET /%zz HTTP/1.1"), "HTTP/1.1 400 Bad Request\r\n"));
}

TEST_F(HttpServerTest, refuses_long_headers_and_bodies) {
  options_.body_bytes_max = 100;
  start();
  EXPECT_TRUE(
      starts_with(ask("GET /hello HTTP/1.1\r\nX: " + std::string(10'000, 'x')), "HTTP/1.1 431 "));
  EXPECT_TRUE(starts_with(ask("POST /echo HTTP/1.1\r\nContent-Length: 101", std::string(101, 'x')),
                          "HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, closes_a_peer_that_is_too_slow) {
  options_.timeout = std::chrono::milliseconds(40);
  start();
  auto peer = client();
  peer.send_bytes("GET /hello");
  EXPECT_TRUE(peer.at_end());
}

TEST_F(HttpServerTest, closes_connections_above_its_limit) {
  options_.connections_max = 1;
  start();
  auto first = client();
  first.send_bytes("GET /later");
  auto second = client();
  EXPECT_TRUE(second.at_end());
}

TEST_F(HttpServerTest, stop_closes_everything) {
  start();
  auto peer = client();
  peer.send_bytes("GET /hello");
  server_->stop();
  EXPECT_TRUE(peer.at_end());
  EXPECT_FALSE(client().connected());
}

TEST_F(HttpServerTest, does_not_start_on_a_port_in_use) {
  start();
  HttpOptions second;
  second.endpoint = server_->bound();
  const auto started = HttpServer::start(shards_.at(0), std::move(second));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::kInUse);
}

}  // namespace
}  // namespace tenon::http
