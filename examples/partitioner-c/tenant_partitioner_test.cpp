// SPDX-License-Identifier: Apache-2.0
//
// Runs the partitioner kit on the example, and what is special about it. Takes the built library's
// path.

#include <cstdio>
#include <set>

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

// The partitions to which a hundred keys of one tenant go.
std::set<int32_t> partitions_of(const PartitionerKit& kit, const std::string& tenant) {
  const TestTopic topic(100);
  std::set<int32_t> partitions;
  for (int i = 0; i < 100; i++)
    partitions.insert(kit.keyed(tenant + ":" + std::to_string(i), topic));
  return partitions;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const TestHost host;
  const PartitionerKit kit(host, "tenant");
  expect_fine(check_library(argv[1]));
  expect_fine(kit.check_range());

  // The same in every language (examples/partitioner-c, examples/partitioner-rust).
  const char* const keys[] = {"tenant-7:order-1", "tenant-7:order-2", "acme:x", "", ":", "acme"};
  const int32_t golden[] = {26, 25, 16, 62, 62, 18};
  for (size_t i = 0; i < 6; i++)
    expect(kit.keyed(keys[i], TestTopic(100)) == golden[i],
           std::string("the partition of ") + keys[i]);

  expect(partitions_of(kit, "t1").size() == 4, "a tenant has four partitions");
  expect(partitions_of(kit, "t1") != partitions_of(kit, "t2"), "another tenant, other partitions");
  expect(kit.keyless(TestTopic(100)) == TN_PARTITION_ANY, "no key, no tenant");
  const PartitionerKit narrow(host, "tenant", {{"spread", "1"}});
  expect(partitions_of(narrow, "t1").size() == 1, "spread = 1 keeps a tenant in order");
  expect(narrow.keyed("t1", TestTopic(100)) == *partitions_of(narrow, "t1").begin(),
         "a key without a colon is its tenant");
  std::printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
