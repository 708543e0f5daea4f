// SPDX-License-Identifier: Apache-2.0
#include "plugin/watch/call_scope.h"

#include <gtest/gtest.h>

#include <thread>

namespace tenon::plugin {
namespace {

constexpr Suspect kOuter{"storage segment 1.0.0", "/p/storage-segment.so"};
constexpr Suspect kInner{"codec zstd 1.0.0", "/p/codec-zstd.so"};

TEST(CallScope, names_the_call_that_the_thread_is_in) {
  EXPECT_EQ(current_call().suspect, nullptr);
  {
    const CallScope outer(&kOuter, "append");
    EXPECT_EQ(current_call().suspect, &kOuter);
    {
      const CallScope inner(&kInner, "compress");
      EXPECT_STREQ(current_call().function, "compress");
    }
    EXPECT_STREQ(current_call().function, "append");
  }
  EXPECT_EQ(current_call().suspect, nullptr);
}

TEST(CallScope, is_of_one_thread) {
  const CallScope here(&kOuter, "append");
  const Suspect* elsewhere = &kInner;
  std::thread([&elsewhere] { elsewhere = current_call().suspect; }).join();
  EXPECT_EQ(elsewhere, nullptr);
}

}  // namespace
}  // namespace tenon::plugin
