// SPDX-License-Identifier: Apache-2.0
//
// From the tables of a configuration to plugins that can be made: the steps that starting, checking
// and swapping share. Whoever opens a library here has its crash named (watch/last_words.h) and, at
// a start, counted (watch/crash_book.h), for its constructors run before anything can be checked.
//
// Threads: those of the host (host.h), one at a time.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "base/error.h"
#include "config/problem.h"
#include "config/settings.h"
#include "plugin/host.h"
#include "plugin/load/image.h"
#include "plugin/load/note.h"
#include "plugin/load/option_check.h"
#include "plugin/load/trust.h"
#include "plugin/watch/crash_book.h"

namespace tenon::plugin {

// A plugin that has passed every check and can be made.
struct Ready {
  const config::PluginTable* table = nullptr;
  const tn_descriptor* descriptor = nullptr;
  CheckedOptions options;
  LoadedPlugin info;

  PluginBuild build() const {
    return {.label = info.kind + " " + info.name + " " + info.version, .fingerprint = info.sha256};
  }
};

// Where libraries may come from.
struct Sources {
  const std::vector<std::string>& directories;
  const Trust& trust = Trust::of_program();
};

// What is remembered of a library, and whether a crash of it now is one of the start.
struct Memory {
  CrashBook* book = nullptr;  // null = nothing is remembered
  bool starting = false;

  // Nothing, or kPluginRefused: the build is quarantined.
  Result<> allow(const PluginBuild& build, const std::string& path) const;
};

// What is wrong: mistakes, which stop a start, and faults of libraries, which do so only where the
// configuration does not say that they are to be left out.
struct Findings {
  config::Problems mistakes;
  config::Problems faults;
};
// Everything that was found, in order.
config::Problems all_of(Findings found);
// What stops a start.
config::Problems fatal_of(Findings found, const config::PluginSettings& settings);

// `codec "gzip"`
std::string label_of(const config::PluginTable& table);
config::Problem problem_of(const config::PluginTable& table, const Error& error);
bool is_pinned(const config::PluginTable& table, const Image& image);
// That the image is not the pinned one, with both sums and what to do.
std::string pin_text(const config::PluginTable& table, const Image& image);

// In safe mode only what came with Tenon is loaded: the tables that ask for something else go.
config::PluginSettings admitted(const config::PluginSettings& settings, const Trust& trust);

// The datum of an image whose note says that it may be loaded; `label` is for the last words.
Result<const tn_module*> open_module(const Note& note, const std::string& label, Image image);
// From the image to a plugin that can be made. Appends what is wrong with the options.
Result<Ready> prepare(const config::PluginTable& table, Image image, const Memory& memory,
                      config::Problems& problems);
std::vector<Ready> prepare_all(const config::PluginSettings& settings, const Sources& from,
                               const Memory& memory, Findings& found);
// The part of it that runs no code of a library: place, trust, pin and note.
void identify_all(const config::PluginSettings& settings, const Sources& from, Findings& found);

}  // namespace tenon::plugin
