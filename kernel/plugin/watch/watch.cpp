// SPDX-License-Identifier: Apache-2.0
#include "plugin/watch/watch.h"

namespace tenon::plugin {

CallMeter Watch::counter(const char* function) const {
  if (!metrics_) return {.function = function};
  const MetricLabels labels{{"kind", kind_}, {"plugin", name_}, {"function", function}};
  return {
      .function = function,
      .calls = &metrics_->counter("tenon_plugin_calls_total", "Calls of a plugin", labels),
      .errors = &metrics_->counter("tenon_plugin_errors_total",
                                   "Calls of a plugin that failed or broke their promise", labels)};
}

CallMeter Watch::meter(const char* function) const {
  CallMeter meter = counter(function);
  if (metrics_) {
    meter.seconds =
        &metrics_->histogram("tenon_plugin_call_seconds", "Time in a call of a plugin",
                             {{"kind", kind_}, {"plugin", name_}, {"function", function}});
  }
  return meter;
}

const Watch& Watch::none() {
  static const Watch& nothing = *new Watch;
  return nothing;
}

bool is_fault(tn_code code) {
  switch (code) {
    case TN_OK:
    case TN_E_AGAIN:
    case TN_E_NOT_FOUND:
    case TN_E_NOSPACE:
    case TN_E_LIMIT:
      return false;
    default:
      return true;
  }
}

}  // namespace tenon::plugin
