// SPDX-License-Identifier: Apache-2.0

#include "cli/serve.h"

#include <CLI/CLI.hpp>

#include "cli/output/json.h"
#include "plugin/check.h"

namespace tenon::cli {
namespace {

struct ServeOptions {
  std::string file;
  std::vector<std::string> set;
  std::string data_dir;
  std::string kafka;
  std::string http;
  bool safe_mode = false;
  const CLI::Option* http_given = nullptr;  // "" is a value: no HTTP port

  config::Overlay overlay() const {
    config::Overlay overlay;
    overlay.overrides = set;
    overlay.environment = config::tenon_environment();
    if (!data_dir.empty()) overlay.overrides.push_back("storage.data_dirs=" + data_dir);
    if (!kafka.empty()) overlay.overrides.push_back("kafka.bind=" + kafka);
    if (safe_mode) overlay.overrides.push_back("plugins.safe_mode=true");
    if (http_given && !http_given->empty()) overlay.overrides.push_back("http.bind=" + http);
    return overlay;
  }
};

void print_problems(const config::Problems& problems) {
  for (const auto& problem : problems) fmt::print(stderr, "{}\n", problem.message());
}

int run_serve(const ServeOptions& options, const Serve& serve) {
  auto settings = plugin::load_settings(options.file, options.overlay(), plugin::CheckFor::kStart);
  if (!settings) {
    print_problems(settings.error());
    return kUsage;
  }
  return serve(std::move(*settings));
}

void append_problem(JsonWriter& json, const config::Problem& problem) {
  json.begin_object().field("file", problem.file);
  json.field("line", static_cast<int64_t>(problem.line));
  json.field("column", static_cast<int64_t>(problem.column));
  json.field("text", problem.text).end_object();
}

std::string as_json(const ServeOptions& options, const config::Problems& problems) {
  JsonWriter json;
  json.begin_object().field("file", options.file).field("ok", problems.empty());
  json.key("problems").begin_array();
  for (const config::Problem& problem : problems) append_problem(json, problem);
  json.end_array().end_object();
  return json.text();
}

std::string count_of_plugins(size_t n) {
  return fmt::format("{} plugin{}", n, n == 1 ? "" : "s");
}

int run_check(const Shell& shell, const ServeOptions& options) {
  const auto settings = plugin::load_settings(options.file, options.overlay());
  if (shell.json)
    fmt::print("{}\n", as_json(options, settings ? config::Problems{} : settings.error()));
  else if (settings)
    fmt::print("{}: ok, {}\n", options.file, count_of_plugins(settings->plugins.tables.size()));
  else
    print_problems(settings.error());
  return settings ? kDone : kUsage;
}

void add_set_option(CLI::App& verb, ServeOptions& options) {
  verb.add_option("--set", options.set, "Override one setting (repeatable)")
      ->allow_extra_args(false)
      ->type_name("section.key=value");
}

// Mostly "$UNSET": the broker must not go elsewhere than where it was sent.
void refuse_empty(CLI::Option* option) {
  option->check([](const std::string& given) -> std::string {
    return given.empty() ? "must not be empty; leave it out for what the configuration says" : "";
  });
}

}  // namespace

void add_serve(CLI::App& app, Serve serve, Shell& shell) {
  auto* verb = app.add_subcommand("serve", "Run a broker in the foreground");
  auto options = std::make_shared<ServeOptions>();
  verb->add_option("--config", options->file, "TOML file with the broker's settings")
      ->required()
      ->type_name("FILE");
  add_set_option(*verb, *options);
  refuse_empty(
      verb->add_option("--data-dir", options->data_dir, "Where the data lies (storage.data_dirs)")
          ->type_name("DIR"));
  refuse_empty(
      verb->add_option("--kafka", options->kafka, "The address for Kafka clients (kafka.bind)")
          ->type_name("HOST:PORT"));
  options->http_given =
      verb->add_option("--http", options->http,
                       "The address for health and metrics (http.bind); \"\" for none")
          ->type_name("HOST:PORT");
  verb->add_flag("--safe-mode", options->safe_mode,
                 "Load only plugins that came with Tenon (plugins.safe_mode)");
  verb->footer(
      "Examples:\n"
      "  tenon serve --config configs/standalone.toml\n"
      "  tenon serve --config configs/standalone.toml --kafka 0.0.0.0:9092 --data-dir /srv/tenon\n"
      "  tenon serve --config configs/standalone.toml --set topic.defaults.partitions=6");
  verb->callback([options, &shell, serve = std::move(serve)] {
    shell.action = [options, serve] { return run_serve(*options, serve); };
  });
}

void add_config(CLI::App& app, Shell& shell) {
  auto* config = app.add_subcommand("config", "Look at configurations");
  config->require_subcommand(1);
  config->footer("Example:\n  tenon config check configs/standalone.toml");
  auto* verb =
      config->add_subcommand("check", "Report everything that is wrong with a configuration");
  auto options = std::make_shared<ServeOptions>();
  verb->add_option("FILE", options->file, "TOML file")->required()->type_name("");
  add_set_option(*verb, *options);
  add_format_option(*verb, shell);
  verb->footer("Example:\n  tenon config check configs/standalone.toml");
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_check(shell, *options); };
  });
}

}  // namespace tenon::cli
