// SPDX-License-Identifier: Apache-2.0
//
// `tenon plugin check`: the conformance kits on a built library.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <random>

#include "cli/option_checks.h"
#include "cli/output/table.h"
#include "cli/plugin/check_report.h"
#include "cli/plugin/library_choice.h"
#include "cli/plugin/plugin.h"
#include "config/text/suggest.h"

namespace tenon::cli {
namespace {

struct CheckOptions {
  LibraryChoice library;
  std::vector<std::string> only;
  std::vector<std::string> skip;
  uint64_t seed = 0;
  bool seeded = false;
  std::string vectors;
  std::string format;  // empty: as the shell says
  bool in_process = false;
};

bool is_in(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

Outcome<> check_names(std::string_view option, const std::vector<std::string>& names) {
  const std::vector<PropertyName> all = all_properties();
  std::vector<std::string_view> known;
  for (const PropertyName& one : all) known.push_back(one.name);
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string guess = config::did_you_mean(name, known);
    return failed(
        kUsage, fmt::format("{} {}: there is no such property{}", option, name,
                            guess.empty() ? "; `tenon plugin check --list` has them all" : guess));
  }
  return {};
}

Outcome<ExaminationSettings> settings_of(const CheckOptions& options) {
  if (auto fine = check_names("--only", options.only); !fine)
    return std::unexpected(std::move(fine.error()));
  if (auto fine = check_names("--skip", options.skip); !fine)
    return std::unexpected(std::move(fine.error()));
  auto path = library_path(options.library);
  if (!path) return std::unexpected(std::move(path.error()));
  if (!options.vectors.empty() && !std::filesystem::exists(options.vectors))
    return failed(kNotFound, options.vectors + ": there is no such file");
  return ExaminationSettings{.path = *path,
                             .seed = options.seeded ? options.seed : std::random_device()(),
                             .vectors = options.vectors,
                             .in_process = options.in_process,
                             .wants = [&options](const std::string& name) {
                               return (options.only.empty() || is_in(options.only, name)) &&
                                      !is_in(options.skip, name);
                             }};
}

Outcome<> examine_plugins(const CheckOptions& options, const ExaminationSettings& settings,
                          CheckReport& report) {
  const tn_module* module = open_examined(settings, report.stopped);
  if (!module) return {};
  const auto plugins = chosen_plugins(options.library, *module);
  if (!plugins) return std::unexpected(plugins.error());
  for (const tn_descriptor* descriptor : *plugins) {
    const auto texts = chosen_options(options.library, *descriptor);
    if (!texts) return std::unexpected(texts.error());
    report.plugins.push_back(label_of(*descriptor) + " " + descriptor->version);
    for (Verdict& verdict : examine_plugin(settings, *module, *descriptor, *texts)) {
      verdict.plugin = label_of(*descriptor);
      report.verdicts.push_back(std::move(verdict));
    }
  }
  return {};
}

Failure foreign_to_this(const std::string& path, const std::string& sanitizers) {
  return {kFailed,
          fmt::format("{}: it is built with -fsanitize={}, and this Tenon is not: the same "
                      "properties run with it in a program that tenon_test_plugin builds with the "
                      "plugin; configure its project with -DTENON_SANITIZE={} and run ctest",
                      path, sanitizers, sanitizers)};
}

int run_check(const Shell& shell, const CheckOptions& options) {
  const auto settings = settings_of(options);
  if (!settings) return cli::report(settings.error());
  if (const std::string names = foreign_sanitizers(settings->path); !names.empty())
    return cli::report(foreign_to_this(settings->path, names));
  CheckReport report{settings->path, settings->seed, {}, examine_library(*settings), ""};
  if (auto done = examine_plugins(options, *settings, report); !done)
    return cli::report(done.error());
  if (report.verdicts.empty() && report.stopped.empty())
    return cli::report({kUsage, "no property of these plugins is left to check"});
  if (options.format == "junit") {
    fmt::print("{}", as_junit(report));
  } else if (shell.json) {
    fmt::print("{}", as_json(report));
  } else {
    fmt::print("{}", as_text(report));
  }
  return report.passed() ? kDone : kFailed;
}

std::string property_list() {
  Table table({"PROPERTY", "ABOUT"});
  for (const PropertyName& one : all_properties()) table.add({one.name, one.about});
  return table.text();
}

void add_selection(CLI::App& verb, CheckOptions& options) {
  verb.add_option("--only", options.only, "Check this property alone (repeatable)")
      ->allow_extra_args(false)
      ->type_name("PROPERTY");
  verb.add_option("--skip", options.skip, "Leave this property out (repeatable)")
      ->allow_extra_args(false)
      ->type_name("PROPERTY");
  verb.add_option_function<uint64_t>(
          "--seed",
          [&options](uint64_t seed) {
            options.seed = seed;
            options.seeded = true;
          },
          "What random choices follow from; default: another one each time")
      ->type_name("N");
  verb.add_option("--vectors", options.vectors,
                  "Golden vectors that a partitioner must agree with (tenon plugin vectors)")
      ->type_name("FILE");
  verb.add_flag("--in-process", options.in_process,
                "Run the checks in this process, for a debugger; a crash ends it");
}

constexpr const char* kFooter =
    "Each property is checked in a process of its own, with a time limit: a crash, a hang or an\n"
    "exit of the plugin fails that property alone. Exit code 0: every property holds.\n"
    "\n"
    "Examples:\n"
    "  tenon plugin check build/partitioner-geo.so --option regions=eu,us\n"
    "  tenon plugin check build/codec-fast.so --config broker.toml --format junit >kit.xml\n"
    "  gdb --args tenon plugin check build/codec-fast.so --only survives_noise --seed 7 "
    "--in-process";

}  // namespace

void add_plugin_check(CLI::App& plugin, Shell& shell) {
  auto* verb = plugin.add_subcommand("check", "Run the conformance kits on a plugin");
  auto options = std::make_shared<CheckOptions>();
  add_library_choice(*verb, options->library);
  add_selection(*verb, *options);
  auto* format = verb->add_option_function<std::string>(
      "--format",
      [options, &shell](const std::string& name) {
        options->format = name;
        shell.json = name == "json";
      },
      "json: one document; junit: XML for a build server");
  take_one_of(format, {"text", "json", "junit"})->group("Everywhere");
  verb->add_flag_callback(
      "--list",
      [] {
        fmt::print("{}", property_list());
        throw CLI::Success();
      },
      "Print every property that there is, and exit");
  verb->footer(kFooter);
  verb->callback([options, &shell] {
    shell.action = [options, &shell] { return run_check(shell, *options); };
  });
}

}  // namespace tenon::cli
