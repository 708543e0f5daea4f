// SPDX-License-Identifier: Apache-2.0
//
// A museum piece in C++: options of several types, state per thread, records in batches, and a
// constructor that fails by throwing.
#include <tenon/hash.hpp>
#include <tenon/partitioner.hpp>

namespace {

constexpr const char* kDirections[] = {"up", "down", nullptr};

class Turning {
 public:
  static constexpr const char* kLicense = "Apache-2.0";
  static constexpr tn_option kOptions[] = {
      tenon::string_option("prefix", "Comes before every key.", "the long way round/"),
      tenon::enum_option("direction", "Which way it turns.", "up", kDirections),
      tenon::duration_option("pause", "Must not be a minute.", "5s"),
  };

  struct State {
    uint32_t turns = 0;
  };

  Turning(const tenon::Options& options, const tenon::Host& host)
      : prefix_(options.text("prefix")), down_(options.choice("direction") == 1) {
    if (options.duration_ms("pause") == 60000)
      throw tenon::Error(TN_E_CONFIG, "a minute is too long");
    host.log(TN_LOG_INFO, "turning " + options.text("direction"));
  }

  int32_t partition(State& state, const tenon::Topic& topic, const tenon::Record& record) const {
    const std::string text = prefix_ + std::string(record.key()->text());
    const auto n = static_cast<uint32_t>(topic.size());
    const uint32_t turned = state.turns % n;
    return static_cast<int32_t>(
        (tenon::crc32(std::string_view(text)) % n + (down_ ? n - turned : turned)) % n);
  }
  void partition_batch(State& state, const tenon::Topic& topic, const tenon::Records& records,
                       int32_t* partitions) const {
    for (size_t i = 0; i < records.size(); i++) partitions[i] = partition(state, topic, records[i]);
  }
  void on_new_batch(State& state, const tenon::Topic&, int32_t) const { state.turns++; }

 private:
  std::string prefix_;
  bool down_;
};

}  // namespace

TENON_PARTITIONER(Turning, "turning", "1.0.0", "By a hash that turns with every batch.")
