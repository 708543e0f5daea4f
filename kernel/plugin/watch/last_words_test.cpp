// SPDX-License-Identifier: Apache-2.0
#include "plugin/watch/last_words.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "plugin/testing_folder.h"

namespace tenon::plugin {
namespace {

using testing::KilledBySignal;

const Suspect* geo() {
  static const Suspect* const suspect =
      make_suspect("partitioner acme-geo 1.2.0", "/opt/acme/partitioner-acme-geo.so");
  return suspect;
}

[[noreturn]] void fault() {
  volatile int* const nowhere = nullptr;
  *nowhere = 1;
  ::abort();
}

TEST(LastWords, a_fault_outside_of_plugins_is_the_brokers) {
  EXPECT_EXIT(
      {
        install_last_words();
        fault();
      },
      KilledBySignal(SIGSEGV), "^tenon died of SIGSEGV at address 0x0, in no plugin\n$");
}

TEST(LastWords, a_fault_during_a_call_names_plugin_and_function) {
  EXPECT_EXIT(
      {
        install_last_words();
        const CallScope call(geo(), "create");
        ::abort();
      },
      KilledBySignal(SIGABRT),
      "tenon died of SIGABRT, during a call of partitioner acme-geo 1.2.0, function create "
      ".*/opt/acme/partitioner-acme-geo.so");
}

TEST(LastWords, a_fault_in_the_code_of_a_library_names_it_and_where) {
  EXPECT_EXIT(
      {
        install_last_words();
        announce_library(reinterpret_cast<const void*>(&fault), geo());
        fault();
      },
      KilledBySignal(SIGSEGV),
      "in the code of partitioner acme-geo 1.2.0 .*partitioner-acme-geo.so\\+0x[0-9a-f]+");
}

TEST(LastWords, the_call_tells_which_plugin_of_a_library_it_was) {
  EXPECT_EXIT(
      {
        install_last_words();
        announce_library(reinterpret_cast<const void*>(&fault), geo());
        const CallScope call(make_suspect("codec acme 1.0.0", geo()->path), "compress");
        fault();
      },
      KilledBySignal(SIGSEGV), "in the code of codec acme 1.0.0, function compress");
}

TEST(LastWords, a_suspect_is_made_once) {
  EXPECT_EQ(make_suspect("partitioner acme-geo 1.2.0", geo()->path), geo());
  EXPECT_NE(make_suspect("partitioner acme-geo 1.2.0", "/opt/other.so"), geo());
  EXPECT_NE(make_suspect("partitioner acme-geo 1.3.0", geo()->path), geo());
}

TEST(LastWords, they_go_to_the_second_place_too) {
  const TestingFolder folder;
  const std::string path = folder.write("book", "");
  EXPECT_EXIT(
      {
        FILE* book = ::fopen(path.c_str(), "a");
        install_last_words();
        copy_last_words_to(::fileno(book));
        const CallScope call(geo(), "create");
        fault();
      },
      KilledBySignal(SIGSEGV), "acme-geo");
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_TRUE(text.str().starts_with("tenon died of SIGSEGV at address 0x0, during a call of "));
  EXPECT_TRUE(text.str().ends_with(")\n"));
}

void ignore(int /*signal*/) {}

TEST(LastWords, a_handler_that_was_there_is_left_alone) {
  struct sigaction there{};
  there.sa_handler = ignore;
  struct sigaction before{}, after{};
  ASSERT_EQ(::sigaction(SIGFPE, &there, &before), 0);
  install_last_words();
  ASSERT_EQ(::sigaction(SIGFPE, &before, &after), 0);
  EXPECT_EQ(after.sa_handler, ignore);
}

TEST(LastWords, an_address_is_found_in_its_library_only) {
  announce_library(reinterpret_cast<const void*>(&fault), geo());
  EXPECT_EQ(find_suspect(reinterpret_cast<const void*>(&ignore)), geo());
  int on_the_stack = 0;
  EXPECT_EQ(find_suspect(&on_the_stack), nullptr);
}

}  // namespace
}  // namespace tenon::plugin
