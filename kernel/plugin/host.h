// SPDX-License-Identifier: Apache-2.0
//
// The plugin host: finds the libraries that a configuration names, refuses what must not run, makes
// the instances and keeps them.
//
//   find    path, or <directory>/<kind>-<name>.so; the same name in two directories is refused
//   trust   nobody else could have written it, all the way from the root (load/trust.h)
//   copy    into sealed memory, hash, compare with the pin (load/image.h)
//   verify  a shared library for this machine that exports tenon_module
//   note    what the library says it is: ABI, kind, name, sanitizers; no code of it has run so far
//   open    never closed again
//   check   the datum, which must agree with the note, then every option of the TOML table against
//           the declared ones
//   create  only when there is no problem with any plugin
//
// A partitioner, a codec or an assignor can be exchanged while the broker runs: the new library
// goes the same way, with the same table of the configuration, and its instance takes over between
// two calls. If anything is wrong with it, the old one stays as it was.
//
// Threads: load, check and destruction on one thread; the getters, swap and the instances from any;
// swaps run one after the other. The host outlives everything that was made through its instances
// (logs, leases, partitioner states).
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "config/problem.h"
#include "config/settings.h"
#include "plugin/assignor/assignor.h"
#include "plugin/codec.h"
#include "plugin/info.h"
#include "plugin/load/note.h"
#include "plugin/load/trust.h"
#include "plugin/partitioner.h"
#include "plugin/storage.h"
#include "plugin/watch/crash_book.h"

namespace tenon::plugin {

// What instances are given. All of it outlives the host.
struct HostServices {
  const Clock* clock = nullptr;
  Random* random = nullptr;           // calls are serialised by the host
  BlockingPool* pool = nullptr;       // null = no tenon.executor/1
  const Trust* trust = nullptr;       // null = that of the program
  MetricRegistry* metrics = nullptr;  // null = calls are not counted
  CrashBook* crash_book = nullptr;    // null = nothing is remembered from start to start
};

// Why a configuration is checked.
enum class CheckFor {
  kReport,  // everything that is wrong counts
  kStart,   // what can be told before any code of a plugin runs, but for what a start leaves out
};

// What runs for one table of the configuration.
struct LoadedPlugin : PluginInfo {  // its `path` is the file that the library was copied from
  std::string sha256;
  uint64_t generation = 1;  // one more after each swap
  int64_t since_ms = 0;     // wall clock
};

struct PluginSwap {
  LoadedPlugin before;
  LoadedPlugin after;
};

class PluginHost {
 public:
  using Problems = std::vector<config::Problem>;

  // Everything of `settings`, or every problem of every plugin, sorted.
  static std::expected<std::unique_ptr<PluginHost>, Problems> load(
      const config::PluginSettings& settings, const HostServices& services);
  // All the checks of load, creating nothing. What load would leave out by on_fault or in safe mode
  // is a problem all the same.
  static Problems check(const config::PluginSettings& settings);
  // The same, and whether there is a codec for what [topic.defaults] asks for. The latter is not
  // said while a codec has problems of its own: it may be the one. For a start no library is
  // opened, and so neither options nor the wire ids of codecs are known yet: a crash of a library
  // while it is opened has to be counted, and load does that.
  static Problems check(const config::Settings& settings, CheckFor purpose);
  // What the library at `path` says it is, after all checks that need no code of it to run.
  static Result<Note> identify(const std::string& path);
  // All that the library at `path` holds, with its options. Loads it, after the same checks.
  static Result<std::vector<PluginInfo>> inspect(const std::string& path);
  // A library found in one of the directories, and what it says it is or why it cannot be used.
  struct Available {
    std::string path;
    Result<Note> note;
  };
  // Every `*.so` of the directories, ordered by path. No code of theirs runs.
  static std::vector<Available> available(const std::vector<std::string>& directories);

  // That nothing is loaded for what [topic.defaults] asks for.
  std::optional<config::Problem> codec_problem(const config::Settings& settings) const;

  ~PluginHost();  // destroys the instances, last made first
  PluginHost(const PluginHost&) = delete;
  PluginHost& operator=(const PluginHost&) = delete;

  // Null if no such plugin is configured.
  const StorageEngine* storage(std::string_view name) const;
  const Partitioner* partitioner(std::string_view name) const;
  const Assignor* assignor(std::string_view name) const;
  const Codecs& codecs() const;
  // What runs now, in the order of the configuration.
  std::vector<LoadedPlugin> list() const;
  std::vector<std::string> storage_names() const;
  std::vector<std::string> assignor_names() const;

  // Exchanges a plugin for what the library at `path` holds under the same kind and name. The file
  // lies in a plugin directory, or in the folder that the table's own `path` names. Blocks: for
  // workers. kPluginMissing: no such plugin is loaded, no such file; kPluginRefused and
  // kPluginFailed: why the old one stays. Logs one line either way.
  Result<PluginSwap> swap(std::string_view kind, std::string_view name, const std::string& path);

 private:
  struct State;
  explicit PluginHost(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tenon::plugin
