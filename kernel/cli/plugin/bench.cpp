// SPDX-License-Identifier: Apache-2.0
//
// `tenon plugin bench`: what a plugin's hot functions cost, in this process and on one thread. What
// is measured is bench_partitioner.cpp's and bench_codec.cpp's.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/output/json.h"
#include "cli/output/table.h"
#include "cli/plugin/benchmark.h"
#include "cli/plugin/library_choice.h"
#include "cli/plugin/plugin.h"

namespace tenon::cli {
namespace {

std::string cell(const Figure& figure) {
  return fmt::format("{:.{}f} {}", figure.value, figure.value < 100 ? 2 : 0, figure.unit);
}

std::string as_text(const std::string& label, const std::vector<Measurement>& measurements) {
  std::vector<std::string> headings = {"WHAT"};
  for (const Figure& figure : measurements.front().figures) headings.push_back(figure.name);
  Table table(headings);
  for (const Measurement& one : measurements) {
    std::vector<std::string> cells = {one.what};
    for (const Figure& figure : one.figures) cells.push_back(cell(figure));
    table.add(std::move(cells));
  }
  return label + "\n\n" + table.text();
}

std::string as_json(const std::string& label, const std::vector<Measurement>& measurements) {
  JsonWriter json;
  json.begin_object().field("plugin", label).key("measurements").begin_array();
  for (const Measurement& one : measurements) {
    json.begin_object().field("what", one.what);
    for (const Figure& figure : one.figures) {
      json.key(figure.name).begin_object();
      json.field("value", figure.value).field("unit", figure.unit).end_object();
    }
    json.end_object();
  }
  return json.end_array().end_object().text() + '\n';
}

int run_bench(const Shell& shell, const LibraryChoice& choice) {
  const auto module = open_chosen(choice);
  if (!module) return report(module.error());
  const auto descriptor = chosen_plugin(choice, **module);
  if (!descriptor) return report(descriptor.error());
  const auto texts = chosen_options(choice, **descriptor);
  if (!texts) return report(texts.error());
  std::vector<Measurement> measurements;
  if ((*descriptor)->kind == TN_PARTITIONER) {
    measurements = measure_partitioner(**descriptor, *texts);
  } else if ((*descriptor)->kind == TN_CODEC) {
    measurements = measure_codec(**descriptor, *texts);
  } else {
    return report(
        {kUsage, "bench measures partitioners and codecs, not a " + label_of(**descriptor)});
  }
  const std::string label = label_of(**descriptor) + " " + (*descriptor)->version;
  fmt::print("{}", shell.json ? as_json(label, measurements) : as_text(label, measurements));
  return kDone;
}

constexpr const char* kFooter =
    "A partitioner is compared with a murmur2 that the compiler could inline, in the same run; a\n"
    "codec is measured at levels that its option \"level\" allows.\n"
    "\n"
    "Examples:\n"
    "  tenon plugin bench build/partitioner-geo.so\n"
    "  tenon plugin bench build/codec-fast.so --option level=9 --format json";

}  // namespace

void add_plugin_bench(CLI::App& plugin, Shell& shell) {
  auto* verb = plugin.add_subcommand("bench", "Measure a partitioner or a codec");
  auto choice = std::make_shared<LibraryChoice>();
  add_library_choice(*verb, *choice);
  add_format_option(*verb, shell);
  verb->footer(kFooter);
  verb->callback(
      [choice, &shell] { shell.action = [choice, &shell] { return run_bench(shell, *choice); }; });
}

}  // namespace tenon::cli
