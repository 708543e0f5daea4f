// SPDX-License-Identifier: Apache-2.0

#include "http/local_only.h"

#include <gtest/gtest.h>

namespace tenon::http {
namespace {

// A request in order, which each test spoils in one way.
class LocalOnlyTest : public ::testing::Test {
 protected:
  LocalOnlyTest() {
    request_.peer = "127.0.0.1";
    request_.host = "127.0.0.1:9644";
    request_.content_type = "application/json";
  }
  // 0 = nothing is refused.
  int refused() const {
    const auto response = refuse_unless_local(request_);
    return response ? response->status : 0;
  }

  HttpRequest request_;
};

TEST_F(LocalOnlyTest, a_program_on_the_machine_may_ask) {
  EXPECT_EQ(refused(), 0);
}

TEST_F(LocalOnlyTest, only_loopback_may_ask) {
  for (const char* peer : {"127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"}) {
    request_.peer = peer;
    EXPECT_EQ(refused(), 0) << peer;
  }
  for (const char* peer : {"10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "0.0.0.0", "unknown", ""}) {
    request_.peer = peer;
    EXPECT_EQ(refused(), 403) << peer;
  }
}

TEST_F(LocalOnlyTest, a_name_in_host_is_that_of_a_page) {
  for (const char* host : {"localhost", "LocalHost:9644", "[::1]:9644", "10.0.0.1", "127.0.0.1"}) {
    request_.host = host;
    EXPECT_EQ(refused(), 0) << host;
  }
  for (const char* host :
       {"evil.example:9644", "localhost.evil.example", "", "[", "127.0.0.1.nip.io"}) {
    request_.host = host;
    EXPECT_EQ(refused(), 403) << host;
  }
}

TEST_F(LocalOnlyTest, only_json_is_taken) {
  for (const char* type :
       {"application/json", "Application/JSON", "application/json; charset=utf-8"}) {
    request_.content_type = type;
    EXPECT_EQ(refused(), 0) << type;
  }
  for (const char* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"}) {
    request_.content_type = type;
    EXPECT_EQ(refused(), 415) << type;
  }
}

TEST_F(LocalOnlyTest, the_handler_runs_for_requests_in_order_alone) {
  int calls = 0;
  const HttpHandler guarded = local_only([&calls](const HttpRequest&) -> Task<HttpResponse> {
    ++calls;
    co_return HttpResponse{};
  });
  const auto ask = [&] {
    int status = 0;
    spawn([](const HttpHandler& handler, const HttpRequest& request, int& into) -> Task<void> {
      into = (co_await handler(request)).status;
    }(guarded, request_, status));
    return status;
  };
  EXPECT_EQ(ask(), 200);
  request_.peer = "10.0.0.1";
  EXPECT_EQ(ask(), 403);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace tenon::http
