// SPDX-License-Identifier: Apache-2.0

#include "cli/version.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <CLI/CLI.hpp>

#include "cli/output/json.h"
#include "tenon/plugin.h"

namespace tenon::cli {
namespace {

constexpr const char* kVersion = TENON_VERSION;

std::string as_json() {
  JsonWriter json;
  json.begin_object().field("version", kVersion);
  json.field("plugin_abi", fmt::format("{}.{}", TN_ABI_MAJOR, TN_ABI_MINOR));
  json.field("librdkafka", rd_kafka_version_str()).end_object();
  return json.text();
}

}  // namespace

std::string version_text() {
  return fmt::format("tenon {} (plugin ABI {}.{}, librdkafka {})", kVersion, TN_ABI_MAJOR,
                     TN_ABI_MINOR, rd_kafka_version_str());
}

void add_version(CLI::App& app, Shell& shell) {
  auto* verb = app.add_subcommand("version", "Print the version");
  add_format_option(*verb, shell);
  verb->footer("Example:\n  tenon version --format json");
  verb->callback([&shell] {
    shell.action = [&shell] {
      fmt::print("{}\n", shell.json ? as_json() : version_text());
      return kDone;
    };
  });
}

}  // namespace tenon::cli
