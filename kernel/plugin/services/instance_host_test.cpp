// SPDX-License-Identifier: Apache-2.0
#include "plugin/services/instance_host.h"

#include <gtest/gtest.h>

#include "base/sim_scheduler.h"
#include "plugin/host.h"
#include "plugin/watch/call_scope.h"

namespace tenon::plugin {
namespace {

class InstanceHostTest : public testing::Test {
 protected:
  template <class T>
  const T* extension(const char* id) {
    return static_cast<const T*>(host_.view()->get_extension(host_.view(), id));
  }
  std::string logged(int32_t level, std::string_view text) {
    testing::internal::CaptureStderr();
    host_.view()->log(host_.view(), level, text.data(), text.size());
    flush_log();
    return testing::internal::GetCapturedStderr();
  }

  SimScheduler scheduler_;
  SeededRandom random_{1};
  Extensions extensions_{{.clock = &scheduler_.clock(), .random = &random_, .pool = &scheduler_}};
  InstanceHost host_{extensions_, "codec gzip"};
};

TEST_F(InstanceHostTest, the_host_says_its_abi_and_version) {
  EXPECT_EQ(host_.view()->struct_size, sizeof(tn_host));
  EXPECT_EQ(host_.view()->abi_major, TN_ABI_MAJOR);
  EXPECT_EQ(host_.view()->version, tenon_version());
}

TEST_F(InstanceHostTest, the_clock_is_the_brokers) {
  const auto* clock = extension<tn_host_clock>(TN_HOST_CLOCK_ID);
  const int64_t before = clock->monotonic_ns(clock->ctx);
  scheduler_.advance(std::chrono::milliseconds(5));
  EXPECT_EQ(clock->monotonic_ns(clock->ctx) - before, 5'000'000);
  EXPECT_EQ(clock->wall_ms(clock->ctx), scheduler_.clock().wall_ms());
}

TEST_F(InstanceHostTest, randomness_is_the_brokers) {
  const auto* random = extension<tn_host_random>(TN_HOST_RANDOM_ID);
  SeededRandom same(1);
  EXPECT_EQ(random->next(random->ctx), same.next());
  EXPECT_EQ(random->next(random->ctx), same.next());
}

TEST_F(InstanceHostTest, the_checksum_is_crc32c) {
  const auto* checksum = extension<tn_host_checksum>(TN_HOST_CHECKSUM_ID);
  EXPECT_EQ(checksum->crc32c(0, "123456789", 9), 0xe3069283u);
}

TEST_F(InstanceHostTest, work_runs_later_on_the_pool) {
  const auto* executor = extension<tn_host_executor>(TN_HOST_EXECUTOR_ID);
  int ran = 0;
  executor->submit(executor->ctx, [](void* arg) { ++*static_cast<int*>(arg); }, &ran);
  EXPECT_EQ(ran, 0);
  scheduler_.run();
  EXPECT_EQ(ran, 1);
}

TEST_F(InstanceHostTest, a_job_is_a_call_of_the_plugin_that_submitted_it) {
  static constexpr Suspect kSegment{"storage segment 1.0.0", "/p.so"};
  const auto* executor = extension<tn_host_executor>(TN_HOST_EXECUTOR_ID);
  PluginCall seen;
  const auto look = [](void* arg) { *static_cast<PluginCall*>(arg) = current_call(); };
  {
    const CallScope flush(&kSegment, "flush");
    executor->submit(executor->ctx, look, &seen);
  }
  scheduler_.run();
  EXPECT_EQ(seen.suspect, &kSegment);
  EXPECT_STREQ(seen.function, "job");
}

TEST_F(InstanceHostTest, what_the_host_lacks_is_null) {
  EXPECT_EQ(extension<void>("tenon.net/1"), nullptr);
  EXPECT_EQ(extension<void>(nullptr), nullptr);
  EXPECT_NE(extension<void>(TN_HOST_FS_ID), nullptr);
  const Extensions none{HostServices{}};
  for (const char* id : {TN_HOST_CLOCK_ID, TN_HOST_RANDOM_ID, TN_HOST_EXECUTOR_ID})
    EXPECT_EQ(none.find(id), nullptr) << id;
}

TEST_F(InstanceHostTest, a_line_carries_the_name_of_its_instance) {
  EXPECT_NE(logged(TN_LOG_WARN, "level 12 is slow").find("codec gzip: level 12 is slow"),
            std::string::npos);
}

TEST_F(InstanceHostTest, a_plugin_cannot_flood_the_log) {
  testing::internal::CaptureStderr();
  const auto warn = [this] { host_.view()->log(host_.view(), TN_LOG_WARN, "again", 5); };
  for (uint32_t i = 0; i < 3 * InstanceHost::kLogLinesPerSecond; ++i) warn();
  scheduler_.advance(std::chrono::seconds(1));
  warn();
  flush_log();
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(text, '\n'), InstanceHost::kLogLinesPerSecond + 1);
  EXPECT_NE(text.find("codec gzip: again (20 lines of it left out before)"), std::string::npos);
}

TEST_F(InstanceHostTest, a_plugin_cannot_forge_a_second_line) {
  const std::string text = logged(TN_LOG_ERROR, "a\nb\rc\x1b[31m");
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace tenon::plugin
