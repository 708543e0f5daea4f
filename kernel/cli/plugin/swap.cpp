// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <memory>

#include "cli/output/json.h"
#include "cli/plugin/plugin.h"
#include "config/option.h"
#include "http/call.h"

namespace tenon::cli {
namespace {

namespace json = boost::json;

struct SwapOptions {
  std::string kind;
  std::string name;
  std::string path;
  std::string http = default_http();
};

// The text at /a/b of the broker's answer; empty where there is none.
std::string text_at(const json::value& answer, const char* pointer) {
  boost::system::error_code error;
  const json::value* found = answer.find_pointer(pointer, error);
  if (!found) return "";
  return found->is_string() ? std::string(found->get_string().c_str()) : json::serialize(*found);
}

json::value parsed(const std::string& body) {
  boost::system::error_code error;
  json::value answer = json::parse(body, error);
  return error ? json::value() : answer;
}

// What a status other than 200 means to a script, and what the broker says of it.
Failure failure_of(const SwapOptions& options, const http::HttpReply& reply) {
  std::string text = text_at(parsed(reply.body), "/error");
  if (reply.status == 404 && text.empty()) {
    text = fmt::format(
        "the broker at {} has loaded no {} \"{}\"; http://{}/v1/plugins lists what "
        "it has",
        options.http, options.kind, options.name, options.http);
  }
  if (text.empty()) text = reply.body.substr(0, reply.body.find('\n'));
  if (reply.status == 404) return {kNotFound, text};
  return {reply.status == 403 ? kNotAllowed : kFailed, text};
}

Outcome<http::HttpReply> ask(const SwapOptions& options) {
  const auto value = config::convert(config::text_value(options.http, {}),
                                     {.type = config::OptionType::kEndpoint});
  if (!value || value->endpoint.empty())
    return failed(kUsage, fmt::format("--http: must be HOST:PORT, not \"{}\"", options.http));
  JsonWriter body;
  body.begin_object()
      .field("path", std::filesystem::absolute(options.path).lexically_normal().string())
      .end_object();
  const net::Endpoint broker{value->endpoint.host, value->endpoint.port};
  const std::string target = fmt::format("/v1/plugins/{}/{}/swap", options.kind, options.name);
  auto reply = http::post_json(broker, target, body.text());
  if (reply) return *std::move(reply);
  return failed(kUnreachable, fmt::format("no broker answers: {}; --http HOST:PORT names another "
                                          "(its http.bind)",
                                          reply.error().text()));
}

int run_swap(const Shell& shell, const SwapOptions& options) {
  const auto reply = ask(options);
  if (!reply) return report(reply.error());
  if (reply->status != 200) return report(failure_of(options, *reply));
  if (shell.json) {
    fmt::print("{}", reply->body);
    return kDone;
  }
  const json::value answer = parsed(reply->body);
  fmt::print("{} {}: {} -> {}, generation {}, sha256 {}\n", options.kind, options.name,
             text_at(answer, "/before/version"), text_at(answer, "/after/version"),
             text_at(answer, "/after/generation"), text_at(answer, "/after/sha256"));
  return kDone;
}

// Names become a part of a path.
std::string check_word(const std::string& given) {
  const bool is_word = !given.empty() && std::ranges::all_of(given, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
  return is_word ? "" : fmt::format("\"{}\" cannot be one: lower case, digits, '-', '_'", given);
}

}  // namespace

void add_plugin_swap(CLI::App& plugin, Shell& shell) {
  auto* verb =
      plugin.add_subcommand("swap", "Have a running broker exchange a plugin for another library");
  auto options = std::make_shared<SwapOptions>();
  verb->add_option("KIND", options->kind, "partitioner, codec or assignor; storage is restart only")
      ->required()
      ->check(check_word)
      ->type_name("");
  verb->add_option("NAME", options->name, "What the configuration calls it")
      ->required()
      ->check(check_word)
      ->type_name("");
  verb->add_option("FILE", options->path, "The library that takes over")->required()->type_name("");
  verb->add_option("--http", options->http,
                   "The broker's HTTP port; default $TENON_HTTP, or 127.0.0.1:9644")
      ->type_name("HOST:PORT");
  add_format_option(*verb, shell);
  verb->footer(
      "The file lies in a plugin directory of the broker, or beside the library that its\n"
      "configuration names. After a restart the broker loads what the configuration names.\n"
      "Example:\n"
      "  tenon plugin swap codec gzip /usr/lib/tenon/plugins/codec-gzip-1.1.so");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_swap(shell, *options); };
  });
}

}  // namespace tenon::cli
