// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/elf.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "plugin/testing_folder.h"

namespace tenon::plugin {
namespace {

#if defined(__x86_64__)
constexpr const char* kMachineName = "x86_64";
#elif defined(__aarch64__)
constexpr const char* kMachineName = "aarch64";
#else
constexpr const char* kMachineName = "riscv64";
#endif

std::string content_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// Why the file is no plugin, its note left aside.
std::string refusal(const std::string& path) {
  auto file = ElfFile::open(path);
  if (!file) return file.error().detail;
  const auto checked = file->check_datum();
  return checked ? "accepted" : checked.error().detail;
}

class ElfTest : public testing::Test {
 protected:
  std::string refusal_of(std::string_view content) {
    return refusal(folder_.write("x.so", content));
  }

  TestingFolder folder_;
  std::string good_ = content_of(fixture_path("partitioner-fixed.so"));
};

TEST_F(ElfTest, a_plugin_passes) {
  EXPECT_EQ(refusal_of(good_), "accepted");
}

TEST_F(ElfTest, what_is_no_elf_file_is_told) {
  EXPECT_EQ(refusal_of(""), "it is not a shared library (ELF)");
  EXPECT_EQ(refusal_of("#!/bin/sh\n"), "it is not a shared library (ELF)");
  EXPECT_EQ(refusal_of(std::string(1000, 'x')), "it is not a shared library (ELF)");
}

TEST_F(ElfTest, a_library_without_the_datum_is_told_without_opening_it) {
  EXPECT_EQ(refusal(fixture_path("partitioner-no-datum.so")),
            "it exports no tenon_module, so it is not a Tenon plugin");
  EXPECT_EQ(refusal(fixture_path("partitioner-wrong-datum.so")), "its tenon_module is too short");
}

TEST_F(ElfTest, a_program_is_not_a_plugin) {
  EXPECT_EQ(refusal("/proc/self/exe"), "it exports no tenon_module, so it is not a Tenon plugin");
}

TEST_F(ElfTest, another_machine_is_told) {
  const std::string ours = std::string(", this machine is ") + kMachineName;
  const auto as = [&](char bits, char order, std::string_view machine) {
    std::string other = good_;
    other[4] = bits;
    other[5] = order;
    other.replace(18, 2, machine);
    return refusal_of(other);
  };
  EXPECT_EQ(as(2, 1, {"\x03\x01", 2}), "it is built for machine 259" + ours);
  EXPECT_EQ(as(2, 2, {"\0\x16", 2}), "it is built for s390x" + ours);
  EXPECT_EQ(as(1, 1, {"\x28\0", 2}), "it is built for arm" + ours);
#ifdef __x86_64__
  EXPECT_EQ(as(2, 1, {"\xb7\0", 2}), "it is built for aarch64, this machine is x86_64");
#endif
}

TEST_F(ElfTest, a_file_cut_anywhere_is_refused) {
  for (size_t length = 0; length < good_.size(); length += 97)
    EXPECT_NE(refusal_of(good_.substr(0, length)), "accepted") << length;
}

TEST_F(ElfTest, damage_is_survived) {
  for (size_t at = 0; at < 64; ++at) {
    std::string damaged = good_;
    damaged[at] = '\xff';
    refusal_of(damaged);  // whatever it says, it returns
  }
}

TEST_F(ElfTest, lying_section_tables_are_refused) {
  for (size_t at = 0x28; at < 0x30; ++at) good_[at] = '\xff';  // e_shoff
  EXPECT_EQ(refusal_of(good_), "its section table is damaged");
}

}  // namespace
}  // namespace tenon::plugin
