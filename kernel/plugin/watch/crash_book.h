// SPDX-License-Identifier: Apache-2.0
//
// What a broker remembers of starts that a plugin ended, so that a library that crashes again and
// again is set aside instead of keeping the broker down: after three starts in a row that it ended,
// a plugin is quarantined. A start is over when it has settled: after a while of service, or when
// the broker stops in order.
//
// A file of lines, appended to and never synced: it outlives the process, which is all it is for.
//
//   start                                    a broker starts
//   opening LABEL FINGERPRINT                it opens the plugin's library, whose constructors run
//   calling LABEL FINGERPRINT                it calls the plugin's create
//   returned                                 ... which came back
//   tenon died of ...                        the last words (last_words.h)
//   quarantined LABEL FINGERPRINT REASON     kept when a start settles
//
// LABEL is "kind name version"; FINGERPRINT tells two builds of one version apart. A start is
// blamed on the plugin that its last words name, or else on the call that never returned. Lines
// that make no sense are passed over: the book may cost a plugin its place, never a broker its
// start.
//
// Only a start writes of plugins here: a crash during a swap is no crash of a start, so a swap asks
// for the verdict, and no more.
//
// One thread, but for verdict, which reads what was there at the start: any, beside the others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tenon::plugin {

// One build of a plugin.
struct PluginBuild {
  std::string label;        // "partitioner acme-geo 1.2.0"
  std::string fingerprint;  // of its library, no spaces
  bool operator==(const PluginBuild&) const = default;
};

class CrashBook {
 public:
  static constexpr uint32_t kCrashesMax = 3;

  // Opens or makes the file, whose folder must be there. kIo.
  static Result<CrashBook> open(const std::string& path);
  CrashBook(CrashBook&& other) noexcept;
  CrashBook& operator=(CrashBook&&) = delete;
  CrashBook(const CrashBook&) = delete;
  ~CrashBook();

  // Why this build must not be loaded, and what to do; nothing if it may.
  std::optional<std::string> verdict(const PluginBuild& build) const;

  // A start begins; what the book holds of earlier ones counts until settle().
  void start();
  // Before a library is opened, before a create is called, and after either.
  void opening(const PluginBuild& build);
  void calling(const PluginBuild& build);
  void returned();
  // The start went well: earlier crashes are forgotten, quarantines are not.
  void settle();

  // Where the last words go, too. Open as long as the book.
  int fd() const { return fd_; }

 private:
  struct Quarantine {
    PluginBuild build;
    std::string reason;
  };

  CrashBook(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  void read(std::string_view text);
  void write(std::string_view line) const;

  std::string path_;
  int fd_;
  std::vector<Quarantine> quarantines_;
};

}  // namespace tenon::plugin
