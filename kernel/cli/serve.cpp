// SPDX-License-Identifier: Apache-2.0

#include "cli/serve.h"

#include <CLI/CLI.hpp>

#include "cli/exit_codes.h"
#include "plugin/check.h"

namespace tenon::cli {
namespace {

struct ServeOptions {
  std::string file;
  std::vector<std::string> set;
  std::string data_dir;
  std::string kafka;
  std::string http;

  config::Overlay overlay() const {
    config::Overlay overlay;
    overlay.overrides = set;
    overlay.environment = config::tenon_environment();
    if (!data_dir.empty()) overlay.overrides.push_back("storage.data_dirs=" + data_dir);
    if (!kafka.empty()) overlay.overrides.push_back("kafka.bind=" + kafka);
    if (!http.empty()) overlay.overrides.push_back("http.bind=" + http);
    return overlay;
  }
};

void print_problems(const config::Problems& problems) {
  for (const auto& problem : problems) fmt::print(stderr, "{}\n", problem.message());
}

int run_serve(const ServeOptions& options, const Serve& serve) {
  auto settings = plugin::load_settings(options.file, options.overlay());
  if (!settings) {
    print_problems(settings.error());
    return kUsage;
  }
  return serve(std::move(*settings));
}

int run_check(const ServeOptions& options) {
  const auto settings = plugin::load_settings(options.file, options.overlay());
  if (!settings) {
    print_problems(settings.error());
    return kUsage;
  }
  fmt::print("{}: ok, {} plugins\n", options.file, settings->plugins.tables.size());
  return kDone;
}

}  // namespace

void add_serve(CLI::App& app, Serve serve, int& exit_code) {
  auto* verb = app.add_subcommand("serve", "Run a broker in the foreground");
  auto options = std::make_shared<ServeOptions>();
  verb->add_option("--config", options->file, "TOML file with the broker's settings")->required();
  verb->add_option("--set", options->set, "Override one setting: section.key=value (repeatable)")
      ->allow_extra_args(false);
  verb->add_option("--data-dir", options->data_dir, "Where the data lies (storage.data_dirs)");
  verb->add_option("--kafka", options->kafka, "HOST:PORT for Kafka clients (kafka.bind)");
  verb->add_option("--http", options->http, "HOST:PORT for health and metrics (http.bind)");
  verb->footer(
      "Examples:\n"
      "  tenon serve --config configs/standalone.toml\n"
      "  tenon serve --config configs/standalone.toml --kafka 0.0.0.0:9092 --data-dir /srv/tenon\n"
      "  tenon serve --config configs/standalone.toml --set topic.defaults.partitions=6");
  verb->callback(
      [options, serve = std::move(serve), &exit_code] { exit_code = run_serve(*options, serve); });
}

void add_config(CLI::App& app, int& exit_code) {
  auto* config = app.add_subcommand("config", "Look at configurations");
  config->require_subcommand(1);
  auto* verb =
      config->add_subcommand("check", "Report everything that is wrong with a configuration");
  auto options = std::make_shared<ServeOptions>();
  verb->add_option("file", options->file, "TOML file")->required();
  verb->add_option("--set", options->set, "Override one setting: section.key=value (repeatable)")
      ->allow_extra_args(false);
  verb->footer("Example:\n  tenon config check configs/standalone.toml");
  verb->callback([options, &exit_code] { exit_code = run_check(*options); });
}

}  // namespace tenon::cli
