// SPDX-License-Identifier: Apache-2.0
//
// The HTTP port: HTTP/1.1 with keep-alive on one shard, answering from a table of routes. Small
// requests only: it serves health, metrics and administration, not files.
//
// Happy path: read a request -> find the route -> run its handler (a coroutine on the shard, which
//   may hop) -> answer -> read the next.
// Failure modes: what does not parse is answered 400 (431 when the header is too long, 413 when the
//   body is) and closed; an unknown path 404; a known path with another method 405 with Allow; a
//   peer that is too slow is closed at the timeout; connections above the limit are closed at once.
//
// HEAD is answered by the GET route, without the body.
// Threads: start and stop belong to one thread that is not a shard; handlers run on the shard.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/task.h"
#include "net/shard.h"
#include "net/socket.h"

namespace tenon::http {

inline constexpr std::string_view kTextType = "text/plain; charset=utf-8";
inline constexpr std::string_view kJsonType = "application/json";
// Prometheus text exposition format 0.0.4.
inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

struct HttpRequest {
  std::string method;                        // "GET"
  std::string path;                          // decoded, without the query
  std::map<std::string, std::string> query;  // decoded; `?verbose` is {"verbose", ""}
  std::string body;
  std::string host{};          // the header of that name; "" = none
  std::string content_type{};  // also
  std::string peer{};          // the address that asks, without the port
};

struct HttpResponse {
  int status = 200;
  std::string content_type = std::string(kTextType);
  std::string body;
};

using HttpHandler = std::function<Task<HttpResponse>(const HttpRequest&)>;

// method + path -> handler. Filled before the server starts.
class Routes {
 public:
  // The request lives until the task ends.
  void add(std::string_view method, std::string_view path, HttpHandler handler);
  // For answers that are there at once.
  void add(std::string_view method, std::string_view path,
           std::function<HttpResponse(const HttpRequest&)> handler);

  // Null with `allow` empty: no such path; null otherwise: other methods only, named in `allow` as
  // the header wants them. HEAD finds GET.
  const HttpHandler* find(std::string_view method, std::string_view path, std::string& allow) const;

 private:
  std::map<std::string, std::map<std::string, HttpHandler>, std::less<>> paths_;
};

struct HttpOptions {
  net::Endpoint endpoint;
  Routes routes;
  uint32_t header_bytes_max = 8u << 10;
  uint64_t body_bytes_max = 64u << 10;
  uint32_t connections_max = 256;
  Duration timeout = std::chrono::seconds(30);  // for one request or answer; also when idle
};

class HttpServer {
 public:
  // Errors as net::listen_on. The shard outlives the server.
  static Result<std::unique_ptr<HttpServer>> start(net::Shard& shard, HttpOptions options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  const net::Endpoint& bound() const;
  // Stops accepting and closes every connection. Blocks; needs the shard to run. Idempotent.
  void stop();

 private:
  struct State;
  explicit HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace tenon::http
