// SPDX-License-Identifier: Apache-2.0

#include "http/local_only.h"

#include <boost/asio/ip/address.hpp>
#include <boost/beast/core/string.hpp>
#include <string>

namespace tenon::http {
namespace {

namespace ip = boost::asio::ip;

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

bool is_loopback(const std::string& address) {
  boost::system::error_code error;
  const ip::address parsed = ip::make_address(address, error);
  if (error) return false;
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, parsed.to_v6()).is_loopback();
  return parsed.is_loopback();
}

// "127.0.0.1:9644", "[::1]:9644", "localhost", without the port.
std::string without_port(std::string_view host) {
  if (host.starts_with('[')) return std::string(host.substr(1, host.find(']') - 1));
  return std::string(host.substr(0, host.find(':')));
}

bool is_safe_host(std::string_view host) {
  const std::string name = without_port(host);
  boost::system::error_code error;
  ip::make_address(name, error);
  return !error || equal_ignoring_case(name, "localhost");
}

bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return equal_ignoring_case(type, kJsonType);
}

HttpResponse refusal(int status, std::string text) {
  return {status, std::string(kTextType), std::move(text)};
}

Task<HttpResponse> refused(HttpResponse response) {
  co_return response;
}

}  // namespace

std::optional<HttpResponse> refuse_unless_local(const HttpRequest& request) {
  if (!is_loopback(request.peer))
    return refusal(403, "this is answered on the broker's own machine only: ask 127.0.0.1\n");
  if (!is_safe_host(request.host))
    return refusal(403, "the header Host must be an address or localhost: ask 127.0.0.1\n");
  if (!is_json(request.content_type))
    return refusal(415, "the header Content-Type must be application/json\n");
  return {};
}

HttpHandler local_only(HttpHandler handler) {
  return [handler = std::move(handler)](const HttpRequest& request) {
    auto response = refuse_unless_local(request);
    return response ? refused(*std::move(response)) : handler(request);
  };
}

}  // namespace tenon::http
