// SPDX-License-Identifier: Apache-2.0
//
// Which library, which of its plugins, and with which options: what the verbs that run a plugin's
// code share. Main thread.
#pragma once

#include <string>
#include <vector>

#include "cli/failure.h"
#include "cli/plugin/examination.h"
#include "tenon/plugin.h"

namespace CLI {
class App;
}

namespace tenon::cli {

struct LibraryChoice {
  std::string file;
  std::string name;                  // of one plugin; empty: all, or the only one
  std::string config;                // a TOML file whose tables give the options
  std::vector<std::string> options;  // key=value, over those
};

// FILE, --name, --config and --option, written into `choice`, which lives as long as the parser.
void add_library_choice(CLI::App& verb, LibraryChoice& choice);

// The file as an absolute path. kNotFound, with a suggestion.
Outcome<std::string> library_path(const LibraryChoice& choice);

// The plugins of the module that are meant. kUsage for a name that it does not hold, and for
// --option where it would be given to several.
Outcome<std::vector<const tn_descriptor*>> chosen_plugins(const LibraryChoice& choice,
                                                          const tn_module& module);
// The only plugin of that kind that is meant; `kind` 0 is any.
Outcome<const tn_descriptor*> chosen_plugin(const LibraryChoice& choice, const tn_module& module,
                                            tn_kind kind = 0);

// What the configuration and --option say, checked as a broker checks it. kUsage with all problems.
Outcome<OptionTexts> chosen_options(const LibraryChoice& choice, const tn_descriptor& descriptor);

// Opens the library in a process of its own first, then here. kFailed with the reason.
Outcome<const tn_module*> open_chosen(const LibraryChoice& choice);

// "partitioner hash"
std::string label_of(const tn_descriptor& descriptor);

}  // namespace tenon::cli
