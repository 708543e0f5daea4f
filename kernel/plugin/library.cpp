// SPDX-License-Identifier: Apache-2.0
//
// The one file that knows Boost.DLL.
#define BOOST_DLL_USE_STD_FS
#include "plugin/library.h"

#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <exception>
#include <map>
#include <mutex>

namespace tenon::plugin {

namespace {

// Every symbol is resolved now, so that a missing one refuses the library instead of ending the
// process at the first call. Boost.DLL has no name for RTLD_NODELETE, but passes it on; with it the
// library stays mapped even where a handle is closed by mistake.
constexpr auto kLoadMode = static_cast<boost::dll::load_mode::type>(
    static_cast<unsigned>(boost::dll::load_mode::rtld_now) |
    static_cast<unsigned>(boost::dll::load_mode::rtld_local) | RTLD_NODELETE);

// Never destroyed: at exit, plugins may still be called by what is destroyed later.
struct Registry {
  std::mutex mutex;
  std::map<std::string, boost::dll::shared_library> libraries;  // under mutex
};

Registry& registry() {
  static auto* const leaked = new Registry;
  return *leaked;
}

}  // namespace

Result<const tn_module*> open_library(const std::string& path) {
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  try {
    auto it = open.libraries.find(path);
    // The overload that throws is the one that keeps the loader's explanation.
    if (it == open.libraries.end())
      it = open.libraries.emplace(path, boost::dll::shared_library(path, kLoadMode)).first;
    return &it->second.get<const tn_module>(TN_MODULE_SYMBOL);
  } catch (const std::exception& error) {
    return fail(Errc::kPluginRefused, path, std::string("cannot be loaded: ") + error.what());
  }
}

}  // namespace tenon::plugin
