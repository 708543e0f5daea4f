// SPDX-License-Identifier: Apache-2.0

#include "http/health.h"

#include <gtest/gtest.h>

namespace tenon::http {
namespace {

class HealthTest : public testing::Test {
 protected:
  HealthTest() {
    checks_.add("shards", [] { return Health(); });
    checks_.add("recovery", [this] { return recovery_; });
    add_health_routes(routes_, live_, checks_);
  }
  HttpResponse get(std::string_view path, std::map<std::string, std::string> query = {}) {
    HttpResponse response;
    const HttpRequest request{"GET", std::string(path), std::move(query), ""};
    std::string allow;
    const HttpHandler* const handler = routes_.find("GET", path, allow);
    spawn([](Task<HttpResponse> task, HttpResponse& out) -> Task<void> {
      out = co_await std::move(task);
    }((*handler)(request), response));
    return response;
  }

  HealthChecks live_;
  HealthChecks checks_;
  Health recovery_{true, "40 logs"};
  Routes routes_;
};

TEST_F(HealthTest, is_ok_when_every_check_passes) {
  EXPECT_EQ(get("/readyz").status, 200);
  EXPECT_EQ(get("/readyz").body, "ok\n");
}

TEST_F(HealthTest, names_the_checks_that_fail) {
  recovery_ = {false, "3 of 40 logs"};
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/readyz").body, "[-]recovery failed: 3 of 40 logs\nnot ok\n");
}

TEST_F(HealthTest, lists_every_check_when_verbose) {
  EXPECT_EQ(get("/readyz", {{"verbose", ""}}).body, "[+]shards ok\n[+]recovery ok: 40 logs\nok\n");
}

TEST_F(HealthTest, shows_notes_when_verbose_and_is_ready_all_the_same) {
  Routes routes;
  add_health_routes(routes, live_, checks_, []() -> Task<std::string> {
    co_return "[-]storage offline: orders-0: broken\n";
  });
  std::swap(routes, routes_);
  const HttpResponse response = get("/readyz", {{"verbose", ""}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            "[+]shards ok\n[+]recovery ok: 40 logs\n[-]storage offline: orders-0: broken\nok\n");
  EXPECT_EQ(get("/readyz").body, "ok\n");
}

TEST_F(HealthTest, is_alive_without_any_check) {
  recovery_.ok = false;
  EXPECT_EQ(get("/livez").status, 200);
}

TEST_F(HealthTest, exposes_metrics_with_what_was_gathered) {
  MetricRegistry registry;
  registry.gauge("tenon_a", "A.").set(1);
  add_metrics_route(routes_, registry, []() -> Task<MetricSamples> {
    MetricSamples samples;
    samples.add({"tenon_b", "B.", MetricType::kGauge}, {}, 2);
    co_return samples;
  });
  const HttpResponse response = get("/metrics");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body,
            "# HELP tenon_a A.\n# TYPE tenon_a gauge\ntenon_a 1\n"
            "# HELP tenon_b B.\n# TYPE tenon_b gauge\ntenon_b 2\n");
}

}  // namespace
}  // namespace tenon::http
