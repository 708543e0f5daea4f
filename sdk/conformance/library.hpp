// SPDX-License-Identifier: Apache-2.0
//
// What every plugin library must be, before an instance is made of it: one exported symbol, a note
// and a datum that agree, and no life of its own. Each check returns "" or a sentence that says
// what is wrong. Linux, 64-bit ELF. One thread.
#pragma once

#include <dlfcn.h>

#include <cstring>
#include <set>
#include <string>

#include "conformance/elf.hpp"
#include "conformance/ending.hpp"
#include "conformance/instance.hpp"
#include "conformance/process_state.hpp"
#include "conformance/property.hpp"
#include "tenon/module.h"

namespace tenon {
inline namespace sdk {
namespace conformance {

inline std::string check_exports(const std::string& path) {
  std::string wrong;
  bool found = false;
  for (const ElfSymbol& symbol : ElfImage(path).symbols()) {
    if (!symbol.defined || symbol.unique) continue;  // the latter are another check's
    if (symbol.name == TN_MODULE_SYMBOL) {
      found = true;
    } else {
      wrong += " " + symbol.name;
    }
  }
  if (!found) return path + " does not export " TN_MODULE_SYMBOL;
  return wrong.empty() ? "" : path + " exports more than the datum:" + wrong;
}

// STB_GNU_UNIQUE symbols are one for the process: two copies of a library would share them, and the
// loader would never let go of either.
inline std::string check_no_unique_symbols(const std::string& path) {
  std::string wrong;
  for (const ElfSymbol& symbol : ElfImage(path).symbols())
    if (symbol.unique) wrong += " " + symbol.name;
  if (wrong.empty()) return "";
  return path + " has unique symbols, compile with -fno-gnu-unique or hide them:" + wrong;
}

// --- the datum ----------------------------------------------------------------------------------

inline bool is_empty(const char* text) {
  return text == nullptr || text[0] == '\0';
}

inline std::string check_option(const tn_option& option) {
  if (option.struct_size < TN_OPTION_SIZE_1_0) return "an option is too small";
  if (is_empty(option.name)) return "an option without a name";
  const std::string name = std::string("option ") + option.name;
  if (std::strspn(option.name, "abcdefghijklmnopqrstuvwxyz0123456789_") != std::strlen(option.name))
    return name + ": a name is lower case, digits and '_'";
  if (option.type < TN_OPT_BOOL || option.type > TN_OPT_PATH) return name + " has an unknown type";
  if (option.name == std::string("path")) return name + ": that name is the host's own";
  if ((option.flags >> 16) != 0) return name + " has flags that a host must know, and none knows";
  if ((option.flags & TN_OPT_REQUIRED) != 0 && option.default_text != nullptr)
    return name + " is required and has a default";
  if (option.min > option.max) return name + ": min is above max";
  if (option.type == TN_OPT_ENUM && (option.choices == nullptr || option.choices[0] == nullptr))
    return name + " is an enum without choices";
  return "";
}

// The default must be one that the host would take from a configuration.
inline std::string check_default(const tn_option& option) {
  const std::string name = std::string("option ") + option.name;
  if (option.default_text == nullptr) return "";
  const std::string text = option.default_text;
  try {
    const int64_t value = parse_value(option, text).i64;
    const bool counts =
        option.type == TN_OPT_INT || option.type == TN_OPT_DURATION || option.type == TN_OPT_BYTES;
    const bool bounded = counts && (option.min != 0 || option.max != 0);
    if (bounded && (value < option.min || value > option.max))
      return name + ": its default " + text + " is out of its bounds";
  } catch (const Error& error) {
    return name + ": its default \"" + text + "\" cannot be used: " + error.text();
  }
  return "";
}

inline std::string check_options(const tn_descriptor& descriptor) {
  std::set<std::string> names;
  for (uint32_t i = 0; i < descriptor.n_options; i++) {
    const tn_option& option = option_at(descriptor, i);
    std::string wrong = check_option(option);
    if (wrong.empty()) wrong = check_default(option);
    if (wrong.empty() && !names.insert(option.name).second)
      wrong = std::string("option ") + option.name + " is declared twice";
    if (!wrong.empty()) return wrong;
  }
  return "";
}

inline std::string check_descriptor(const tn_descriptor& descriptor) {
  if (descriptor.struct_size < TN_DESCRIPTOR_SIZE_1_0) return "a descriptor is too small";
  if (is_empty(descriptor.name)) return "a descriptor has no name";
  const std::string name = descriptor.name;
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos)
    return name + ": a name is lower case, digits, '-' and '_'";
  if (descriptor.kind < TN_PARTITIONER || descriptor.kind > TN_COORDINATION)
    return name + ": its kind is unknown";
  if (is_empty(descriptor.version) || std::strchr(descriptor.version, ' ') != nullptr)
    return name + ": its version is empty or has blanks in it";
  if (descriptor.create == nullptr || descriptor.destroy == nullptr ||
      descriptor.get_interface == nullptr)
    return name + ": create, destroy or get_interface is missing";
  if (descriptor.n_options > 0 && descriptor.options == nullptr)
    return name + ": it has options, and no list of them";
  const std::string wrong = check_options(descriptor);
  return wrong.empty() ? "" : name + ": " + wrong;
}

// The head of the datum, without its descriptors.
inline std::string check_datum(const tn_module& module) {
  if (module.struct_size < TN_MODULE_SIZE_1_0 || module.magic != TN_MAGIC)
    return "the datum is not a tn_module";
  if (module.abi_major != TN_ABI_MAJOR || module.abi_min_minor > TN_ABI_MINOR)
    return "the datum asks for another ABI";
  if (module.n_descriptors == 0 || module.descriptors == nullptr)
    return "the datum has no descriptor";
  return "";
}

inline std::string check_module(const tn_module& module) {
  std::string wrong = check_datum(module);
  for (uint32_t i = 0; wrong.empty() && i < module.n_descriptors; i++)
    wrong = check_descriptor(*module.descriptors[i]);
  return wrong;
}

// --- the note -----------------------------------------------------------------------------------

// The lines that the note of a library with this datum begins with (tenon/module.h).
inline std::string note_of(const tn_module& module) {
  static const char* const kKinds[] = {"partitioner", "assignor", "codec", "storage",
                                       "coordination"};
  std::string text =
      "abi " + std::to_string(module.abi_major) + "." + std::to_string(module.abi_min_minor) + "\n";
  for (uint32_t i = 0; i < module.n_descriptors; i++) {
    const tn_descriptor& one = *module.descriptors[i];
    text += std::string(kKinds[one.kind - TN_PARTITIONER]) + " " + one.name + " " + one.version;
    text += "\n";
  }
  return text;
}

inline std::string check_note(const std::string& path, const tn_module& module) {
  const std::vector<ElfNote> notes = ElfImage(path).notes(".note.tenon");
  if (notes.size() != 1)
    return path + " has " + (notes.empty() ? "no note" : "more than one note") +
           " in .note.tenon: TENON_MODULE and TN_MODULE write it";
  if (notes[0].name != TN_NOTE_OWNER || notes[0].type != TN_NOTE_TYPE)
    return "the note is not of owner \"Tenon\" and type 1";
  const std::string expected = note_of(module);
  if (notes[0].content.compare(0, expected.size(), expected) == 0) return "";
  return "the note says \"" + notes[0].content.substr(0, 120) + "\", and the datum \"" + expected +
         "\"";
}

// --- the library as a whole ---------------------------------------------------------------------

// The datum of a library, opened as the broker does, never to be closed; null with dlerror() set.
inline const tn_module* find_module(const std::string& path) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return nullptr;
  return static_cast<const tn_module*>(::dlsym(library, TN_MODULE_SYMBOL));
}

// Exports, unique symbols and datum.
inline std::string check_library(const std::string& path) {
  std::string wrong = check_exports(path);
  if (wrong.empty()) wrong = check_no_unique_symbols(path);
  if (!wrong.empty()) return wrong;
  const tn_module* module = find_module(path);
  return module == nullptr ? ::dlerror() : check_module(*module);
}

// Opening runs constructors and those of libraries that it brings; they keep to themselves.
inline std::string check_opening(const std::string& path) {
  const ProcessState state = ProcessState::now();
  const Holdings before = Holdings::now();
  CapturedOutput output;
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return std::string("it cannot be opened: ") + ::dlerror();
  const std::string text = output.text();
  if (!text.empty()) return "opening the library writes to the terminal: " + text;
  if (Holdings::now().threads > before.threads) return "opening the library starts a thread";
  const std::string changed = state.changed();
  return changed.empty() ? "" : "opening the library changes " + changed;
}

// What opening registers, and functions that the loader itself would call. Before anything in this
// process has opened it.
inline std::string check_exit_of_opening(Subject& subject) {
#ifndef TN_MEMORY_SANITIZER_  // has such a function of its own in every library
  if (ElfImage(subject.path).end_functions() > 1)
    return "it has a destructor function, which would run when the process ends";
#endif
  return check_exit([&] { return static_cast<const void*>(find_module(subject.path)); });
}

// In the order in which they build on each other; what another one has found wrong already is not
// said again. They open the library themselves.
inline Properties library_properties() {
  return {
      {"exports_only_the_datum", "The library exports tenon_module and nothing else",
       [](Subject& subject) { return check_exports(subject.path); }},
      {"has_no_unique_symbols", "No symbol is STB_GNU_UNIQUE",
       [](Subject& subject) { return check_no_unique_symbols(subject.path); }},
      {"registers_nothing_on_opening", "No static object with a destructor, no atexit",
       check_exit_of_opening},
      {"opens_quietly", "Opening the library prints, starts and changes nothing",
       [](Subject& subject) { return check_opening(subject.path); }},
      {"has_a_sound_datum", "tenon_module is a module of this ABI",
       [](Subject& subject) {
         const tn_module* module = find_module(subject.path);
         if (module == nullptr) return subject.skip("there is no datum");
         return check_datum(*module);
       }},
      {"has_sound_descriptors", "Names, versions, functions, options and defaults are in order",
       [](Subject& subject) {
         const tn_module* module = find_module(subject.path);
         const bool sound = module != nullptr && check_datum(*module).empty();
         return sound ? check_module(*module) : subject.skip("there is no sound datum");
       }},
      {"has_a_note_that_agrees", "The note says what the datum says",
       [](Subject& subject) {
         const tn_module* module = find_module(subject.path);
         const bool sound = module != nullptr && check_module(*module).empty();
         return sound ? check_note(subject.path, *module) : subject.skip("there is no sound datum");
       }},
  };
}

// Makes and destroys an instance `times` times; `use` is called with each.
template <class Use>
std::string check_lifecycle(const tn_descriptor& descriptor, const TestConfig::Texts& texts,
                            size_t times, Use&& use) {
  const TestHost host;
  const auto once = [&] {
    const Instance instance(host, descriptor, texts);
    use(instance);
  };
  // What is allocated once for the process does not count, nor what malloc keeps at hand (it has
  // room for seven chunks of each size).
  for (int i = 0; i < 10; i++) once();
  const Holdings before = Holdings::now();
  for (size_t i = 0; i < times; i++) once();
  const std::string left = left_behind(before, times);
  return left.empty() ? "" : "instances leave " + left;
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
