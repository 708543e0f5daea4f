// SPDX-License-Identifier: Apache-2.0
//
// What a conformance kit is made of: named properties, each a check that answers "" or a sentence
// that says what is wrong. `tenon plugin check` runs each in a process of its own;
// property_suite.hpp makes a GoogleTest test of each; a program without a test framework calls
// examine().
//
// A property stands alone: it makes the instances that it needs, and needs nothing of another
// property. What it draws at random comes from the subject's seed. One thread, except where a check
// runs threads of its own.
#pragma once

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "conformance/instance.hpp"
#include "tenon/plugin.h"

namespace tenon {
inline namespace sdk {
namespace conformance {

// What is examined, and what an examination finds besides right and wrong.
struct Subject {
  std::string path;                   // of the library
  const tn_module* module = nullptr;  // null for properties that open the library themselves
  const tn_descriptor* descriptor = nullptr;  // null for properties of the library as a whole
  TestConfig::Texts options{};                // over the defaults
  uint64_t seed = 1;
  std::string vectors{};  // a file of golden vectors, or ""

  std::vector<std::string> notes{};  // figures for people
  std::string not_applicable{};      // why the property does not apply, if it does not

  // Says why the property does not apply; `return subject.skip("...")`.
  std::string skip(std::string why) {
    not_applicable = std::move(why);
    return "";
  }
};

struct Property {
  const char* name;   // snake_case, and for good: scripts and tests know it
  const char* about;  // one sentence
  std::string (*check)(Subject& subject);
  int seconds_max = 20;  // a check that takes longer has failed
};
using Properties = std::vector<Property>;

// Runs one check. What it throws, such as the Error of a create that fails, is what is wrong.
inline std::string examine(const Property& property, Subject& subject) {
  try {
    return property.check(subject);
  } catch (const std::exception& error) {
    return std::string("an instance could not be made or used: ") + error.what();
  }
}

}  // namespace conformance
}  // namespace sdk
}  // namespace tenon
