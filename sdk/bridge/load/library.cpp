// SPDX-License-Identifier: Apache-2.0
#include "bridge/load/library.h"

#include <dirent.h>
#include <dlfcn.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "bridge/load/elf.h"
#include "bridge/load/module_check.h"
#include "bridge/load/note_check.h"
#include "bridge/load/words.h"

namespace tenon::bridge {

namespace {

constexpr std::string_view kPrefix = "partitioner-";
constexpr std::string_view kSuffix = ".so";

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
struct Free {
  void operator()(char* text) const { std::free(text); }
};

Error refusal(const std::string& path, const std::string& reason) {
  return {TN_E_UNSUPPORTED, path + ": " + reason};
}

// Without links, or "" with errno.
std::string canonical(const std::string& path) {
  const std::unique_ptr<char, Free> real(::realpath(path.c_str(), nullptr));
  return real ? real.get() : "";
}

bool is_writable_by_all(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & S_IWOTH) != 0;
}

// The file that the path leads to, if it may be trusted.
Result<std::string> check_file(const std::string& given) {
  const std::string path = canonical(given);
  if (path.empty()) return Error(TN_E_NOT_FOUND, given + ": " + std::strerror(errno));
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode))
    return refusal(path, "it is not a regular file");
  const std::string advice = " is writable by everyone, who could replace the plugin: chmod o-w ";
  if (is_writable_by_all(path)) return refusal(path, "it" + advice + path);
  const std::string folder = path.substr(0, std::max<size_t>(path.rfind('/'), 1));
  if (is_writable_by_all(folder)) return refusal(path, "its folder" + advice + folder);
  return path;
}

// The names of the partitioners that lie in the directories.
std::vector<std::string> names_in(const std::vector<std::string>& directories) {
  std::vector<std::string> names;
  for (const std::string& directory : directories) {
    const std::unique_ptr<DIR, CloseDirectory> open(::opendir(directory.c_str()));
    while (const dirent* entry = open ? ::readdir(open.get()) : nullptr) {
      const std::string_view file(entry->d_name);
      if (file.size() <= kPrefix.size() + kSuffix.size() || file.find(kPrefix) != 0) continue;
      if (file.substr(file.size() - kSuffix.size()) != kSuffix) continue;
      names.emplace_back(
          file.substr(kPrefix.size(), file.size() - kPrefix.size() - kSuffix.size()));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<const tn_module*> open_module(const std::string& path) {
  if (auto checked = check_shared_library(path); !checked)
    return refusal(path, checked.error().text());
  if (auto checked = check_note(path); !checked) return refusal(path, checked.error().text());
  // Every symbol is resolved now, so that a missing one refuses the library instead of ending the
  // application at the first record. The handle is dropped: the library stays.
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* said = ::dlerror();
    return refusal(path, std::string("cannot be loaded: ") + (said ? said : "no reason given"));
  }
  const auto* module = static_cast<const tn_module*>(::dlsym(library, TN_MODULE_SYMBOL));
  if (module == nullptr) return refusal(path, "it exports no tenon_module");
  if (auto checked = check_module(*module); !checked) return refusal(path, checked.error().text());
  return module;
}

Result<const tn_descriptor*> pick(const tn_module& module, const std::string& name,
                                  const std::string& path) {
  std::vector<const tn_descriptor*> partitioners;
  std::vector<std::string> held;
  for (uint32_t i = 0; i < module.n_descriptors; ++i) {
    const tn_descriptor* descriptor = module.descriptors[i];
    if (descriptor->kind != TN_PARTITIONER) continue;
    if (descriptor->name == name) return descriptor;
    partitioners.push_back(descriptor);
    held.push_back("\"" + std::string(descriptor->name) + "\"");
  }
  if (partitioners.empty()) return refusal(path, "it holds no partitioner");
  if (!name.empty())
    return refusal(path, "it holds " + join(held, ", ") + ", not \"" + name + "\"");
  return partitioners.front();
}

Result<const tn_partitioner*> functions_of(const tn_descriptor& descriptor,
                                           const std::string& path) {
  const auto* table =
      static_cast<const tn_partitioner*>(descriptor.get_interface(TN_PARTITIONER_ID));
  if (table == nullptr) return refusal(path, "it has no interface " TN_PARTITIONER_ID);
  const bool makes_state = TN_HAS(table, tn_partitioner, new_state);
  const bool frees_state = TN_HAS(table, tn_partitioner, free_state);
  if (!TN_HAS(table, tn_partitioner, partition) || makes_state != frees_state)
    return refusal(path, "its interface " TN_PARTITIONER_ID " is incomplete");
  const uint32_t more = table->flags & (TN_PARTITIONER_NEEDS_VALUE | TN_PARTITIONER_NEEDS_HEADERS);
  if (more != 0) {
    return refusal(path, std::string("partitioner \"") + descriptor.name + "\" reads " +
                             (more == TN_PARTITIONER_NEEDS_HEADERS ? "headers" : "values") +
                             " of records, but librdkafka shows a partitioner the key only");
  }
  return table;
}

}  // namespace

bool is_path(std::string_view plugin) {
  const bool suffixed =
      plugin.size() > kSuffix.size() && plugin.substr(plugin.size() - kSuffix.size()) == kSuffix;
  return suffixed || plugin.find('/') != std::string_view::npos;
}

Result<std::string> find_library(const std::string& plugin,
                                 const std::vector<std::string>& directories) {
  if (is_path(plugin)) return check_file(plugin.front() == '/' ? plugin : "./" + plugin);
  const std::string file = std::string(kPrefix) + plugin + std::string(kSuffix);
  std::vector<std::string> found;
  for (const std::string& directory : directories) {
    std::string path = canonical(directory + "/" + file);
    // One file that two directories lead to is one file.
    const bool is_new = !path.empty() && std::find(found.begin(), found.end(), path) == found.end();
    if (is_new) found.push_back(std::move(path));
  }
  if (found.empty()) {
    return Error(TN_E_NOT_FOUND, "there is no " + file + " in " + join(directories, " or ") +
                                     did_you_mean(plugin, names_in(directories)));
  }
  if (found.size() > 1)
    return Error(TN_E_UNSUPPORTED, "there are two, " + join(found, " and ") + ": say the path");
  return check_file(found.front());
}

Result<Found> open_partitioner(const std::string& path, const std::string& name) {
  const auto module = open_module(path);
  if (!module) return module.error();
  const auto descriptor = pick(**module, name, path);
  if (!descriptor) return descriptor.error();
  const auto functions = functions_of(**descriptor, path);
  if (!functions) return functions.error();
  return Found{path, *descriptor, *functions};
}

}  // namespace tenon::bridge
