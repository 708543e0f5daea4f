// SPDX-License-Identifier: Apache-2.0
//
// The way of one request through the rooms, for the test that asserts it. A room on that way says
// where it is entered and where its answer leaves; with no observer, which is always so in a
// broker, a point costs one relaxed load and a branch.
//
// Threads: points on any; the observer is called on the thread of the point. set_trace_observer
// before what is to be observed begins, and again with null after it has ended.
#pragma once

#include <atomic>

namespace tenon {

enum class TraceWay { kIn, kOut };

// `file` is the source file without its extension, "log/log", and lives for ever.
using TraceObserver = void (*)(TraceWay way, const char* file);

namespace detail {
inline std::atomic<TraceObserver> trace_observer{nullptr};
}

inline void set_trace_observer(TraceObserver observer) {
  detail::trace_observer.store(observer, std::memory_order_relaxed);
}

inline void trace(TraceWay way, const char* file) {
  const auto observer = detail::trace_observer.load(std::memory_order_relaxed);
  if (observer != nullptr) [[unlikely]] {
    observer(way, file);
  }
}

}  // namespace tenon
