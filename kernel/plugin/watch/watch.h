// SPDX-License-Identifier: Apache-2.0
//
// What the host watches of one plugin while it is called: how often each of its functions is
// called, how many calls fail, how long they take, and, should the process die, whose call it was.
//
//   tenon_plugin_calls_total{kind,plugin,function}    tenon_plugin_errors_total{...}
//   tenon_plugin_call_seconds{...}                    of functions that work on more than a record,
//                                                     and of a sample of the others
//
// A Watch lives as long as the handle that it is for, and longer than every call; a swap gives it
// the new version's name. Counting is lock-free, from any thread.
#pragma once

#include <atomic>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"
#include "plugin/watch/call_scope.h"
#include "tenon/plugin.h"

namespace tenon::plugin {

// The series of one function; all null where nobody looks.
struct CallMeter {
  const char* function = "";  // a literal
  Counter* calls = nullptr;
  Counter* errors = nullptr;
  Histogram* seconds = nullptr;
};

class Watch {
 public:
  // Watches nothing but whose call it is: for handles of tests and of the command line.
  Watch() = default;
  // `metrics` and `clock`, if they are given, outlive it.
  Watch(std::string kind, std::string name, MetricRegistry* metrics, const Clock* clock)
      : kind_(std::move(kind)), name_(std::move(name)), metrics_(metrics), clock_(clock) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Looked up once per handle and kept. `function` is a literal.
  CallMeter meter(const char* function) const;
  // The same without the time that a call takes.
  CallMeter counter(const char* function) const;

  const Suspect* suspect() const { return suspect_.load(std::memory_order_relaxed); }
  void set_suspect(const Suspect* suspect) { suspect_.store(suspect, std::memory_order_relaxed); }
  const Clock* clock() const { return clock_; }

  // For handles that nobody watches.
  static const Watch& none();

 private:
  std::string kind_;
  std::string name_;
  MetricRegistry* metrics_ = nullptr;
  const Clock* clock_ = nullptr;
  std::atomic<const Suspect*> suspect_{nullptr};
};

// Does the code say that something is wrong, rather than that there is nothing, or no room?
bool is_fault(tn_code code);

// One call through the ABI: from here to the end of the scope.
class WatchedCall {
 public:
  WatchedCall(const Watch& watch, const CallMeter& meter)
      : scope_(watch.suspect(), meter.function), meter_(meter), clock_(watch.clock()) {
    if (meter_.seconds && clock_) began_ = clock_->now();
  }
  WatchedCall(const WatchedCall&) = delete;
  WatchedCall& operator=(const WatchedCall&) = delete;
  ~WatchedCall() {
    if (meter_.calls) meter_.calls->add();
    if (meter_.seconds && clock_) meter_.seconds->observe(clock_->now() - began_);
  }

  // Counts what the call came to, and passes it on.
  tn_code operator()(tn_code code) const {
    if (is_fault(code)) count_error();
    return code;
  }
  // The plugin has broken its promise, whatever its code says.
  void count_error() const {
    if (meter_.errors) meter_.errors->add();
  }

 private:
  CallScope scope_;
  const CallMeter& meter_;
  const Clock* clock_;
  MonoTime began_{};
};

}  // namespace tenon::plugin
