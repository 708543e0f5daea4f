// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "cli/group/explanation.h"
#include "cli/group/group.h"
#include "config/option.h"
#include "http/call.h"

namespace tenon::cli {
namespace {

struct ExplainOptions {
  std::string group;
  std::string member;
  std::string http = default_http();
};

// The name as a part of a query: what is no letter, digit, '-', '.', '_' or '~' as %XX (RFC 3986).
std::string escaped(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  }
  return text;
}

Outcome<std::string> ask(const ExplainOptions& options) {
  const auto value = config::convert(config::text_value(options.http, {}),
                                     {.type = config::OptionType::kEndpoint});
  if (!value || value->endpoint.empty())
    return failed(kUsage, fmt::format("--http: must be HOST:PORT, not \"{}\"", options.http));
  const net::Endpoint broker{value->endpoint.host, value->endpoint.port};
  auto reply = http::get(broker, "/v1/groups?id=" + escaped(options.group));
  if (!reply) {
    return failed(kUnreachable, fmt::format("no broker answers: {}; --http HOST:PORT names another "
                                            "(its http.bind)",
                                            reply.error().text()));
  }
  if (reply->status == 200) return std::move(reply->body);
  if (reply->status == 404) {
    return failed(kNotFound, fmt::format("group {}: does not exist at {}; `tenon group list` shows "
                                         "what does",
                                         options.group, options.http));
  }
  return failed(kFailed, fmt::format("group {}: {}", options.group,
                                     reply->body.substr(0, reply->body.find('\n'))));
}

int run_explain(const Shell& shell, const ExplainOptions& options) {
  const auto body = ask(options);
  if (!body) return report(body.error());
  const int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
  const auto text = shell.json ? group_document(*body, options.member)
                               : explain_group(*body, options.member, now_ms);
  if (!text) return report(text.error());
  fmt::print("{}", *text);
  return kDone;
}

}  // namespace

void add_group_explain(CLI::App& group, Shell& shell) {
  auto* verb = group.add_subcommand(
      "explain",
      "Say why a group rebalanced, why members have what they have, and who is waited for");
  auto options = std::make_shared<ExplainOptions>();
  verb->add_option("GROUP", options->group, "The group")->required()->type_name("");
  verb->add_option("MEMBER", options->member,
                   "Only of this member: its id, instance id or client id")
      ->type_name("");
  verb->add_option("--http", options->http,
                   "The HTTP port of the group's broker; default $TENON_HTTP, or 127.0.0.1:9644")
      ->type_name("HOST:PORT");
  add_format_option(*verb, shell);
  verb->footer("Example:\n  tenon group explain billing");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_explain(shell, *options); };
  });
}

}  // namespace tenon::cli
