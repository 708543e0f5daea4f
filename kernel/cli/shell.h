// SPDX-License-Identifier: Apache-2.0
//
// What all verbs share: the options that most of them take, and the action that the command line
// has chosen. Verbs declare themselves while the parser is built, put what they would do into
// `action` when they are parsed, and run only after the whole line has been understood.
//
// Main thread. The Shell outlives the parser.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/failure.h"

namespace CLI {
class App;
}

namespace tenon::cli {

struct Shell {
  std::string bootstrap;                // HOST:PORT, more than one with commas
  std::vector<std::string> properties;  // of -X: librdkafka's key=value
  bool json = false;                    // --format json
  bool verbose = false;                 // librdkafka's own log on stderr
  std::function<int()> action;          // gives the exit code
};

// Makes the options known to one verb. Given before or behind the verb they mean the same.
void add_format_option(CLI::App& verb, Shell& shell);
// Those, --bootstrap, -X and -v: for verbs that speak to a broker.
void add_client_options(CLI::App& verb, Shell& shell);

// $TENON_BOOTSTRAP, or 127.0.0.1:9092.
std::string default_bootstrap();
// $TENON_HTTP, or 127.0.0.1:9644: the broker's HTTP port.
std::string default_http();

}  // namespace tenon::cli
