// SPDX-License-Identifier: Apache-2.0
#include "bridge/thread_choosers.h"

#include <pthread.h>

#include <new>

namespace tenon::bridge {

namespace {

thread_local ThreadChoosers* current = nullptr;

void end_of_thread(void* choosers) {
  current = nullptr;
  delete static_cast<ThreadChoosers*>(choosers);
}

pthread_key_t thread_key() {
  static const pthread_key_t key = [] {
    pthread_key_t made{};
    if (::pthread_key_create(&made, &end_of_thread) != 0) throw std::bad_alloc();
    return made;
  }();
  return key;
}

}  // namespace

ThreadChoosers& ThreadChoosers::of_this_thread() {
  if (current != nullptr) return *current;
  auto made = std::make_unique<ThreadChoosers>();
  if (::pthread_setspecific(thread_key(), made.get()) != 0) throw std::bad_alloc();
  current = made.release();
  return *current;
}

Chooser* ThreadChoosers::find(const rd_kafka_topic_t* handle) {
  TopicTable& table = TopicTable::instance();
  if (const uint64_t generation = table.generation(); generation != generation_)
    drop_outdated(generation);
  if (handle == last_handle_) return last_;
  const auto it = choosers_.find(handle);
  Chooser* found = it != choosers_.end() ? it->second.get() : nullptr;
  if (found == nullptr) {
    std::shared_ptr<Topic> topic = table.find(handle);
    if (!topic) return nullptr;
    found =
        choosers_.emplace(handle, std::make_unique<Chooser>(std::move(topic))).first->second.get();
  }
  last_handle_ = handle;
  last_ = found;
  return found;
}

Chooser* ThreadChoosers::introduce(const rd_kafka_topic_t* handle,
                                   const std::shared_ptr<const Route>& route,
                                   std::string_view name) {
  const Chooser* known = find(handle);
  if (known == nullptr || known->topic().route != route || known->topic().name != name)
    TopicTable::instance().introduce(handle, route, name);
  return find(handle);
}

void ThreadChoosers::drop_outdated(uint64_t generation) {
  last_handle_ = nullptr;
  last_ = nullptr;
  for (auto it = choosers_.begin(); it != choosers_.end();) {
    const bool current_topic = TopicTable::instance().find(it->first).get() == &it->second->topic();
    it = current_topic ? std::next(it) : choosers_.erase(it);
  }
  generation_ = generation;
}

}  // namespace tenon::bridge
