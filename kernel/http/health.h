// SPDX-License-Identifier: Apache-2.0
//
// Named yes-or-no checks behind /livez and /readyz, and the routes of what every Tenon serves over
// HTTP. Checks are added before the server starts and run on its shard, so they must not block and
// must be safe to call there.
//
// Beside the checks, which decide, /readyz?verbose can show notes, which do not: a broker with a
// broken disk is still ready for the partitions on its others, and must not be taken out of service
// for it, as Kafka's is not.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.h"
#include "http/server.h"

namespace tenon::http {

struct Health {
  bool ok = true;
  std::string text;  // why, or how: "3 of 40 logs still recovering"
};

class HealthChecks {
 public:
  using Check = std::function<Health()>;
  void add(std::string name, Check check);

  // 200 "ok" when every check passes, else 503 naming the ones that do not. Verbose: one line per
  // check, "[+]name ok: text" or "[-]name failed: text", then the notes, and the verdict last.
  HttpResponse answer(bool verbose, std::string_view notes = {}) const;

 private:
  struct Named {
    std::string name;
    Check check;
  };
  std::vector<Named> checks_;
};

// Gives the notes, each a line, fetched from other shards.
using NotesGatherer = std::function<Task<std::string>()>;
// GET /livez and GET /readyz, both with ?verbose. The checks outlive the server; `notes`, of
// /readyz, may be empty.
void add_health_routes(Routes& routes, const HealthChecks& live, const HealthChecks& ready,
                       NotesGatherer notes = {});

// Gives samples that must be fetched from other shards before an exposition.
using SampleGatherer = std::function<Task<MetricSamples>()>;
// GET /metrics. The registry outlives the server; `gather` may be empty.
void add_metrics_route(Routes& routes, MetricRegistry& registry, SampleGatherer gather = {});

}  // namespace tenon::http
