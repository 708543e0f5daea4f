// SPDX-License-Identifier: Apache-2.0

#include "http/server.h"

#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <deque>
#include <unordered_map>

#include "http/target.h"
#include "net/accept/acceptor.h"
#include "net/asio.h"

namespace tenon::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using boost::system::error_code;

class Session;

// What the sessions of a server share. They keep it alive.
struct Shared {
  explicit Shared(net::Shard& on) : shard(on) {}

  net::Shard& shard;
  HttpOptions options;
  std::unordered_map<Session*, std::shared_ptr<Session>> sessions;
};

// One connection: a request at a time. On the server's shard.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(std::shared_ptr<Shared> shared, asio::ip::tcp::socket socket, std::string peer)
      : shared_(std::move(shared)), stream_(std::move(socket)), peer_(std::move(peer)) {}

  void read();
  void close();

 private:
  void on_read(error_code error, size_t bytes);
  static Task<void> serve(std::shared_ptr<Session> self);
  void answer_broken(error_code error);
  void answer(HttpResponse response, std::string_view allow = {});
  template <class Body>
  void send(bhttp::response<Body> response);
  void on_sent(error_code error, bool keep_alive);

  std::shared_ptr<Shared> shared_;
  beast::tcp_stream stream_;
  const std::string peer_;
  beast::flat_buffer buffer_;
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  HttpRequest request_;
  bool head_ = false;
  bool keep_alive_ = false;
  unsigned version_ = 11;
  bool closed_ = false;
};

void Session::close() {
  if (std::exchange(closed_, true)) return;
  error_code ignored;
  (void)stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.close();
  shared_->sessions.erase(this);
}

void Session::read() {
  parser_.emplace();
  parser_->header_limit(shared_->options.header_bytes_max);
  parser_->body_limit(shared_->options.body_bytes_max);
  stream_.expires_after(shared_->options.timeout);
  bhttp::async_read(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](error_code error, size_t bytes) { self->on_read(error, bytes); });
}

void Session::on_read(error_code error, size_t) {
  if (closed_) return;
  if (error) {
    answer_broken(error);
    return;
  }
  auto message = parser_->release();
  head_ = message.method() == bhttp::verb::head;
  keep_alive_ = message.keep_alive();
  version_ = message.version();
  const auto target = message.target();
  auto parsed = parse_target({target.data(), target.size()});
  if (!parsed) {
    answer({400, std::string(kTextType), "the target of the request is malformed\n"});
    return;
  }
  const auto text = [](auto view) { return std::string(view.data(), view.size()); };
  request_ = {.method = text(message.method_string()),
              .path = std::move(parsed->path),
              .query = std::move(parsed->query),
              .body = std::move(message.body()),
              .host = text(message[bhttp::field::host]),
              .content_type = text(message[bhttp::field::content_type]),
              .peer = peer_};
  spawn(serve(shared_from_this()));
}

Task<void> Session::serve(std::shared_ptr<Session> self) {
  std::string allow;
  const HttpHandler* const handler =
      self->shared_->options.routes.find(self->request_.method, self->request_.path, allow);
  if (handler) {
    HttpResponse response = co_await (*handler)(self->request_);
    self->answer(std::move(response));
  } else if (allow.empty()) {
    self->answer({404, std::string(kTextType), "there is nothing at this path\n"});
  } else {
    self->answer({405, std::string(kTextType), "this path allows " + allow + "\n"}, allow);
  }
}

void Session::answer_broken(error_code error) {
  keep_alive_ = head_ = false;
  version_ = 11;
  if (error == bhttp::error::header_limit) {
    answer({431, std::string(kTextType), "the header is too long\n"});
  } else if (error == bhttp::error::body_limit) {
    answer({413, std::string(kTextType), "the body is too long\n"});
  } else if (error != bhttp::error::end_of_stream && error != bhttp::error::partial_message &&
             error.category() == bhttp::make_error_code(bhttp::error::bad_version).category()) {
    answer({400, std::string(kTextType), "the request is malformed\n"});
  } else {
    close();
  }
}

void Session::answer(HttpResponse response, std::string_view allow) {
  if (closed_) return;
  const auto fill = [&](auto& message) {
    message.result(static_cast<unsigned>(response.status));
    message.version(version_);
    message.set(bhttp::field::server, "tenon");
    message.set(bhttp::field::content_type, response.content_type);
    message.set(bhttp::field::cache_control, "no-store");
    if (!allow.empty()) message.set(bhttp::field::allow, {allow.data(), allow.size()});
    message.keep_alive(keep_alive_);
    message.content_length(response.body.size());
  };
  if (head_) {
    bhttp::response<bhttp::empty_body> message;
    fill(message);
    send(std::move(message));
    return;
  }
  bhttp::response<bhttp::string_body> message;
  fill(message);
  message.body() = std::move(response.body);
  send(std::move(message));
}

template <class Body>
void Session::send(bhttp::response<Body> response) {
  auto kept = std::make_shared<bhttp::response<Body>>(std::move(response));
  stream_.expires_after(shared_->options.timeout);
  bhttp::async_write(stream_, *kept, [self = shared_from_this(), kept](error_code error, size_t) {
    self->on_sent(error, kept->keep_alive());
  });
}

void Session::on_sent(error_code error, bool keep_alive) {
  if (closed_) return;
  if (error || !keep_alive) {
    close();
  } else {
    read();
  }
}

}  // namespace

struct HttpServer::State {
  std::shared_ptr<Shared> shared;
  std::shared_ptr<net::Acceptor> acceptor;
  net::Endpoint bound;
  bool stopped = false;
};

namespace {

void open_session(const std::shared_ptr<Shared>& shared, int fd, std::string peer) {
  const bool v6 = peer.find(':') != std::string::npos;
  if (shared->sessions.size() >= shared->options.connections_max) {
    ::close(fd);
    return;
  }
  asio::ip::tcp::socket socket(net::io_context_of(shared->shard));
  error_code error;
  (void)socket.assign(v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), fd, error);
  if (error) {
    ::close(fd);
    return;
  }
  auto session = std::make_shared<Session>(shared, std::move(socket), std::move(peer));
  shared->sessions.emplace(session.get(), session);
  session->read();
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(net::Shard& shard, HttpOptions options) {
  auto listening = net::listen_on(options.endpoint);
  if (!listening) return forward(listening);
  auto state = std::make_shared<State>();
  state->bound = listening->bound;
  state->shared = std::make_shared<Shared>(shard);
  state->shared->options = std::move(options);
  state->acceptor = std::make_shared<net::Acceptor>(
      shard, "http", *listening, [shared = state->shared](int fd, const net::Endpoint& peer) {
        open_session(shared, fd, peer.host);
      });
  shard.post([acceptor = state->acceptor] { acceptor->start(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::~HttpServer() {
  stop();
}

const net::Endpoint& HttpServer::bound() const {
  return state_->bound;
}

void HttpServer::stop() {
  if (std::exchange(state_->stopped, true)) return;
  state_->shared->shard.run_and_wait([this] {
    state_->acceptor->close();
    const auto sessions = state_->shared->sessions;
    for (const auto& [raw, session] : sessions) session->close();
  });
}

}  // namespace tenon::http
