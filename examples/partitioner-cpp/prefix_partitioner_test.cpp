// SPDX-License-Identifier: Apache-2.0
//
// Runs the partitioner kit on the example, and what is special about it. Takes the built library's
// path.

#include <cstdio>

#include "conformance/library.hpp"
#include "conformance/partitioner_kit.hpp"

using namespace tenon::conformance;

namespace {

int failures = 0;

void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what.c_str());
  failures++;
}

void expect_fine(const std::string& wrong) {
  expect(wrong.empty(), wrong);
}

bool refuses(const TestHost& host, const char* separator) {
  try {
    const PartitionerKit kit(host, "prefix", {{"separator", separator}});
  } catch (const tenon::Error& error) {
    return error.code() == TN_E_CONFIG;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const TestHost host;
  const PartitionerKit kit(host, "prefix");
  expect_fine(check_library(argv[1]));
  expect_fine(kit.check_range());
  expect_fine(kit.check_threads(host, "prefix"));

  const TestTopic topic(100);
  expect(kit.keyed("t1:a", topic) == kit.keyed("t1:b", topic), "one prefix, one partition");
  expect(kit.keyed("t1:a", topic) != kit.keyed("t2:a", topic), "another prefix, another partition");
  expect(kit.keyed("t1", topic) == kit.keyed("t1:a", topic), "a key without a separator");
  expect(refuses(host, "::"), "a separator of two characters is refused");
  std::printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
