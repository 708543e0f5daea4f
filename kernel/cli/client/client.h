// SPDX-License-Identifier: Apache-2.0
//
// A connection to a cluster: one librdkafka instance that has already had an answer from a broker,
// and the questions that most verbs ask. Nothing here waits longer than kAnswerMs for an answer,
// and a broker that refuses connections is reported sooner.
//
// Threads: one, which is also the one that gets the callbacks. Everything made through the client
// (topic handles, queues) must be gone before it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/client/handles.h"
#include "cli/failure.h"
#include "cli/shell.h"

namespace tenon::cli {

inline constexpr int kAnswerMs = 5000;

struct PartitionMetadata {
  int32_t id = 0;
  int32_t leader = -1;  // -1 = none
  std::vector<int32_t> replicas;
  std::vector<int32_t> isr;
};

struct TopicMetadata {
  std::string name;
  std::vector<PartitionMetadata> partitions;  // by id
};

struct Watermarks {
  int64_t start = 0;
  int64_t end = 0;
};

struct ClientOptions {
  rd_kafka_type_t type = RD_KAFKA_CONSUMER;  // also for administration: makes no topics by asking
  std::vector<std::pair<std::string, std::string>> properties{};  // -X wins over them
  // Of a producer: called by poll() for each delivered or failed record.
  void (*on_delivery)(rd_kafka_t*, const rd_kafka_message_t*, void*) = nullptr;
};

class Client {
 public:
  // Connected, or the sentence why not: kUnreachable with the address, kNotAllowed, kUsage for a
  // property that librdkafka does not take.
  static Outcome<std::unique_ptr<Client>> connect(const Shell& shell,
                                                  const ClientOptions& options = {});
  ~Client();  // does not leave a group: that is for the one who joined
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  rd_kafka_t* raw() const { return raw_; }
  // Serves callbacks; how many.
  int poll(int timeout_ms) const { return rd_kafka_poll(raw_, timeout_ms); }

  // kNotFound for a topic that is not there. Waits a little for one that is being created.
  Outcome<TopicMetadata> topic(const std::string& name) const;
  Outcome<std::vector<TopicMetadata>> topics() const;  // by name
  Outcome<Watermarks> watermarks(const std::string& topic, int32_t partition) const;

  // `what` failed: "topic orders". For lost connections it says where nobody answers, and why.
  Failure failure(rd_kafka_resp_err_t error, std::string_view what,
                  std::string_view reason = {}) const;
  // Has librdkafka said since the last call that no broker is connected?
  bool lost_all_brokers();

 private:
  Client() = default;
  static void on_error(rd_kafka_t*, int error, const char* reason, void* self);
  Outcome<> create(const Shell& shell, const ClientOptions& options);
  Outcome<> wait_for_answer() const;
  Failure unreachable() const;

  rd_kafka_t* raw_ = nullptr;
  std::string bootstrap_;
  // The latest that librdkafka reported on its own, and whether it was a refusal to let us in.
  std::string last_reason_;
  bool refused_ = false;
  bool all_brokers_down_ = false;
};

}  // namespace tenon::cli
