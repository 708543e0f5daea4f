// SPDX-License-Identifier: Apache-2.0
//
// Sends records through librdkafka and counts what became of them.
//
//   happy path      send() queues, poll() and flush() bring the deliveries, tally() adds up
//   failure modes   queue full: send() waits for room. A record that is too large, or that no
//                   broker takes in time: counted, the first reason kept. When nobody takes
//                   records any more, or after a fatal error of the idempotent producer, the rest
//                   is dropped and counted: see Tally::gave_up
//
// One thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/client/client.h"
#include "cli/produce/record_lines.h"

namespace tenon::cli {

struct ProducerOptions {
  int acks = -1;  // -1 = all in sync, and no duplicates; 1 = the leader; 0 = none
  std::string codec = "none";
  std::vector<std::pair<std::string, std::string>> headers{};
};

struct Tally {
  int64_t delivered = 0;
  int64_t bytes = 0;  // keys and values of what was delivered
  int64_t failed = 0;
  std::string first_reason{};
  bool gave_up = false;                 // nobody takes records any more: more of them are of no use
  std::vector<int64_t> by_partition{};  // delivered
};

class Producer {
 public:
  static Outcome<std::unique_ptr<Producer>> connect(const Shell& shell,
                                                    const ProducerOptions& options);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  const Client& client() const { return *client_; }
  // Must be called before send.
  void set_topic(const TopicMetadata& topic);
  // Queues a copy of the record.
  void send(int32_t partition, const LineRecord& record, int64_t timestamp_ms);
  void poll() { client_->poll(0); }
  // Waits for everything that is queued, or until librdkafka gives it up.
  void flush();
  const Tally& tally() const { return tally_; }

 private:
  Producer() = default;
  static void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* self);
  void count_failure(rd_kafka_resp_err_t error, std::string reason);
  void drop();  // what is queued and what is on its way
  KafkaError enqueue(int32_t partition, const LineRecord& record, int64_t timestamp_ms);

  std::unique_ptr<Client> client_;
  TopicHandle topic_;
  Owned<rd_kafka_headers_t, rd_kafka_headers_destroy> headers_;
  Tally tally_;
};

}  // namespace tenon::cli
