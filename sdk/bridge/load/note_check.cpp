// SPDX-License-Identifier: Apache-2.0
#include "bridge/load/note_check.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <exception>

#include "bridge/load/module_check.h"
#include "bridge/load/words.h"
#include "conformance/elf.hpp"
#include "tenon/module.h"

namespace tenon::bridge {

namespace {

std::string take_until(std::string& text, char end) {
  const size_t at = std::min(text.find(end), text.size());
  std::string taken = text.substr(0, at);
  text.erase(0, std::min(at + 1, text.size()));
  return taken;
}

// Whether this process runs with the sanitizer of that name.
bool has_sanitizer(const std::string& name) {
  const char* symbol = name == "address"  ? "__asan_init"
                       : name == "thread" ? "__tsan_init"
                       : name == "memory" ? "__msan_init"
                                          : "__ubsan_handle_type_mismatch_v1";
  return ::dlsym(RTLD_DEFAULT, symbol) != nullptr;
}

// What is wrong with the text of a note, or "".
std::string fault_of(std::string text) {
  bool has_partitioner = false, has_abi = false;
  while (!text.empty()) {
    std::string line = take_until(text, '\n');
    const std::string word = take_until(line, ' ');
    if (word == "abi") {
      has_abi = true;
      const auto major = std::strtoul(take_until(line, '.').c_str(), nullptr, 10);
      const auto minor = std::strtoul(line.c_str(), nullptr, 10);
      const std::string fault =
          abi_fault(static_cast<uint32_t>(major), static_cast<uint32_t>(minor));
      if (!fault.empty()) return fault;
    } else if (word == "sanitizers") {
      for (const std::string& name : split_list(line))
        if (!has_sanitizer(name))
          return "it is built with -fsanitize=" + line +
                 " and this application is not: rebuild it "
                 "without";
    } else if (word == "partitioner") {
      has_partitioner = true;
    }
  }
  if (!has_abi) return "its Tenon note does not say its ABI";
  return has_partitioner ? "" : "it holds no partitioner";
}

std::string read_fault(const std::string& path) {
  for (const conformance::ElfNote& note : conformance::ElfImage(path).notes(".note.tenon")) {
    if (note.name == TN_NOTE_OWNER && note.type == TN_NOTE_TYPE)
      return fault_of(note.content.substr(0, note.content.find('\0')));
  }
  return "it has no Tenon note that says what it is: rebuild it with the SDK's TENON_MODULE (C++) "
         "or "
         "TN_MODULE (C)";
}

}  // namespace

Result<> check_note(const std::string& path) {
  try {
    const std::string fault = read_fault(path);
    if (fault.empty()) return {};
    return Error(TN_E_UNSUPPORTED, fault);
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return Error(TN_E_UNSUPPORTED, error.what());
  }
}

}  // namespace tenon::bridge
