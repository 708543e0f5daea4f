// SPDX-License-Identifier: Apache-2.0
//
// The kits as a program of their own, for a plugin that a sanitizer looks at: `tenon plugin check`
// cannot open such a library without the sanitizer's runtime, so tenon_test_plugin builds this one
// with it.
//
//   checker LIBRARY [--option NAME=VALUE]... [--skip PROPERTY]... [--seed N]
//
// Each property in a process of its own, with a time limit: the sanitizer's report, a crash, a hang
// or an exit fails that property alone. What a child prints comes before the line of its property.
// Exit code 0: every property holds. One thread.

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

#include "conformance/kits.hpp"

// The first finding ends the process, and so fails the property in which it was found.
extern "C" {
TN_EXPORT const char* __asan_default_options();
TN_EXPORT const char* __tsan_default_options();
TN_EXPORT const char* __ubsan_default_options();
const char* __asan_default_options() {
  return "detect_leaks=0";
}
const char* __tsan_default_options() {
  return "halt_on_error=1:exitcode=66:die_after_fork=0";
}
const char* __ubsan_default_options() {
  return "print_stacktrace=1";
}
}

namespace {

using namespace tenon::conformance;

constexpr int kPatience = 10;  // sanitized code is that much slower, in the worst case

struct Arguments {
  std::string library;
  TestConfig::Texts options;
  std::set<std::string> skipped;
  uint64_t seed = 1;
};

[[noreturn]] void exit_with_usage() {
  std::fprintf(stderr, "checker LIBRARY [--option NAME=VALUE] [--skip PROPERTY] [--seed N]\n");
  std::exit(2);
}

Arguments parse(int argc, char** argv) {
  Arguments parsed;
  for (int i = 1; i < argc; i++) {
    const std::string word = argv[i];
    if (word.compare(0, 2, "--") != 0) {
      parsed.library = word;
      continue;
    }
    if (++i == argc) exit_with_usage();
    const std::string value = argv[i];
    const size_t equals = value.find('=');
    if (word == "--option" && equals != std::string::npos) {
      parsed.options[value.substr(0, equals)] = value.substr(equals + 1);
    } else if (word == "--skip") {
      parsed.skipped.insert(value);
    } else if (word == "--seed") {
      parsed.seed = std::strtoull(argv[i], nullptr, 10);
    } else {
      exit_with_usage();
    }
  }
  if (parsed.library.empty()) exit_with_usage();
  return parsed;
}

// In the child: what is wrong, a NUL, and why it does not apply.
[[noreturn]] void examine_and_end(const Property& property, Subject subject, int report) {
  ::alarm(static_cast<unsigned>(property.seconds_max * kPatience));
  std::string found = "!" + examine(property, subject);
  found += '\0' + subject.not_applicable;
  const ssize_t written = ::write(report, found.data(), std::min<size_t>(found.size(), 4096));
  std::fflush(nullptr);
  ::_exit(written > 0 ? 0 : 1);
}

std::string describe_end(int status) {
  if (WIFEXITED(status))
    return "the process ended with exit code " + std::to_string(WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  if (number == SIGALRM) return "the process did not end in time";
  return "the process was killed by signal " + std::to_string(number);
}

// "" or what is wrong; prints the line of the property.
bool holds(const Property& property, const Subject& subject) {
  int ends[2];
  if (::pipe(ends) != 0) return false;
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) examine_and_end(property, subject, ends[1]);
  ::close(ends[1]);
  char report[4097] = "";
  const ssize_t size = ::read(ends[0], report, sizeof(report) - 1);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  const bool reported = size > 0 && report[0] == '!' && status == 0;
  const std::string wrong = reported ? report + 1 : describe_end(status);
  const char* skipped = reported ? report + std::strlen(report) + 1 : "";
  const char* verdict = !wrong.empty() ? "FAIL" : *skipped != '\0' ? "n/a " : "ok  ";
  std::printf("  %s  %s  %s\n", verdict, property.name, wrong.empty() ? skipped : wrong.c_str());
  return wrong.empty();
}

class Checker {
 public:
  explicit Checker(const Arguments& arguments) : arguments_(arguments) {
    subject_.path = arguments.library;
    subject_.seed = arguments.seed;
  }

  int run() {
    check(library_properties());
    subject_.module = find_module(arguments_.library);
    const std::string wrong =
        subject_.module == nullptr ? ::dlerror() : check_module(*subject_.module);
    if (!wrong.empty()) {
      std::printf("%s: %s\n", arguments_.library.c_str(), wrong.c_str());
      return 1;
    }
    for (uint32_t i = 0; i < subject_.module->n_descriptors; i++) check_plugin(i);
    std::printf("%d properties, %d fail; seed %llu\n", checked_, failed_,
                static_cast<unsigned long long>(arguments_.seed));
    return failed_ > 0 ? 1 : 0;
  }

 private:
  void check_plugin(uint32_t i) {
    subject_.descriptor = subject_.module->descriptors[i];
    subject_.options = arguments_.options;
    std::printf("%s %s\n", subject_.descriptor->name, subject_.descriptor->version);
    check(properties_of(*subject_.descriptor));
  }
  void check(const Properties& properties) {
    for (const Property& property : properties) {
      if (arguments_.skipped.count(property.name) > 0) continue;
      checked_++;
      failed_ += holds(property, subject_) ? 0 : 1;
    }
  }

  const Arguments& arguments_;
  Subject subject_;
  int checked_ = 0;
  int failed_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = parse(argc, argv);
  return Checker(arguments).run();
}
