// SPDX-License-Identifier: Apache-2.0

#include "broker/plugin_routes.h"

#include <fmt/chrono.h>

#include <boost/json.hpp>
#include <chrono>
#include <ctime>
#include <memory>
#include <optional>

#include "base/task.h"
#include "http/local_only.h"

namespace tenon::broker {
namespace {

namespace json = boost::json;

// One plugin that the configuration names.
struct Target {
  std::string kind;
  std::string name;
};

// "2026-11-25T01:20:58Z"
std::string utc(int64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

json::object describe(const plugin::LoadedPlugin& plugin) {
  return {{"version", plugin.version},
          {"path", plugin.path},
          {"sha256", plugin.sha256},
          {"generation", plugin.generation},
          {"loaded_since", utc(plugin.since_ms)}};
}

http::HttpResponse answer(int status, const json::value& body) {
  return {status, std::string(http::kJsonType), json::serialize(body) + '\n'};
}

http::HttpResponse answer_error(int status, std::string_view text) {
  return answer(status, json::object{{"error", json::string_view(text.data(), text.size())}});
}

http::HttpResponse list(const plugin::PluginHost& plugins) {
  json::array all;
  for (const plugin::LoadedPlugin& plugin : plugins.list()) {
    json::object one{{"kind", plugin.kind}, {"name", plugin.name}};
    for (auto& member : describe(plugin)) one.insert(member);
    all.push_back(std::move(one));
  }
  return answer(200, all);
}

// The "path" of {"path": "..."}, which has no other member.
std::optional<std::string> path_in(std::string_view body) {
  boost::system::error_code error;
  const json::value parsed = json::parse({body.data(), body.size()}, error);
  const json::object* object = error ? nullptr : parsed.if_object();
  const json::value* path = object && object->size() == 1 ? object->if_contains("path") : nullptr;
  if (!path || !path->is_string()) return std::nullopt;
  return std::string(path->get_string().c_str(), path->get_string().size());
}

// Exchanges the plugin on a thread of the pool.
Task<Result<plugin::PluginSwap>> swap_on_pool(PluginAdmin admin, Target target, std::string path) {
  using Swapped = Result<plugin::PluginSwap>;
  Promise<Swapped> promise;
  auto swapped = promise.future();
  admin.pool.submit([admin, &target, &path, promise = std::move(promise)]() mutable {
    auto result = std::make_shared<Swapped>(admin.plugins.swap(target.kind, target.name, path));
    admin.home.post([promise = std::move(promise), result = std::move(result)]() mutable {
      promise.fulfil(std::move(*result));
    });
  });
  co_return co_await swapped;
}

Task<http::HttpResponse> swap(PluginAdmin admin, Target target, std::string body) {
  const auto path = path_in(body);
  if (!path) co_return answer_error(400, "the body must be {\"path\": \"/the/library.so\"}");
  const auto swapped = co_await swap_on_pool(admin, target, *path);
  if (!swapped) {
    const bool missing = swapped.error().code == Errc::kPluginMissing;
    co_return answer_error(missing ? 404 : 409, swapped.error().text());
  }
  if (admin.on_swapped) admin.on_swapped(target.kind, target.name);
  co_return answer(200, json::object{{"kind", target.kind},
                                     {"name", target.name},
                                     {"before", describe(swapped->before)},
                                     {"after", describe(swapped->after)}});
}

}  // namespace

void add_plugin_routes(http::Routes& routes, const PluginAdmin& admin) {
  routes.add("GET", "/v1/plugins",
             [&plugins = admin.plugins](const http::HttpRequest&) { return list(plugins); });
  for (const plugin::LoadedPlugin& plugin : admin.plugins.list()) {
    const Target target{plugin.kind, plugin.name};
    routes.add("POST", fmt::format("/v1/plugins/{}/{}/swap", target.kind, target.name),
               http::local_only([admin, target](const http::HttpRequest& request) {
                 return swap(admin, target, request.body);
               }));
  }
}

}  // namespace tenon::broker
