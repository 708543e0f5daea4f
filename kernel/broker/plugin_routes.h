// SPDX-License-Identifier: Apache-2.0
//
// Plugins over HTTP, in JSON:
//
//   GET  /v1/plugins                     what runs: [{"kind", "name", "version", "path", "sha256",
//                                        "generation", "loaded_since"}]
//   POST /v1/plugins/KIND/NAME/swap      {"path": "/abs/x.so"}: exchanges the plugin, and answers
//        {"kind", "name", "before": {as above, without kind and name}, "after": {...}}
//
// Errors are {"error": "..."}: 400 a body that is none, 404 no such file, 409 why the old one
// stays. There is a path for each plugin that the configuration names. Who may swap:
// http/local_only.h.
//
// Threads: the routes run on the HTTP server's shard, swaps on the pool.
#pragma once

#include <functional>
#include <string>

#include "base/scheduler.h"
#include "http/server.h"
#include "plugin/host.h"

namespace tenon::broker {

// What the routes work with. All of it outlives the server.
struct PluginAdmin {
  plugin::PluginHost& plugins;
  BlockingPool& pool;
  Scheduler& home;  // of the HTTP server
  // Told on the HTTP server's shard; may be empty.
  std::function<void(const std::string& kind, const std::string& name)> on_swapped{};
};

void add_plugin_routes(http::Routes& routes, const PluginAdmin& admin);

}  // namespace tenon::broker
