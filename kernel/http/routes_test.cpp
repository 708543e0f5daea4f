// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "http/server.h"

namespace tenon::http {
namespace {

class RoutesTest : public testing::Test {
 protected:
  RoutesTest() {
    for (const auto* method : {"GET", "POST"}) {
      routes_.add(method, "/both", [](const HttpRequest&) { return HttpResponse(); });
    }
    routes_.add("DELETE", "/one", [](const HttpRequest&) { return HttpResponse(); });
  }
  bool finds(std::string_view method, std::string_view path) {
    return routes_.find(method, path, allow_) != nullptr;
  }

  Routes routes_;
  std::string allow_;
};

TEST_F(RoutesTest, finds_by_method_and_path) {
  EXPECT_TRUE(finds("GET", "/both"));
  EXPECT_TRUE(finds("POST", "/both"));
  EXPECT_TRUE(finds("DELETE", "/one"));
}

TEST_F(RoutesTest, finds_get_for_head) {
  EXPECT_TRUE(finds("HEAD", "/both"));
  EXPECT_FALSE(finds("HEAD", "/one"));
}

TEST_F(RoutesTest, names_the_methods_that_a_path_allows) {
  EXPECT_FALSE(finds("PUT", "/both"));
  EXPECT_EQ(allow_, "GET, HEAD, POST");
}

TEST_F(RoutesTest, allows_nothing_where_there_is_no_path) {
  EXPECT_FALSE(finds("GET", "/both/"));
  EXPECT_EQ(allow_, "");
}

}  // namespace
}  // namespace tenon::http
