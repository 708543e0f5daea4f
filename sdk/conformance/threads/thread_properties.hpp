// SPDX-License-Identifier: Apache-2.0
//
// The tags [thread & state] of the headers as properties: the plugin asks its host only while its
// instance is alive, and the kit calls each function of the plugin on threads that its tag allows,
// at once where the tag says so: create and destroy on two that load plugins, states and contexts
// handed from one thread to another, everything tagged `any` on four at the same time. Properties
// of one descriptor; see property.hpp.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "conformance/assignor/assignor_kit.hpp"
#include "conformance/codec_kit.hpp"
#include "conformance/creation.hpp"
#include "conformance/partitioner_kit.hpp"
#include "conformance/property.hpp"
#include "conformance/threads/watched_host.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {
namespace detail {

// --- calls of the host --------------------------------------------------------------------------

// Lives one life on `host`, with a second thread; what the host saw of it afterwards.
inline std::string watch_life(const Subject& subject, WatchedHost& host, const tn_config* config) {
  const size_t threads = Holdings::now().threads;
  void* self = nullptr;
  tn_error error = new_error();
  const bool made = subject.descriptor->create(host.get(), config, &self, &error) == TN_OK;
  if (made) {
    exercise(*subject.descriptor, self);
    std::thread([&] { exercise(*subject.descriptor, self); }).join();
    subject.descriptor->destroy(self);
  }
  host.end_life();
  (void)subject.descriptor->get_interface("");
  wait_for_threads_above(threads);
  const std::string wrong = host.wrong();
  if (wrong.empty()) return "";
  return wrong + (made ? " when destroy had returned" : " when create had failed");
}

inline std::string check_host_calls(Subject& subject) {
  // Not ended before the process: a thread that is still there may call once more.
  static auto* hosts = new std::vector<std::unique_ptr<WatchedHost>>();
  const auto live = [&](const tn_config* config, const char* hidden) {
    hosts->push_back(std::make_unique<WatchedHost>(subject.seed));
    if (hidden != nullptr) hosts->back()->inner().hide_extension(hidden);
    return watch_life(subject, *hosts->back(), config);
  };
  const TestConfig config(*subject.descriptor, subject.options);
  std::string wrong = live(config.get(), nullptr);
  for (const char* id : kExtensions)
    if (wrong.empty()) wrong = live(config.get(), id);
  for_each_edge(*subject.descriptor, subject.options, subject.seed,
                [&](const tn_config* edge, const std::string&) {
                  if (wrong.empty()) wrong = live(edge, nullptr);
                });
  return wrong;
}

// --- calls of the plugin ------------------------------------------------------------------------

// Runs work(number) on `n` threads that begin together; the first text that is not empty.
inline std::string on_threads(size_t n, const std::function<std::string(size_t)>& work) {
  std::vector<std::string> wrong(n);
  std::vector<std::thread> threads;
  std::atomic<size_t> ready{0};
  for (size_t number = 0; number < n; number++) {
    threads.emplace_back([&, number] {
      ready++;
      while (ready < n) std::this_thread::yield();
      wrong[number] = work(number);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& one : wrong)
    if (!one.empty()) return one;
  return "";
}

// partition_batch and on_new_batch on four threads at once; a state wanders from thread to thread,
// and ends on another. That partition itself does is agrees_between_threads.
class PartitionerThreads {
 public:
  PartitionerThreads(const tn_partitioner& api, void* self) : api_(api), self_(self), topic_(17) {
    for (const std::string& key : keys_) records_.push_back(keyed_record(key));
    for (const tn_record& record : records_) pointers_.push_back(&record);
    std::thread([&] { expected_ = batch(nullptr); }).join();
  }

  std::string check() {
    std::vector<void*> states(kThreads, nullptr);
    for (void*& state : states)
      if (api_.new_state != nullptr) state = api_.new_state(self_);
    std::string wrong;
    for (size_t turn = 0; turn < 2 && wrong.empty(); turn++)
      wrong = on_threads(kThreads, [&](size_t i) { return use(states[(i + turn) % kThreads]); });
    for (void* state : states)
      if (state != nullptr) std::thread([&] { api_.free_state(self_, state); }).join();
    return wrong;
  }

 private:
  static constexpr size_t kThreads = 4;
  static constexpr int kRounds = 20;

  std::vector<int32_t> batch(void* state) const {
    std::vector<int32_t> answers(pointers_.size(), INT32_MIN);
    if (TN_HAS(&api_, tn_partitioner, partition_batch))
      api_.partition_batch(self_, state, topic_.get(), pointers_.data(), pointers_.size(),
                           answers.data());
    return answers;
  }
  std::string use(void* state) const {
    const bool stateful = (api_.flags & TN_PARTITIONER_STATEFUL) != 0;
    for (int round = 0; round < kRounds; round++) {
      if (api_.on_new_batch != nullptr) api_.on_new_batch(self_, state, topic_.get(), 3);
      if (batch(state) != expected_ && !stateful)
        return "partition_batch answers otherwise on several threads at once";
    }
    return "";
  }

  const tn_partitioner& api_;
  void* self_;
  TestTopic topic_;
  std::vector<std::string> keys_ = PartitionerKit::sample_keys();
  std::vector<tn_record> records_;
  std::vector<const tn_record*> pointers_;
  std::vector<int32_t> expected_;
};

// A context wanders from thread to thread, and ends on another. Calls at once are
// keeps_contexts_apart.
inline std::string check_codec_threads(const tn_codec& api, void* self) {
  if (api.new_context == nullptr) return "";
  const Buffer content = make_content(Content::kText, 20000);
  const tn_bytes src = CodecKit::view(content);
  Buffer packed, out(content.size());
  size_t size = 0;
  tn_error error = new_error();
  void* context = nullptr;
  std::thread([&] { context = api.new_context(self); }).join();
  if (context == nullptr) return "";
  std::thread([&] { packed.resize(api.bound(self, content.size())); }).join();
  std::thread([&] {
    (void)api.compress(self, context, &src, 1, TN_LEVEL_OWN, packed.data(), packed.size(), &size,
                       &error);
  }).join();
  packed.resize(std::min(size, packed.size()));
  std::thread([&] {
    (void)api.decompress(self, context, CodecKit::view(packed), out.data(), out.size(), &size,
                         &error);
  }).join();
  std::thread([&] { api.free_context(self, context); }).join();
  return out == content ? "" : "a context that another thread made does not work";
}

// One call at a time, each from another thread.
inline std::string check_assignor_threads(const tn_assignor& api, void* self) {
  const TestGroup group = TestGroup::equal(5, 3, 7);
  const TestAnswer first = TestInput(group).call(api, self);
  for (int i = 0; i < 4; i++) {
    const std::string wrong = on_threads(1, [&](size_t) {
      const TestAnswer answer = TestInput(group).call(api, self);
      if (!answer.wrong().empty()) return answer.wrong();
      return std::string(answer.readers == first.readers ? "" : "another thread, another answer");
    });
    if (!wrong.empty()) return wrong;
  }
  return "";
}

inline std::string use_on_threads(const tn_descriptor& descriptor, void* self) {
  const auto table = [&](const char* id) { return descriptor.get_interface(id); };
  if (descriptor.kind == TN_PARTITIONER) {
    const auto* api = static_cast<const tn_partitioner*>(table(TN_PARTITIONER_ID));
    return api == nullptr ? "" : PartitionerThreads(*api, self).check();
  }
  if (descriptor.kind == TN_CODEC) {
    const auto* api = static_cast<const tn_codec*>(table(TN_CODEC_ID));
    return api == nullptr ? "" : check_codec_threads(*api, self);
  }
  const auto* api = static_cast<const tn_assignor*>(table(TN_ASSIGNOR_ID));
  return api == nullptr ? "" : check_assignor_threads(*api, self);
}

// [any & loaded]
inline std::string check_interfaces(const tn_descriptor& descriptor) {
  static const char* const kIds[] = {"", TN_PARTITIONER_ID, TN_CODEC_ID, TN_ASSIGNOR_ID};
  std::vector<const void*> expected;
  for (const char* id : kIds) expected.push_back(descriptor.get_interface(id));
  return on_threads(4, [&](size_t) {
    for (int round = 0; round < 1000; round++)
      for (size_t i = 0; i < expected.size(); i++)
        if (descriptor.get_interface(kIds[i]) != expected[i])
          return "get_interface(\"" + std::string(kIds[i]) + "\") changes its answer";
    return std::string();
  });
}

inline std::string check_threads(Subject& subject) {
  const TestHost host(JobMode::kDeferred, subject.seed);
  const TestConfig config(*subject.descriptor, subject.options);
  void* self = nullptr;
  tn_error error = new_error();
  tn_code code = TN_OK;
  std::thread([&] {
    code = subject.descriptor->create(host.get(), config.get(), &self, &error);
  }).join();
  if (code != TN_OK) return std::string("create fails on another thread: ") + error.message;
  std::string wrong = check_interfaces(*subject.descriptor);
  if (wrong.empty()) wrong = use_on_threads(*subject.descriptor, self);
  std::thread([&] { subject.descriptor->destroy(self); }).join();
  return wrong;
}

}  // namespace detail

inline Properties thread_properties() {
  return {
      {"calls_the_host_while_alive",
       "Of the host nothing is called, and no job waits, after destroy or a create that failed",
       detail::check_host_calls},
      {"serves_every_thread",
       "Each function on every thread that its tag allows, at once where it may",
       detail::check_threads},
  };
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
