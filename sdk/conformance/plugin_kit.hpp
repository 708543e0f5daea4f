// SPDX-License-Identifier: Apache-2.0
//
// What every plugin must do, whatever its kind: how it is made and unmade, what it takes from its
// host, and what it leaves alone. Properties of one descriptor; see property.hpp.
#pragma once

#include <string>

#include "conformance/creation.hpp"
#include "conformance/library.hpp"
#include "conformance/process_state.hpp"
#include "conformance/property.hpp"

namespace tenon {
inline namespace sdk {
namespace conformance {
namespace detail {

inline constexpr const char* kExtensions[] = {
    TN_HOST_CLOCK_ID, TN_HOST_RANDOM_ID, TN_HOST_CHECKSUM_ID, TN_HOST_EXECUTOR_ID, TN_HOST_FS_ID};

inline std::string describe(const Creation& made) {
  return "code " + std::to_string(made.code) + (made.text.empty() ? "" : ": " + made.text);
}

// Calls visit(host, config, label) with every host and configuration that may make create fail.
template <class Visit>
void for_each_trial(const Subject& subject, Visit&& visit) {
  const TestConfig config(*subject.descriptor, subject.options);
  for (const char* id : kExtensions) {
    TestHost host;
    host.hide_extension(id);
    visit(host.get(), config.get(), std::string("without ") + id);
  }
  TestHost poor;
  poor.hide_extensions();
  visit(poor.get(), config.get(), "without any extension");
  const TestHost host;
  const auto at_edge = [&](const tn_config* edge, const std::string& label) {
    visit(host.get(), edge, "with " + label);
  };
  for_each_edge(*subject.descriptor, subject.options, subject.seed, at_edge);
}

inline std::string check_defaults(Subject& subject) {
  TestConfig::Texts needed;
  for (uint32_t i = 0; i < subject.descriptor->n_options; i++) {
    const tn_option& option = option_at(*subject.descriptor, i);
    const auto given = subject.options.find(option.name);
    if ((option.flags & TN_OPT_REQUIRED) != 0 && given != subject.options.end())
      needed.insert(*given);
  }
  const TestHost host;
  const TestConfig config(*subject.descriptor, needed);
  const Creation made = create_once(*subject.descriptor, host.get(), config.get());
  return made.code == TN_OK ? "" : "its own defaults are refused, " + describe(made);
}

// A plugin may refuse a value of its schema, for reasons that the schema cannot say, but not as if
// the host had broken the contract, and not by a bug of its own.
inline std::string check_option_edges(Subject& subject) {
  if (subject.descriptor->n_options == 0) return subject.skip("it has no options");
  const TestHost host;
  std::string wrong;
  const auto check = [&](const tn_config* config, const std::string& label) {
    const Creation made = create_once(*subject.descriptor, host.get(), config);
    if (made.code == TN_E_PANIC || made.code == TN_E_INVALID)
      wrong = label + " gives " + describe(made);
  };
  for_each_edge(*subject.descriptor, subject.options, subject.seed, check);
  return wrong;
}

inline std::string check_failed_creates(Subject& subject) {
  constexpr size_t kTimes = 200;
  std::string wrong;
  size_t failed = 0;
  const auto check = [&](const tn_host* host, const tn_config* config, const std::string& label) {
    if (create_once(*subject.descriptor, host, config).code == TN_OK) return;
    failed++;
    for (int i = 0; i < 10; i++) (void)create_once(*subject.descriptor, host, config);
    const Holdings before = Holdings::now();
    for (size_t i = 0; i < kTimes; i++) (void)create_once(*subject.descriptor, host, config);
    const std::string left = left_behind(before, kTimes);
    if (!left.empty() && wrong.empty()) wrong = "a create that fails " + label + " leaves " + left;
  };
  for_each_trial(subject, check);
  return failed > 0 ? wrong : subject.skip("nothing makes create fail");
}

inline std::string check_explanations(Subject& subject) {
  std::string wrong;
  size_t failed = 0;
  const auto check = [&](const tn_host* host, const tn_config* config, const std::string& label) {
    const Creation made = create_once(*subject.descriptor, host, config);
    failed += made.code == TN_OK ? 0 : 1;
    if (made.code != TN_OK && !made.explained)
      wrong = "create fails " + label + " with code " + std::to_string(made.code) + " and no text";
  };
  for_each_trial(subject, check);
  return failed > 0 ? wrong : subject.skip("nothing makes create fail");
}

inline std::string check_unknown_ids(Subject& subject) {
  for (const char* id : {"", "tenon.unknown/1", "tenon.partitioner/2", "tenon.codec/",
                         "com.example.unknown/1", "TENON.PARTITIONER/1"}) {
    if (subject.descriptor->get_interface(id) != nullptr)
      return std::string("get_interface answers \"") + id + "\", which it cannot know";
  }
  return "";
}

// Without an extension, create does without or says TN_E_UNSUPPORTED and which one it is.
inline std::string check_missing_extensions(Subject& subject) {
  const TestConfig config(*subject.descriptor, subject.options);
  for (const char* id : kExtensions) {
    TestHost host;
    host.hide_extension(id);
    const Creation made = create_once(*subject.descriptor, host.get(), config.get());
    if (made.code == TN_OK) continue;
    if (made.code != TN_E_UNSUPPORTED || made.text.find(id) == std::string::npos)
      return std::string("without ") + id + ", create must answer TN_E_UNSUPPORTED and name it, " +
             "not " + describe(made);
  }
  TestHost poor;
  poor.hide_extensions();
  const Creation made = create_once(*subject.descriptor, poor.get(), config.get());
  if (made.code == TN_OK || made.code == TN_E_UNSUPPORTED) return "";
  return "without any extension, create answers " + describe(made);
}

// What a plugin of version 1.0 was promised, and not a byte more.
inline std::string check_old_host(Subject& subject) {
  const TestHost host;
  const TestConfig config(*subject.descriptor, subject.options);
  EdgeStruct<tn_host> old_host(*host.get());
  EdgeConfig old_config(*config.get());
  EdgeStruct<tn_error> error(new_error());
  const Creation made =
      create_once(*subject.descriptor, {old_host.get(), old_config.get(), error.get()});
  return made.code == TN_OK ? "" : "under a host of version 1.0, create answers " + describe(made);
}

inline std::string check_new_host(Subject& subject) {
  constexpr size_t kMore = 64;
  const TestHost host;
  const TestConfig config(*subject.descriptor, subject.options);
  EdgeStruct<tn_host> new_host(*host.get(), sizeof(tn_host) + kMore);
  new_host.get()->abi_minor = 99;
  EdgeConfig new_config(*config.get(), sizeof(tn_config) + kMore);
  EdgeStruct<tn_error> error(new_error(), sizeof(tn_error) + kMore);
  const Creation made =
      create_once(*subject.descriptor, {new_host.get(), new_config.get(), error.get()});
  return made.code == TN_OK ? "" : "under a host of version 1.99, create answers " + describe(made);
}

#ifdef TN_MEMORY_SANITIZER_
inline constexpr bool kMemoryCanRunOut = false;  // a sanitizer's allocator ends the process then
#else
inline constexpr bool kMemoryCanRunOut = true;
#endif

// With nothing left, and with a little: so each allocation of create is the one that fails.
inline std::string check_no_memory(Subject& subject) {
  if (!kMemoryCanRunOut) return subject.skip("under a sanitizer, memory must not run out");
  const TestHost host;
  const TestConfig config(*subject.descriptor, subject.options);
  for (const size_t left : {0, 1100, 1500, 2048, 4096, 8192, 32768, 100000}) {
    tn_error error = new_error();
    void* self = nullptr;
    tn_code code = TN_OK;
    {
      const NoMemory none(left);
      code = subject.descriptor->create(host.get(), config.get(), &self, &error);
    }
    if (code == TN_OK) subject.descriptor->destroy(self);
  }
  return "";  // it lives
}

inline std::string check_threads_of_create(Subject& subject) {
  const TestHost host;
  const size_t before = Holdings::now().threads;
  const Instance instance(host, *subject.descriptor, subject.options);
  return Holdings::now().threads > before ? "create starts a thread" : "";
}

inline std::string check_silence(Subject& subject) {
  const TestHost host;
  CapturedOutput output;
  {
    const Instance instance(host, *subject.descriptor, subject.options);
    exercise(*subject.descriptor, instance.self());
  }
  const std::string text = output.text();
  return text.empty() ? "" : "it writes to standard output or error: " + text;
}

inline std::string check_process_state(Subject& subject) {
  const TestHost host;
  const ProcessState before = ProcessState::now();
  {
    const Instance instance(host, *subject.descriptor, subject.options);
    exercise(*subject.descriptor, instance.self());
    const std::string changed = before.changed();
    if (!changed.empty()) return "it changes " + changed;
  }
  const std::string changed = before.changed();
  return changed.empty() ? "" : "destroy changes " + changed;
}

inline std::string check_exit_of_use(Subject& subject) {
  if (is_in_this_program(subject.descriptor))
    return subject.skip("the plugin is linked into the program that checks it");
  return check_exit([&] {
    const TestHost host;
    const Instance instance(host, *subject.descriptor, subject.options);
    exercise(*subject.descriptor, instance.self());
    return static_cast<const void*>(subject.descriptor);
  });
}

inline std::string check_leaks(Subject& subject) {
  const auto use = [&](const Instance& instance) {
    exercise(*subject.descriptor, instance.self());
  };
  return check_lifecycle(*subject.descriptor, subject.options, 1000, use);
}

}  // namespace detail

inline Properties plugin_properties() {
  return {
      {"takes_its_defaults", "create accepts the defaults of its own options",
       detail::check_defaults},
      {"takes_options_at_their_edges", "Options at the edges of their schema are used or refused",
       detail::check_option_edges},
      {"fails_without_residue", "A create that fails leaves no file, thread, mapping or memory",
       detail::check_failed_creates},
      {"explains_failures", "A create that fails says why", detail::check_explanations},
      {"knows_no_unknown_interface", "get_interface answers null to ids that it does not know",
       detail::check_unknown_ids},
      {"copes_without_extensions", "Each extension of the host may be missing",
       detail::check_missing_extensions},
      {"works_under_an_old_host", "It reads no member that a host of version 1.0 lacks",
       detail::check_old_host},
      {"works_under_a_new_host", "Structs may be longer than it knows", detail::check_new_host},
      {"survives_no_memory", "create without memory fails and does not crash",
       detail::check_no_memory},
      {"starts_no_thread", "create starts no thread", detail::check_threads_of_create},
      {"writes_nothing", "It does not write to standard output or error", detail::check_silence},
      {"leaves_the_process_alone",
       "Signals, umask, locale, working directory and environment stay as they are",
       detail::check_process_state},
      {"runs_nothing_at_exit", "What an instance does calls no atexit", detail::check_exit_of_use},
      {"leaves_nothing_behind", "A thousand instances leave no file, thread, mapping or memory",
       detail::check_leaks},
  };
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
