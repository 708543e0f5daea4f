// SPDX-License-Identifier: Apache-2.0

#include "http/call.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "http/server.h"

namespace tenon::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

// Connects, sends and receives, each step begun by the one before it.
class Call {
 public:
  explicit Call(bhttp::request<bhttp::string_body> request) : request_(std::move(request)) {}

  // What went wrong, if anything did.
  error_code run(const Tcp::resolver::results_type& addresses, Duration patience) {
    stream_.expires_after(patience);
    stream_.async_connect(addresses, [this](error_code error, const auto&) { write(error); });
    loop_.run();
    return error_;
  }
  const bhttp::response<bhttp::string_body>& response() const { return response_; }

 private:
  void write(error_code error) {
    if ((error_ = error)) return;
    bhttp::async_write(stream_, request_, [this](error_code failed, size_t) { read(failed); });
  }
  void read(error_code error) {
    if ((error_ = error)) return;
    bhttp::async_read(stream_, buffer_, response_,
                      [this](error_code failed, size_t) { error_ = failed; });
  }

  asio::io_context loop_{1};
  beast::tcp_stream stream_{loop_};
  beast::flat_buffer buffer_;
  bhttp::request<bhttp::string_body> request_;
  bhttp::response<bhttp::string_body> response_;
  error_code error_;
};

std::unexpected<Error> no_answer(const net::Endpoint& to, const error_code& error) {
  const std::string where = "http://" + to.text();
  if (error == beast::error::timeout) return fail(Errc::kTimeout, where, "there is no answer");
  return fail(Errc::kIo, where, error.message());
}

bhttp::request<bhttp::string_body> json_request(const net::Endpoint& to, const std::string& path,
                                                const std::string& body) {
  bhttp::request<bhttp::string_body> request{bhttp::verb::post, path, 11};
  request.set(bhttp::field::host, to.text());
  request.set(bhttp::field::content_type, {kJsonType.data(), kJsonType.size()});
  request.keep_alive(false);
  request.body() = body;
  request.prepare_payload();
  return request;
}

Result<HttpReply> run(const net::Endpoint& to, bhttp::request<bhttp::string_body> request,
                      Duration patience) {
  asio::io_context names{1};
  error_code error;
  const auto addresses = Tcp::resolver(names).resolve(to.host, std::to_string(to.port), error);
  if (error) return no_answer(to, error);
  Call call(std::move(request));
  if (const error_code failure = call.run(addresses, patience)) return no_answer(to, failure);
  return HttpReply{.status = static_cast<int>(call.response().result_int()),
                   .body = call.response().body()};
}

}  // namespace

Result<HttpReply> post_json(const net::Endpoint& to, const std::string& path,
                            const std::string& body, Duration patience) {
  return run(to, json_request(to, path, body), patience);
}

Result<HttpReply> get(const net::Endpoint& to, const std::string& path, Duration patience) {
  bhttp::request<bhttp::string_body> request{bhttp::verb::get, path, 11};
  request.set(bhttp::field::host, to.text());
  request.keep_alive(false);
  return run(to, std::move(request), patience);
}

}  // namespace tenon::http
