// SPDX-License-Identifier: Apache-2.0

#include "cli/shell.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "cli/option_checks.h"

namespace tenon::cli {

int report(const Failure& failure) {
  fmt::print(stderr, "tenon: {}\n", failure.text);
  return failure.exit_code;
}

std::string default_bootstrap() {
  const char* named = std::getenv("TENON_BOOTSTRAP");
  return named && *named ? named : "127.0.0.1:9092";
}

std::string default_http() {
  const char* given = std::getenv("TENON_HTTP");
  return given && *given ? given : "127.0.0.1:9644";
}

void add_format_option(CLI::App& verb, Shell& shell) {
  auto* format = verb.add_option_function<std::string>(
      "--format", [&shell](const std::string& name) { shell.json = name == "json"; },
      "json: one document, or one per line for streams");
  take_one_of(format, {"text", "json"})->group("Everywhere");
}

void add_client_options(CLI::App& verb, Shell& shell) {
  verb.add_option_function<std::string>(
          "--bootstrap", [&shell](const std::string& address) { shell.bootstrap = address; },
          "The broker to ask first; default $TENON_BOOTSTRAP or 127.0.0.1:9092")
      ->type_name("HOST:PORT")
      ->group("Everywhere");
  add_format_option(verb, shell);
  verb.add_option_function<std::vector<std::string>>(
          "-X",
          [&shell](const std::vector<std::string>& given) {
            shell.properties.insert(shell.properties.end(), given.begin(), given.end());
          },
          "A property of librdkafka (repeatable)")
      ->allow_extra_args(false)
      ->type_name("key=value")
      ->group("Everywhere");
  verb.add_flag_callback(
          "-v,--verbose", [&shell] { shell.verbose = true; }, "Show what librdkafka logs")
      ->group("Everywhere");
}

}  // namespace tenon::cli
