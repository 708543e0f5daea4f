// SPDX-License-Identifier: Apache-2.0
//
// The choosers of the calling thread, one per topic, so that no record waits for another thread and
// plugins have their state per thread and topic. They end with the thread.
//
// They hang on a pthread key and not on a thread_local with a destructor: those of the main thread
// are destroyed before the handlers of exit() run, and an application may well flush its producer
// there. A key's value is made anew when it is needed again.
#pragma once

#include <memory>
#include <unordered_map>

#include "bridge/chooser.h"

namespace tenon::bridge {

class ThreadChoosers {
 public:
  static ThreadChoosers& of_this_thread();

  // The chooser of the topic; null if no on_send has introduced the handle. The pointer is good
  // until the next call.
  Chooser* find(const rd_kafka_topic_t* handle);
  // The same, for on_send: the handle stands for the topic `name` of the client with that route.
  Chooser* introduce(const rd_kafka_topic_t* handle, const std::shared_ptr<const Route>& route,
                     std::string_view name);

 private:
  void drop_outdated(uint64_t generation);

  std::unordered_map<const rd_kafka_topic_t*, std::unique_ptr<Chooser>> choosers_;
  uint64_t generation_ = 0;
  // The last one that was found: most threads write one topic after the other.
  const rd_kafka_topic_t* last_handle_ = nullptr;
  Chooser* last_ = nullptr;
};

}  // namespace tenon::bridge
