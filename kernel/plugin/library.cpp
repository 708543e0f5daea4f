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
#include <utility>

namespace tenon::plugin {

namespace {

// Every symbol is resolved now, so that a missing one refuses the library instead of ending the
// process at the first call. Boost.DLL has no name for RTLD_NODELETE, but passes it on; with it the
// library stays mapped even where a handle is closed by mistake.
constexpr auto kLoadMode = static_cast<boost::dll::load_mode::type>(
    static_cast<unsigned>(boost::dll::load_mode::rtld_now) |
    static_cast<unsigned>(boost::dll::load_mode::rtld_local) | RTLD_NODELETE);

// The image goes with its library: the loader knows it by its path, which lasts as long.
struct Library {
  Image image;
  boost::dll::shared_library handle;
};

// A file that a library was opened from.
struct Source {
  FileState state;
  std::string sha256;
};

// Never destroyed: at exit, plugins may still be called by what is destroyed later.
struct Registry {
  std::mutex mutex;
  std::map<std::string, Library> libraries;           // by SHA-256; under mutex
  std::map<std::pair<dev_t, ino_t>, Source> sources;  // under mutex
};

Registry& registry() {
  static auto* const leaked = new Registry;
  return *leaked;
}

// The loader names the path in memory; people know the file.
std::string in_terms_of_the_file(std::string words, const Image& image) {
  for (size_t at = 0; (at = words.find(image.path(), at)) != std::string::npos;) {
    words.replace(at, image.path().size(), image.origin());
    at += image.origin().size();
  }
  return words;
}

}  // namespace

Result<const tn_module*> open_library(Image image) {
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  auto it = open.libraries.find(image.sha256());
  const FileState from = image.source();
  try {
    if (it == open.libraries.end()) {
      // The overload that throws is the one that keeps the loader's explanation.
      boost::dll::shared_library handle(image.path(), kLoadMode);
      const std::string sum = image.sha256();
      it = open.libraries.emplace(sum, Library{std::move(image), std::move(handle)}).first;
    }
    open.sources[{from.device, from.inode}] = {from, it->first};
    return &it->second.handle.get<const tn_module>(TN_MODULE_SYMBOL);
  } catch (const std::exception& error) {
    const Image& meant = it == open.libraries.end() ? image : it->second.image;
    return fail(Errc::kPluginRefused, meant.origin(),
                "cannot be loaded: " + in_terms_of_the_file(error.what(), meant));
  }
}

std::optional<Image> open_image(const TrustedFile& file) {
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  const auto source = open.sources.find({file.state.device, file.state.inode});
  if (source == open.sources.end() || source->second.state != file.state) return std::nullopt;
  return open.libraries.at(source->second.sha256).image.of(file);
}

bool is_library_open(const std::string& sha256) {
  Registry& open = registry();
  const std::lock_guard lock(open.mutex);
  return open.libraries.contains(sha256);
}

}  // namespace tenon::plugin
