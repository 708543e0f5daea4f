// SPDX-License-Identifier: Apache-2.0
//
// A broker of two shards inside the test program, with the real plugins, and client connections,
// one if nothing else is said, that speak to it in the wire's own words.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <string>

#include "broker/broker.h"
#include "net/testing/loopback.h"
#include "observation.h"
#include "plugin/check.h"
#include "record/builder.h"
#include "wire/admin/create_topics.h"
#include "wire/codec.h"
#include "wire/data/fetch.h"
#include "wire/data/produce.h"
#include "wire/header.h"

namespace tenon::testing {

constexpr int16_t kProduceVersion = 9;
constexpr int16_t kFetchVersion = 12;
constexpr int16_t kCreateTopicsVersion = 5;

class BrokerFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    Observation::this_thread_is_a_client();
    char folder[] = "/tmp/tenon-trace-XXXXXX";
    ASSERT_NE(mkdtemp(folder), nullptr);
    data_dir_ = folder;
    config::Overlay overlay;
    overlay.overrides = {"storage.data_dirs=" + data_dir_, "kafka.bind=127.0.0.1:0",
                         "http.bind=", "runtime.threads=2", "log.level=warn"};
    auto settings =
        plugin::load_settings(TENON_SOURCE_DIR "/configs/standalone.toml", std::move(overlay));
    ASSERT_TRUE(settings) << settings.error().front().message();
    auto started = broker::Broker::start(std::move(*settings));
    ASSERT_TRUE(started) << started.error().text();
    broker_ = std::move(*started);
    use_connection(0);
  }

  void TearDown() override {
    Observation::end();
    clients_.clear();
    if (broker_) EXPECT_TRUE(broker_->stop());
    broker_.reset();
    std::filesystem::remove_all(data_dir_);
  }

  // What follows is said over that connection, which is made when there are fewer.
  void use_connection(size_t index) {
    while (clients_.size() <= index) clients_.emplace_back(broker_->kafka().port);
    client_ = &clients_[index];
  }

  using Configs = std::vector<std::pair<std::string, std::string>>;
  // Two partitions, one on each shard, if nothing else is said.
  void create_topic(const std::string& name, const std::string& fsync, const Configs& configs = {},
                    int32_t partitions = 2) {
    wire::CreateTopicsRequest request{.timeout_ms = 10'000};
    request.topics.push_back({.name = name,
                              .num_partitions = partitions,
                              .replication_factor = 1,
                              .configs = {{.name = "tenon.fsync", .value = fsync}}});
    for (const auto& [key, value] : configs) {
      request.topics.back().configs.push_back({.name = key, .value = value});
    }
    send(std::move(request), kCreateTopicsVersion);
    const auto response = receive<wire::CreateTopicsResponse>(kCreateTopicsVersion);
    ASSERT_EQ(response.topics.at(0).error_code, 0);
  }

  // An uncompressed batch of `bytes` bytes of values in all, and of the same key, if any.
  static Bytes batch(int records, size_t bytes, std::optional<ByteView> key = std::nullopt) {
    const Bytes value(bytes / static_cast<size_t>(records), 'v');
    record::BatchBuilder builder;
    for (int i = 0; i < records; ++i) {
      builder.add({.timestamp_ms = 1'000, .key = key, .value = value});
    }
    return builder.build();
  }

  void send_produce(const std::string& topic, int32_t partition, Bytes& records) {
    wire::ProduceRequest request{.acks = -1, .timeout_ms = 10'000};
    request.topic_data.push_back(
        {.name = topic,
         .partition_data = {{.index = partition, .records = MutableBytes(records)}}});
    send(std::move(request), kProduceVersion);
  }
  int16_t produce(const std::string& topic, int32_t partition, Bytes records) {
    send_produce(topic, partition, records);
    return receive_produced();
  }
  int16_t receive_produced() {
    const auto response = receive<wire::ProduceResponse>(kProduceVersion);
    return response.responses.at(0).partition_responses.at(0).error_code;
  }

  void send_fetch(const std::string& topic, int32_t partition, int64_t offset) {
    wire::FetchRequest request{.max_wait_ms = 5'000, .min_bytes = 1, .max_bytes = 50 << 20};
    request.topics.push_back(
        {.topic = topic,
         .partitions = {
             {.partition = partition, .fetch_offset = offset, .partition_max_bytes = 10 << 20}}});
    send(std::move(request), kFetchVersion);
  }
  // The size of the response.
  size_t fetch(const std::string& topic, int32_t partition, int64_t offset) {
    send_fetch(topic, partition, offset);
    return receive_frame().size();
  }

  // What the way of one request allocates: the least of many tries, because buffers that grow and
  // timers of the broker come in between now and then.
  template <class F>
  static uint64_t allocations_of(F request) {
    uint64_t least = ~uint64_t{0};
    for (int i = 0; i < 30; ++i) {
      const uint64_t before = Observation::allocations();
      request();
      least = std::min(least, Observation::allocations() - before);
    }
    return least;
  }

  template <class M>
  void send(M message, int16_t version) {
    Bytes bytes;
    wire::encode_request_header({M::kApiKey, version, ++correlation_id_, "trace"}, bytes);
    const Bytes body = wire::encode_bytes(std::move(message), version);
    bytes.insert(bytes.end(), body.begin(), body.end());
    ASSERT_TRUE(client_->send_frame({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  }
  std::string receive_frame() {
    auto frame = client_->read_frame();
    EXPECT_TRUE(frame) << "the connection has ended";
    return frame.value_or(std::string());
  }
  template <class M>
  M receive(int16_t version) {
    const std::string frame = receive_frame();
    const size_t header = version >= M::kFlexibleSince ? 5 : 4;
    auto message = wire::decode<M>(as_bytes(frame).subspan(header), version);
    EXPECT_TRUE(message);
    return message ? std::move(*message) : M{};
  }

 private:
  std::string data_dir_;
  std::unique_ptr<broker::Broker> broker_;
  std::deque<net::testing::LoopbackClient> clients_;
  net::testing::LoopbackClient* client_ = nullptr;  // one of them
  int32_t correlation_id_ = 0;
};

}  // namespace tenon::testing
