// SPDX-License-Identifier: Apache-2.0
//
// tenon-bench TENON [--rounds N] [--scale X] [--no-touch] [CASE...]: measures a broker against
// ideal loops on this machine and prints a table. Cases: b1 b2 b3 b4 b5 b6 b7 g1 g2 g3 g4; all
// without any. Most of the free memory is touched first, see touch_free_memory, unless --no-touch
// says that it was.

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>

#include "cases.h"
#include "process.h"

namespace tenon::bench {
namespace {

using Rows = std::vector<Row>;

const std::map<std::string, Rows (*)(const Settings&)> kCases{
    {"b1", [](const Settings& s) { return Rows{ingest(s, "never")}; }},
    {"b2", [](const Settings& s) { return Rows{ingest(s, "before_ack")}; }},
    {"b3", [](const Settings& s) { return Rows{hot_fetch(s)}; }},
    {"b4", [](const Settings& s) { return Rows{small_requests(s)}; }},
    {"b5",
     [](const Settings& s) {
       Rows rows = ack_latency(s, "never");
       for (Row& row : ack_latency(s, "before_ack")) rows.push_back(std::move(row));
       return rows;
     }},
    {"b6", delivery_latency},
    {"b7", guard_cost},
    {"g1", group_assignment},
    {"g2", [](const Settings& s) { return Rows{group_heartbeats(s)}; }},
    {"g3", idle_groups},
    {"g4", offset_commits},
};

int run(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  Settings settings;
  bool touch = true;
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--rounds" && i + 1 < argc) {
      settings.rounds = std::atoi(argv[++i]);
    } else if (word == "--scale" && i + 1 < argc) {
      settings.scale = std::atof(argv[++i]);
    } else if (word == "--no-touch") {
      touch = false;
    } else if (kCases.contains(word)) {
      wanted.push_back(word);
    } else if (settings.binary.empty()) {
      settings.binary = word;
    } else {
      die("no such case: " + word);
    }
  }
  if (settings.binary.empty()) die("the path of the tenon program is missing");
  if (wanted.empty()) {
    for (const auto& [name, unused] : kCases) wanted.push_back(name);
  }
  if (touch) touch_free_memory();
  Rows rows;
  for (const std::string& name : wanted) {
    fmt::print(stderr, "{}...\n", name);
    for (Row& row : kCases.at(name)(settings)) rows.push_back(std::move(row));
  }
  print_table(rows);
  return 0;
}

}  // namespace
}  // namespace tenon::bench

int main(int argc, char** argv) {
  return tenon::bench::run(argc, argv);
}
