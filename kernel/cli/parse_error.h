// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with a command line, in words, with the nearest verb or option that exists.
// Pure; main thread.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace tenon::cli {

// One sentence, and a second line that says where the help is.
std::string describe_parse_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace tenon::cli
