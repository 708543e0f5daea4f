// SPDX-License-Identifier: Apache-2.0

#include "http/health.h"

#include <fmt/format.h>

namespace tenon::http {

void HealthChecks::add(std::string name, Check check) {
  checks_.push_back({std::move(name), std::move(check)});
}

HttpResponse HealthChecks::answer(bool verbose, std::string_view notes) const {
  std::string all;
  std::string failing;
  for (const Named& named : checks_) {
    const Health health = named.check();
    std::string line =
        fmt::format("[{}]{} {}{}{}\n", health.ok ? '+' : '-', named.name,
                    health.ok ? "ok" : "failed", health.text.empty() ? "" : ": ", health.text);
    if (!health.ok) failing += line;
    all += line;
  }
  HttpResponse response;
  all += notes;
  response.status = failing.empty() ? 200 : 503;
  response.body = (verbose ? all : failing) + (failing.empty() ? "ok\n" : "not ok\n");
  return response;
}

namespace {

Task<HttpResponse> answer_with_notes(const HealthChecks& checks, const NotesGatherer& gather,
                                     bool verbose) {
  std::string notes;
  if (verbose && gather) notes = co_await gather();
  co_return checks.answer(verbose, notes);
}

}  // namespace

void add_health_routes(Routes& routes, const HealthChecks& live, const HealthChecks& ready,
                       NotesGatherer notes) {
  const auto add = [&routes](std::string_view path, const HealthChecks& checks,
                             NotesGatherer more) {
    // The handler lives in the routes of the server, which outlive its requests.
    routes.add("GET", path, HttpHandler([&checks, more = std::move(more)](const auto& request) {
                 return answer_with_notes(checks, more, request.query.contains("verbose"));
               }));
  };
  add("/livez", live, {});
  add("/readyz", ready, std::move(notes));
}

namespace {

Task<HttpResponse> expose(MetricRegistry& registry, const SampleGatherer& gather) {
  MetricSamples samples;
  if (gather) samples = co_await gather();
  co_return HttpResponse{200, std::string(kMetricsType), registry.expose(std::move(samples))};
}

}  // namespace

void add_metrics_route(Routes& routes, MetricRegistry& registry, SampleGatherer gather) {
  // The handler lives in the routes of the server, which outlive its requests.
  routes.add("GET", "/metrics",
             HttpHandler([&registry, gather = std::move(gather)](const HttpRequest&) {
               return expose(registry, gather);
             }));
}

}  // namespace tenon::http
