// SPDX-License-Identifier: Apache-2.0

#include "cli/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/log.h"
#include "cli/consume/consume.h"
#include "cli/group/group.h"
#include "cli/option_checks.h"
#include "cli/parse_error.h"
#include "cli/plugin/plugin.h"
#include "cli/produce/produce.h"
#include "cli/serve.h"
#include "cli/shell.h"
#include "cli/topic/topic.h"
#include "cli/version.h"

namespace tenon::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  tenon serve --config configs/standalone.toml\n"
    "  tenon topic create orders -p 3\n"
    "  echo 'k1:hello' | tenon produce orders -K:\n"
    "  tenon consume orders -e -f '%p %o %k %s\\n'\n"
    "\n"
    "Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 not found, 4 not allowed,\n"
    "5 timeout or unreachable. `tenon VERB --help` has the options of each verb.";

void add_verbs(CLI::App& app, Shell& shell, Serve serve) {
  app.formatter(help_layout());  // and of every verb that is added
  app.require_subcommand(1);
  app.set_version_flag("--version", version_text(), "Print the version and exit");
  add_client_options(app, shell);
  add_serve(app, std::move(serve), shell);
  add_config(app, shell);
  add_topic(app, shell);
  add_produce(app, shell);
  add_consume(app, shell);
  add_group(app, shell);
  add_plugin(app, shell);
  add_version(app, shell);
  app.footer(kFooter);
}

}  // namespace

int run(int argc, char** argv, Serve serve) {
  CLI::App app{"Tenon: a Kafka-compatible broker whose policies are plugins", "tenon"};
  Shell shell;
  shell.bootstrap = default_bootstrap();
  add_verbs(app, shell, std::move(serve));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted);  // --help and --version
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}\n", describe_parse_error(app, error));
    return kUsage;
  }
  return shell.action();
}

}  // namespace tenon::cli
