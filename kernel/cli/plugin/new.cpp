// SPDX-License-Identifier: Apache-2.0
//
// `tenon plugin new`: a project that builds, and passes its kit, as it is written.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cli/option_checks.h"
#include "cli/plugin/plugin.h"
#include "cli/plugin/templates.h"

namespace tenon::cli {
namespace {

namespace fs = std::filesystem;

struct NewOptions {
  std::string kind;
  std::string name;
  std::string language = "cpp";
  std::string directory;  // empty: the name
};

std::string check_plugin_name(const std::string& name) {
  const bool fits =
      !name.empty() && name[0] >= 'a' && name[0] <= 'z' && name.size() <= 60 &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (fits) return {};
  return fmt::format("must be lower case, digits and '-', beginning with a letter, not \"{}\"",
                     name);
}

// The directory, made if need be. It must be empty, so that nothing is overwritten.
Outcome<fs::path> prepare_directory(const NewOptions& options) {
  const fs::path directory =
      fs::absolute(options.directory.empty() ? options.name : options.directory);
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_empty(directory, error)) {
    return failed(kUsage, fmt::format("{}: there is something already; --directory names another",
                                      directory.string()));
  }
  fs::create_directories(directory, error);
  if (error) return failed(kFailed, fmt::format("{}: {}", directory.string(), error.message()));
  return directory;
}

Outcome<> write_file(const fs::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (file) return {};
  return failed(kFailed, path.string() + ": could not be written");
}

std::string next_steps(const NewOptions& options, const fs::path& directory) {
  if (options.language == "rust")
    return fmt::format("\nNext:\n  cd {}\n  make && make test\n", directory.string());
  return fmt::format(
      "\nNext:\n  cd {}\n  cmake -B build -DCMAKE_PREFIX_PATH=<where Tenon is installed>\n"
      "  cmake --build build && ctest --test-dir build --output-on-failure\n",
      directory.string());
}

int run_new(const NewOptions& options) {
  const std::vector<std::string> languages = template_languages(options.kind);
  if (std::ranges::find(languages, options.language) == languages.end())
    return report(
        {kUsage, fmt::format("--lang {}: there is no template for a {} in it, but in {}",
                             options.language, options.kind, fmt::join(languages, ", "))});
  const auto directory = prepare_directory(options);
  if (!directory) return report(directory.error());
  for (const TemplateFile& file : template_files()) {
    if (file.folder != options.kind + "-" + options.language) continue;
    const fs::path path = *directory / with_name(file.path, options.name);
    if (auto done = write_file(path, with_name(file.content, options.name)); !done)
      return report(done.error());
    fmt::print("{}\n", path.string());
  }
  fmt::print("{}", next_steps(options, *directory));
  return kDone;
}

constexpr const char* kFooter =
    "Examples:\n"
    "  tenon plugin new partitioner acme-geo\n"
    "  tenon plugin new codec acme-fast --lang c --directory src/acme-fast\n"
    "  tenon plugin new partitioner acme-geo --lang rust";

}  // namespace

void add_plugin_new(CLI::App& plugin, Shell& shell) {
  auto* verb = plugin.add_subcommand("new", "Begin a plugin: a project that builds and passes");
  auto options = std::make_shared<NewOptions>();
  const std::vector<std::string> kinds = template_kinds();
  take_one_of(verb->add_option("KIND", options->kind, "What it decides")->required(), kinds)
      ->type_name(fmt::format("{}", fmt::join(kinds, "|")));
  verb->add_option("NAME", options->name, "What a configuration will call it")
      ->required()
      ->check(check_plugin_name)
      ->type_name("");
  take_one_of(verb->add_option("--lang", options->language, "The language; default cpp"),
              {"cpp", "c", "rust"});
  verb->add_option("--directory", options->directory, "Where to; default a new one of that name")
      ->type_name("DIR");
  verb->footer(kFooter);
  verb->callback([options, &shell] { shell.action = [options] { return run_new(*options); }; });
}

}  // namespace tenon::cli
