// SPDX-License-Identifier: Apache-2.0

#include "base/assert.h"
#include "http/server.h"

namespace tenon::http {

void Routes::add(std::string_view method, std::string_view path, HttpHandler handler) {
  const bool added =
      paths_[std::string(path)].emplace(std::string(method), std::move(handler)).second;
  TN_ASSERT(added);
}

void Routes::add(std::string_view method, std::string_view path,
                 std::function<HttpResponse(const HttpRequest&)> handler) {
  // The task's own copy: a coroutine lambda must not use its captures once it is suspended, and
  // this one never is.
  add(method, path,
      HttpHandler([handler = std::move(handler)](const HttpRequest& request) -> Task<HttpResponse> {
        co_return handler(request);
      }));
}

const HttpHandler* Routes::find(std::string_view method, std::string_view path,
                                std::string& allow) const {
  allow.clear();
  const auto methods = paths_.find(path);
  if (methods == paths_.end()) return nullptr;
  const auto found = methods->second.find(std::string(method == "HEAD" ? "GET" : method));
  if (found != methods->second.end()) return &found->second;
  for (const auto& [name, handler] : methods->second) {
    if (!allow.empty()) allow += ", ";
    allow += name == "GET" ? "GET, HEAD" : name;
  }
  return nullptr;
}

}  // namespace tenon::http
