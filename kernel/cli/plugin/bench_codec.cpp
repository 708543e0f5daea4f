// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <chrono>
#include <set>

#include "cli/plugin/benchmark.h"
#include "conformance/codec_kit.hpp"

namespace tenon::cli {
namespace {

namespace kit = sdk::conformance;
using Clock = std::chrono::steady_clock;

constexpr size_t kContentBytes = 1 << 20;  // a large batch of records
constexpr auto kTimeMin = std::chrono::milliseconds(100);

// Megabytes of content per second, over as many calls as take long enough to tell.
template <class Call>
double speed_of(Call&& call) {
  call();  // warm up
  size_t calls = 0;
  const auto start = Clock::now();
  while (Clock::now() - start < kTimeMin) {
    call();
    ++calls;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return static_cast<double>(calls * kContentBytes) / 1e6 / seconds;
}

// The instance's own, and up to five of those that the option "level" allows.
std::vector<int32_t> levels_of(const tn_descriptor& descriptor) {
  std::set<int32_t> levels;
  for (uint32_t i = 0; i < descriptor.n_options; ++i) {
    const tn_option& option = kit::option_at(descriptor, i);
    if (std::string_view(option.name) != "level" || option.min >= option.max) continue;
    const int64_t min = std::max<int64_t>(option.min, 1);
    for (int64_t step = 0; step < 5; ++step)
      levels.insert(static_cast<int32_t>(min + (option.max - min) * step / 4));
  }
  std::vector<int32_t> all = {TN_LEVEL_OWN};
  all.insert(all.end(), levels.begin(), levels.end());
  return all;
}

Measurement measure(const kit::CodecKit& codec, const char* name, const kit::Buffer& content,
                    int32_t level) {
  const kit::Buffer packed = codec.compress(content, level);
  const double size = static_cast<double>(std::max<size_t>(packed.size(), 1));
  const std::string label =
      level == TN_LEVEL_OWN ? "its own level" : fmt::format("level {}", level);
  return {
      fmt::format("{}, {}", name, label),
      {{"compress", speed_of([&] { (void)codec.compress(content, level); }), "MB/s"},
       {"decompress", speed_of([&] { (void)codec.decompress(packed, content.size()); }), "MB/s"},
       {"ratio", static_cast<double>(content.size()) / size, "x"}}};
}

}  // namespace

std::vector<Measurement> measure_codec(const tn_descriptor& descriptor,
                                       const OptionTexts& options) {
  const kit::TestHost host;
  const kit::CodecKit codec(host, descriptor, options);
  const kit::Buffer text = kit::make_content(kit::Content::kText, kContentBytes);
  const kit::Buffer noise = kit::make_content(kit::Content::kRandom, kContentBytes);
  std::vector<Measurement> measurements;
  for (const int32_t level : levels_of(descriptor)) {
    measurements.push_back(measure(codec, "text", text, level));
    measurements.push_back(measure(codec, "noise", noise, level));
  }
  return measurements;
}

}  // namespace tenon::cli
