// SPDX-License-Identifier: Apache-2.0
//
// Runs the assignor kit on the example, and what is special about it. Takes the built library's
// path.

#include <cstdio>

#include "conformance/kits.hpp"

using namespace tenon::conformance;

namespace {

int failures = 0;

void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what.c_str());
  failures++;
}

bool refuses(TestHost& host, const char* weights) {
  try {
    const AssignorKit kit(host, *find_descriptor("weighted"), {{"weights", weights}});
  } catch (const tenon::Error& error) {
    return error.code() == TN_E_CONFIG;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  TestHost host;
  const AssignorKit kit(host, *find_descriptor("weighted"), {{"weights", "big=3, small=1"}});
  expect(check_library(argv[1]).empty(), "the library is sound");
  for (const Property& property : properties_of(*find_descriptor("weighted"))) {
    Subject subject;
    subject.descriptor = find_descriptor("weighted");
    subject.options = {{"weights", "big=3, small=1"}};
    const std::string wrong = examine(property, subject);
    expect(wrong.empty(), property.name + std::string(": ") + wrong);
  }

  TestGroup group = TestGroup::equal(3, 2, 10);
  group.members[0].rack = "big";
  group.members[1].rack = "small";  // and the third does not say
  std::map<std::string, uint32_t> loads = kit.assign(group).loads(group);
  expect(loads["m0000"] == 12 && loads["m0001"] == 4 && loads["m0002"] == 4, "3 to 1 to 1");
  group.members[0].topics = {"t0000"};
  loads = kit.assign(group).loads(group);
  expect(loads["m0000"] <= 10 && loads["m0001"] == loads["m0002"], "only what it subscribes to");
  for (const char* weights : {"big", "big=", "big=0", "big=x", "big=12345"})
    expect(refuses(host, weights), std::string(weights) + " is refused");
  std::printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
