// SPDX-License-Identifier: Apache-2.0
//
// `tenon plugin vectors`: where a partitioner sends keys, as golden vectors for implementations in
// other languages. Includes the kits, so nothing of the kernel that has their names.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "cli/option_checks.h"
#include "cli/plugin/library_choice.h"
#include "cli/plugin/plugin.h"
#include "conformance/partitioner_kit.hpp"

namespace tenon::cli {
namespace {

namespace kit = sdk::conformance;

struct VectorOptions {
  LibraryChoice library;
  std::vector<int32_t> counts = {1, 2, 3, 7, 12, 64, 1000, 100000};
  std::string keys;  // a file, one key to a line; "-" is standard input
};

// Keys that tell implementations apart: every length of the words a hash reads, signs, UTF-8.
std::vector<std::string> usual_keys() {
  std::vector<std::string> keys = {
      "", "21", "foobar", "a-little-bit-long-string", "a-little-bit-longer-string", "straße-大阪"};
  std::string rising;
  for (char byte = 0; byte < 17; ++byte) keys.push_back(rising += byte);
  for (size_t n = 1; n <= 5; ++n) keys.emplace_back(n, '\xff');
  for (int i = 0; i < 40; ++i) keys.push_back(fmt::format("customer-{}", i));
  kit::TestRandom random(20240517);
  for (int i = 0; i < 60; ++i) {
    std::string key(1 + random.below(63), '\0');
    for (char& byte : key) byte = static_cast<char>(random.next());
    keys.push_back(key);
  }
  return keys;
}

Outcome<std::vector<std::string>> keys_of(const VectorOptions& options) {
  if (options.keys.empty()) return usual_keys();
  std::ifstream file(options.keys);
  if (options.keys != "-" && !file)
    return failed(kNotFound, options.keys + ": there is no such file");
  std::istream& lines = options.keys == "-" ? std::cin : file;
  std::vector<std::string> keys;
  for (std::string line; std::getline(lines, line);) keys.push_back(line);
  if (keys.empty()) return failed(kUsage, options.keys + ": holds no keys");
  return keys;
}

std::string hex_of(const std::string& key) {
  if (key.empty()) return "-";
  std::string hex;
  for (const char byte : key) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

std::string head_of(const tn_descriptor& descriptor, const OptionTexts& texts) {
  std::string options;
  for (const auto& [name, text] : texts) options += fmt::format(" {}={}", name, text);
  return fmt::format(
      "# Computed by {} {}{}.\n# key in hexadecimal (\"-\" = empty), number of partitions, "
      "partition\n",
      label_of(descriptor), descriptor.version, options.empty() ? "" : " with" + options);
}

Outcome<std::string> vectors_of(const VectorOptions& options, const tn_descriptor& descriptor,
                                const OptionTexts& texts) {
  auto keys = keys_of(options);
  if (!keys) return std::unexpected(std::move(keys.error()));
  const kit::TestHost host;
  const kit::PartitionerKit partitioner(host, descriptor, texts);
  if (partitioner.stateful())
    return failed(kUsage, label_of(descriptor) +
                              " declares that equal records may part, so it has no vectors");
  std::string out = head_of(descriptor, texts);
  for (const std::string& key : *keys) {
    for (const int32_t n : options.counts) {
      const int32_t partition = partitioner.keyed(key, kit::TestTopic(n));
      if (partition < 0 || partition >= n)
        return failed(kFailed, fmt::format("key {} of {} partitions gets {}, which is none of them",
                                           hex_of(key), n, partition));
      out += fmt::format("{} {} {}\n", hex_of(key), n, partition);
    }
  }
  return out;
}

int run_vectors(const VectorOptions& options) {
  const auto module = open_chosen(options.library);
  if (!module) return report(module.error());
  const auto descriptor = chosen_plugin(options.library, **module, TN_PARTITIONER);
  if (!descriptor) return report(descriptor.error());
  const auto texts = chosen_options(options.library, **descriptor);
  if (!texts) return report(texts.error());
  try {
    const auto vectors = vectors_of(options, **descriptor, *texts);
    if (!vectors) return report(vectors.error());
    fmt::print("{}", *vectors);
  } catch (const sdk::Error& error) {
    return report({kFailed, "the plugin could not be made: " + error.text()});
  }
  return kDone;
}

constexpr const char* kFooter =
    "`tenon plugin check --vectors FILE` compares a plugin with such a file.\n"
    "\n"
    "Examples:\n"
    "  tenon plugin vectors build/partitioner-geo.so >geo.txt\n"
    "  tenon plugin vectors build/partitioner-geo.so -n 6,12 --keys keys.txt";

}  // namespace

void add_plugin_vectors(CLI::App& plugin, Shell& shell) {
  auto* verb = plugin.add_subcommand("vectors", "Print which keys a partitioner sends where");
  auto options = std::make_shared<VectorOptions>();
  add_library_choice(*verb, options->library);
  verb->add_option("-n,--partitions", options->counts,
                   "Numbers of partitions; default 1,2,3,7,12,64,1000,100000")
      ->delimiter(',')
      ->check(CLI::Range(1, 1000000))
      ->type_name("N,N,...");
  verb->add_option("--keys", options->keys, "One key to a line, - is standard input")
      ->type_name("FILE");
  verb->footer(kFooter);
  verb->callback([options, &shell] { shell.action = [options] { return run_vectors(*options); }; });
}

}  // namespace tenon::cli
