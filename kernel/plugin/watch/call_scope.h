// SPDX-License-Identifier: Apache-2.0
//
// Which plugin the calling thread is in. The host and its handles open a scope around every call
// through the ABI, and while they open a library, so that last_words.h can name the plugin when the
// process dies in it, even where the fault is in the C library. Costs two stores to memory of the
// thread; any thread, and scopes may nest.
#pragma once

#include <utility>

namespace tenon::plugin {

// A plugin, as the last words name it. Never freed: it is read while the process dies.
struct Suspect {
  const char* label;  // "partitioner acme-geo 1.2.0"
  const char* path;   // of the library
};

struct PluginCall {
  const Suspect* suspect = nullptr;  // null = the thread is in no plugin
  const char* function = nullptr;    // a literal: "create"
};

namespace detail {
inline thread_local constinit PluginCall current_call;
}  // namespace detail

// The call that this thread is in.
inline const PluginCall& current_call() {
  return detail::current_call;
}

class CallScope {
 public:
  CallScope(const Suspect* suspect, const char* function)
      : outer_(std::exchange(detail::current_call, PluginCall{suspect, function})) {}
  ~CallScope() { detail::current_call = outer_; }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

 private:
  PluginCall outer_;
};

}  // namespace tenon::plugin
