// SPDX-License-Identifier: Apache-2.0
//
// `tenon plugin lint`: what a library's file says of how it was built. Nothing of it runs. Includes
// the kits' reader of ELF files, so nothing of the kernel that has the kits' names.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/output/json.h"
#include "cli/plugin/library_choice.h"
#include "cli/plugin/plugin.h"
#include "conformance/library.hpp"

namespace tenon::cli {
namespace {

namespace kit = sdk::conformance;
namespace fs = std::filesystem;

struct Finding {
  std::string severity;  // "error", "warning" or "info"
  std::string rule;
  std::string text;
};
using Findings = std::vector<Finding>;

// What any Linux system has, and what the broker itself brings.
bool is_ordinary(const std::string& library) {
  static constexpr std::string_view kOrdinary[] = {
      "libc.so.", "libm.so.",      "libpthread.so.", "libdl.so.",     "librt.so.",
      "ld-linux", "libgcc_s.so.1", "libstdc++.so.6", "linux-vdso.so."};
  return std::ranges::any_of(kOrdinary,
                             [&](std::string_view one) { return library.starts_with(one); });
}

void lint_exports(const kit::ElfImage& image, Findings& findings) {
  bool has_datum = false;
  for (const kit::ElfSymbol& symbol : image.symbols()) {
    if (!symbol.defined) continue;
    if (symbol.name == TN_MODULE_SYMBOL) {
      has_datum = true;
    } else if (symbol.unique) {
      findings.push_back({"error", "unique",
                          fmt::format("{} is STB_GNU_UNIQUE, one for all copies of the library: "
                                      "build with -fno-gnu-unique",
                                      symbol.name)});
    } else {
      findings.push_back({"error", "exports",
                          fmt::format("{} is exported, and could be taken for another library's: "
                                      "tenon_add_plugin exports tenon_module alone",
                                      symbol.name)});
    }
  }
  if (!has_datum)
    findings.push_back(
        {"error", "exports", "tenon_module is not exported: TENON_MODULE or TN_MODULE defines it"});
}

void lint_note(const kit::ElfImage& image, Findings& findings) {
  const std::vector<kit::ElfNote> notes = image.notes(".note.tenon");
  if (notes.size() == 1 && notes[0].name == TN_NOTE_OWNER && notes[0].type == TN_NOTE_TYPE) return;
  findings.push_back({"error", "note",
                      "there is no sound note in .note.tenon, so that no broker loads it: "
                      "TENON_MODULE and TN_MODULE write it (tenon/module.h)"});
}

std::vector<std::string> search_path(const kit::ElfImage& image, const std::string& file) {
  std::vector<std::string> directories;
  std::string own = image.run_path();
  for (size_t at = 0; (at = own.find("$ORIGIN", at)) != std::string::npos;)
    own.replace(at, 7, fs::path(file).parent_path().string());
  for (size_t start = 0; start < own.size();) {
    const size_t end = std::min(own.find(':', start), own.size());
    directories.push_back(own.substr(start, end - start));
    start = end + 1;
  }
  for (const char* usual :
       {"/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib", "/lib/x86_64-linux-gnu",
        "/usr/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
        "/lib/riscv64-linux-gnu", "/usr/lib/riscv64-linux-gnu"})
    directories.emplace_back(usual);
  return directories;
}

// The first of the directories that has the library; empty if none has.
std::string find_needed(const std::string& library, const std::vector<std::string>& directories) {
  std::error_code error;
  for (const std::string& directory : directories) {
    const fs::path path = fs::path(directory) / library;
    if (fs::exists(path, error)) return path;
  }
  return {};
}

// Symbols that nothing of what the library needs defines, as far as those libraries are found. The
// program itself offers none: what a plugin may call is in tn_host.
void lint_symbols(const kit::ElfImage& image, const std::string& file, Findings& findings) {
  std::set<std::string> offered;
  const std::vector<std::string> directories = search_path(image, file);
  for (const std::string& library : image.needed()) {
    const std::string path = find_needed(library, directories);
    if (path.empty()) {
      findings.push_back({"error", "needed", fmt::format("{} is needed and not found", library)});
      continue;
    }
    for (const kit::ElfSymbol& symbol : kit::ElfImage(path).symbols())
      if (symbol.defined) offered.insert(symbol.name);
  }
  for (const kit::ElfSymbol& symbol : image.symbols()) {
    const bool missing = !symbol.defined && !symbol.weak && !offered.contains(symbol.name);
    if (missing)
      findings.push_back({"error", "symbols",
                          fmt::format("{} is used and nobody has it: link with -Wl,--no-undefined "
                                      "to see it earlier; what the host offers is in tn_host",
                                      symbol.name)});
  }
}

void lint_needed(const kit::ElfImage& image, Findings& findings) {
  for (const std::string& library : image.needed()) {
    if (is_ordinary(library)) continue;
    findings.push_back({"warning", "needed",
                        fmt::format("{} is shared with every plugin that needs one of that name, "
                                    "whatever its version: link its static archive",
                                    library)});
  }
}

void lint_safety(const kit::ElfImage& image, Findings& findings) {
  if (!image.run_path().empty())
    findings.push_back({"warning", "run-path",
                        fmt::format("RPATH or RUNPATH {}: libraries are looked for there first, "
                                    "and whoever may write there is loaded",
                                    image.run_path())});
  if (image.has_executable_stack())
    findings.push_back({"error", "stack",
                        "the stack would be made executable: an assembler file lacks "
                        ".section .note.GNU-stack, or link with -Wl,-z,noexecstack"});
  if (image.has_text_relocations())
    findings.push_back({"error", "text-relocations",
                        "code is changed when the library is loaded: compile everything in it "
                        "with -fPIC"});
  if (image.has_debug_info())
    findings.push_back({"info", "debug-info", "it is not stripped; `strip -g` makes it smaller"});
}

// That code of it would run when the process ends. Whether it does, `tenon plugin check` sees.
void lint_ending(const kit::ElfImage& image, Findings& findings) {
  if (image.end_functions() > 1)
    findings.push_back({"error", "ending",
                        "it has a destructor function, which would run when the process ends: what "
                        "ends with an instance belongs into destroy"});
  for (const kit::ElfSymbol& symbol : image.symbols()) {
    if (symbol.defined || (symbol.name != "__cxa_atexit" && symbol.name != "on_exit")) continue;
    findings.push_back({"warning", "ending",
                        fmt::format("{} is used, by atexit or a static object with a destructor: "
                                    "its code would run when the process ends and threads may "
                                    "still be in it; make such an object with new, and leave it",
                                    symbol.name)});
  }
}

Findings lint(const std::string& path) {
  const kit::ElfImage image(path);
  Findings findings;
  lint_exports(image, findings);
  lint_note(image, findings);
  lint_symbols(image, path, findings);
  lint_needed(image, findings);
  lint_ending(image, findings);
  lint_safety(image, findings);
  return findings;
}

int run_lint(const Shell& shell, const LibraryChoice& choice) {
  const auto path = library_path(choice);
  if (!path) return report(path.error());
  Findings findings;
  try {
    findings = lint(*path);
  } catch (const sdk::Error& error) {
    return report({kFailed, error.text()});
  }
  JsonWriter json;
  json.begin_array();
  for (const Finding& finding : findings) {
    json.begin_object().field("severity", finding.severity).field("rule", finding.rule);
    json.field("message", finding.text).end_object();
    if (!shell.json)
      fmt::print("{}: {}: {} [{}]\n", *path, finding.severity, finding.text, finding.rule);
  }
  json.end_array();
  const auto errors = std::ranges::count(findings, "error", &Finding::severity);
  if (shell.json) {
    fmt::print("{}\n", json.text());
  } else {
    fmt::print("{}: {} errors, {} warnings\n", *path, errors,
               std::ranges::count(findings, "warning", &Finding::severity));
  }
  return errors > 0 ? kFailed : kDone;
}

constexpr const char* kFooter =
    "Exit code 1: there is an error. Rules: exports, unique, note, symbols, needed, ending,\n"
    "run-path, stack, text-relocations, debug-info.\n"
    "\n"
    "Example:\n"
    "  tenon plugin lint build/partitioner-geo.so";

}  // namespace

void add_plugin_lint(CLI::App& plugin, Shell& shell) {
  auto* verb = plugin.add_subcommand("lint", "Look at how a plugin was built; none of it runs");
  auto choice = std::make_shared<LibraryChoice>();
  verb->add_option("FILE", choice->file, "The library, such as partitioner-geo.so")
      ->required()
      ->type_name("");
  add_format_option(*verb, shell);
  verb->footer(kFooter);
  verb->callback(
      [choice, &shell] { shell.action = [choice, &shell] { return run_lint(shell, *choice); }; });
}

}  // namespace tenon::cli
