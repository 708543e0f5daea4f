// SPDX-License-Identifier: Apache-2.0
#include "plugin/watch/watch.h"

#include <gtest/gtest.h>

namespace tenon::plugin {
namespace {

class WatchTest : public testing::Test {
 protected:
  bool exposes(std::string_view line) const {
    return metrics_.expose().find(std::string(line) + "\n") != std::string::npos;
  }

  MetricRegistry metrics_;
  ManualClock clock_;
  Watch watch_{"codec", "zstd", &metrics_, &clock_};
};

TEST_F(WatchTest, a_call_is_counted_and_timed) {
  const CallMeter meter = watch_.meter("compress");
  {
    const WatchedCall call(watch_, meter);
    clock_.advance(std::chrono::milliseconds(2));
    EXPECT_EQ(call(TN_OK), TN_OK);
  }
  const std::string labels = "{kind=\"codec\",plugin=\"zstd\",function=\"compress\"}";
  EXPECT_TRUE(exposes("tenon_plugin_calls_total" + labels + " 1"));
  EXPECT_TRUE(exposes("tenon_plugin_errors_total" + labels + " 0"));
  EXPECT_TRUE(exposes("tenon_plugin_call_seconds_sum" + labels + " 0.002"));
}

TEST_F(WatchTest, only_what_is_wrong_is_an_error) {
  const CallMeter meter = watch_.meter("decompress");
  for (const tn_code code : {TN_E_CORRUPT, TN_E_PANIC, TN_E_LIMIT, TN_E_NOT_FOUND, TN_E_AGAIN}) {
    const WatchedCall call(watch_, meter);
    EXPECT_EQ(call(code), code);
  }
  EXPECT_EQ(meter.errors->value(), 2u);
  EXPECT_EQ(meter.calls->value(), 5u);
}

TEST_F(WatchTest, a_call_is_that_of_the_version_that_runs) {
  static constexpr Suspect kOld{"codec zstd 1.0.0", "/old.so"};
  static constexpr Suspect kNew{"codec zstd 1.1.0", "/new.so"};
  const CallMeter meter = watch_.meter("compress");
  watch_.set_suspect(&kOld);
  {
    const WatchedCall call(watch_, meter);
    EXPECT_EQ(current_call().suspect, &kOld);
    EXPECT_STREQ(current_call().function, "compress");
  }
  watch_.set_suspect(&kNew);
  const WatchedCall call(watch_, meter);
  EXPECT_EQ(current_call().suspect, &kNew);
}

TEST_F(WatchTest, a_handle_that_nobody_watches_costs_nothing_and_works) {
  const CallMeter meter = Watch::none().meter("append");
  const WatchedCall call(Watch::none(), meter);
  EXPECT_EQ(call(TN_E_IO), TN_E_IO);
}

TEST_F(WatchTest, what_takes_no_time_worth_knowing_is_only_counted) {
  EXPECT_EQ(watch_.counter("release").seconds, nullptr);
}

}  // namespace
}  // namespace tenon::plugin
