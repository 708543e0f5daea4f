// SPDX-License-Identifier: Apache-2.0

#include "cli/cli.h"

#include <CLI/CLI.hpp>

#include "cli/exit_codes.h"
#include "cli/serve.h"

namespace tenon::cli {

int run(int argc, char** argv, Serve serve) {
  CLI::App app{"Tenon: a Kafka-compatible broker whose policies are plugins", "tenon"};
  app.require_subcommand(1);
  int exit_code = kDone;
  add_serve(app, std::move(serve), exit_code);
  add_config(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  return exit_code;
}

}  // namespace tenon::cli
