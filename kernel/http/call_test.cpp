// SPDX-License-Identifier: Apache-2.0

#include "http/call.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "http/server.h"

namespace tenon::http {
namespace {

class CallTest : public ::testing::Test {
 protected:
  CallTest() {
    shards_.start(1);
    HttpOptions options;
    options.endpoint = {"127.0.0.1", 0};
    options.routes.add("POST", "/echo", [this](const HttpRequest& request) {
      asked_ = request;
      return HttpResponse{201, std::string(kJsonType), request.body + "!"};
    });
    server_ = std::move(*HttpServer::start(shards_.at(0), std::move(options)));
  }
  ~CallTest() override {
    server_.reset();
    shards_.stop();
  }

  net::ShardSet shards_;
  std::unique_ptr<HttpServer> server_;
  HttpRequest asked_;
};

TEST_F(CallTest, gives_the_answer) {
  const auto reply = post_json(server_->bound(), "/echo", "{}");
  ASSERT_TRUE(reply) << reply.error().text();
  EXPECT_EQ(reply->status, 201);
  EXPECT_EQ(reply->body, "{}!");
}

TEST_F(CallTest, says_what_the_server_wants_to_know) {
  ASSERT_TRUE(post_json(server_->bound(), "/echo", "{}"));
  EXPECT_EQ(asked_.host, server_->bound().text());
  EXPECT_EQ(asked_.content_type, kJsonType);
  EXPECT_EQ(asked_.peer, "127.0.0.1");
}

TEST_F(CallTest, a_status_is_no_error) {
  EXPECT_EQ(post_json(server_->bound(), "/nothing", "{}")->status, 404);
}

TEST_F(CallTest, nobody_there_is_one) {
  const net::Endpoint gone = server_->bound();
  server_.reset();
  const auto reply = post_json(gone, "/echo", "{}");
  EXPECT_EQ(reply.error().code, Errc::kIo);
  EXPECT_EQ(reply.error().text(), "http://" + gone.text() + ": Connection refused");
}

TEST_F(CallTest, a_server_that_says_nothing_is_left) {
  const auto silent = net::listen_on({"127.0.0.1", 0});
  ASSERT_TRUE(silent);
  const auto reply = post_json(silent->bound, "/", "{}", std::chrono::milliseconds(20));
  EXPECT_EQ(reply.error().code, Errc::kTimeout);
  ::close(silent->fd);
}

}  // namespace
}  // namespace tenon::http
