// SPDX-License-Identifier: Apache-2.0
//
// What changes something is for programs on the machine itself, and for no page in a browser there.
//
//   peer          a loopback address
//   Host          an address or "localhost": a page that has made its own name lead to 127.0.0.1
//                 (DNS rebinding) says that name here
//   Content-Type  application/json: what a page may send elsewhere without being allowed to (a
//   form,
//                 CORS-safelisted types) is none
//
// Whoever may run programs on the machine may ask. Pure; any thread.
#pragma once

#include <optional>

#include "http/server.h"

namespace tenon::http {

// The answer to who may not: 403, or 415 for another type of content. Nothing if the request is in
// order.
std::optional<HttpResponse> refuse_unless_local(const HttpRequest& request);

// `handler` for requests that are in order, and the refusal for the others.
HttpHandler local_only(HttpHandler handler);

}  // namespace tenon::http
