// SPDX-License-Identifier: Apache-2.0

#include "cli/client/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/client/errors.h"

namespace tenon::cli {
namespace {

// Long enough for a second address of the same name (localhost is ::1 and 127.0.0.1).
constexpr int kFirstAnswerMs = 800;
constexpr int kTopicAppearsMs = 2000;

using Steady = std::chrono::steady_clock;

void print_log(const rd_kafka_t*, int, const char* facility, const char* text) {
  fmt::print(stderr, "librdkafka {}: {}\n", facility, text);
}

void drop_log(const rd_kafka_t*, int, const char*, const char*) {}

// The properties of every connection; -X and what a verb needs come behind them.
std::vector<std::pair<std::string, std::string>> all_properties(const Shell& shell,
                                                                const ClientOptions& options) {
  std::vector<std::pair<std::string, std::string>> all = {
      {"bootstrap.servers", shell.bootstrap},
      {"client.id", "tenon"},
      {"socket.connection.setup.timeout.ms", std::to_string(kAnswerMs)}};
  all.insert(all.end(), options.properties.begin(), options.properties.end());
  return all;
}

Outcome<> set(rd_kafka_conf_t* conf, const std::string& key, const std::string& value) {
  char reason[512] = "";
  if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), reason, sizeof reason) ==
      RD_KAFKA_CONF_OK)
    return {};
  return failed(kUsage, fmt::format("-X {}={}: {}", key, value, reason));
}

Outcome<> set_all(rd_kafka_conf_t* conf, const Shell& shell, const ClientOptions& options) {
  for (const auto& [key, value] : all_properties(shell, options)) {
    if (auto done = set(conf, key, value); !done) return done;
  }
  for (const std::string& property : shell.properties) {
    const size_t equals = property.find('=');
    if (equals == std::string::npos || equals == 0)
      return failed(kUsage, fmt::format("-X {}: is not key=value", property));
    auto done = set(conf, property.substr(0, equals), property.substr(equals + 1));
    if (!done) return done;
  }
  return {};
}

std::string conf_text(const rd_kafka_conf_t* conf, const char* key) {
  size_t size = 0;
  if (rd_kafka_conf_get(conf, key, nullptr, &size) != RD_KAFKA_CONF_OK) return {};
  std::string text(size, '\0');
  rd_kafka_conf_get(conf, key, text.data(), &size);
  text.resize(text.find('\0') == std::string::npos ? text.size() : text.find('\0'));
  return text;
}

TopicMetadata copy(const rd_kafka_metadata_topic_t& topic) {
  TopicMetadata copied{topic.topic, {}};
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const rd_kafka_metadata_partition_t& p = topic.partitions[i];
    copied.partitions.push_back(
        {p.id, p.leader, {p.replicas, p.replicas + p.replica_cnt}, {p.isrs, p.isrs + p.isr_cnt}});
  }
  std::ranges::sort(copied.partitions, {}, &PartitionMetadata::id);
  return copied;
}

// A topic that the question itself creates is there a moment later.
bool may_appear(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

}  // namespace

Outcome<std::unique_ptr<Client>> Client::connect(const Shell& shell, const ClientOptions& options) {
  std::unique_ptr<Client> client(new Client());
  if (auto made = client->create(shell, options); !made)
    return std::unexpected(std::move(made.error()));
  if (auto answered = client->wait_for_answer(); !answered)
    return std::unexpected(std::move(answered.error()));
  return client;
}

Outcome<> Client::create(const Shell& shell, const ClientOptions& options) {
  Owned<rd_kafka_conf_t, rd_kafka_conf_destroy> conf(rd_kafka_conf_new());
  if (auto done = set_all(conf.get(), shell, options); !done) return done;
  bootstrap_ = conf_text(conf.get(), "bootstrap.servers");
  if (bootstrap_.empty()) bootstrap_ = conf_text(conf.get(), "metadata.broker.list");
  rd_kafka_conf_set_log_cb(conf.get(), shell.verbose ? print_log : drop_log);
  rd_kafka_conf_set_error_cb(conf.get(), &Client::on_error);
  rd_kafka_conf_set_opaque(conf.get(), this);
  if (options.on_delivery) rd_kafka_conf_set_dr_msg_cb(conf.get(), options.on_delivery);
  char reason[512] = "";
  raw_ = rd_kafka_new(options.type, conf.get(), reason, sizeof reason);
  if (!raw_) return failed(kUsage, fmt::format("the client cannot be set up: {}", reason));
  (void)conf.release();  // now librdkafka's
  return {};
}

Client::~Client() {
  if (raw_) rd_kafka_destroy_flags(raw_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void Client::on_error(rd_kafka_t*, int error, const char* reason, void* self) {
  auto& client = *static_cast<Client*>(self);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    client.all_brokers_down_ = true;
    return;
  }
  client.last_reason_ = plain_reason(reason);
  client.refused_ = exit_code_for(static_cast<rd_kafka_resp_err_t>(error)) == kNotAllowed;
}

bool Client::lost_all_brokers() {
  return std::exchange(all_brokers_down_, false);
}

Outcome<> Client::wait_for_answer() const {
  for (const int wait_ms : {kFirstAnswerMs, kAnswerMs - kFirstAnswerMs}) {
    const rd_kafka_metadata_t* raw = nullptr;
    const auto error = rd_kafka_metadata(raw_, 0, nullptr, &raw, wait_ms);
    const Metadata answer(raw);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    // The reports wait for somebody to poll.
    for (int reports = 0; reports < 16 && poll(0) > 0;) ++reports;
    if (all_brokers_down_ || refused_) break;
  }
  return std::unexpected(unreachable());
}

Failure Client::unreachable() const {
  if (refused_)
    return {kNotAllowed, fmt::format("{} does not let us in: {}", bootstrap_, last_reason_)};
  const std::string reason =
      last_reason_.empty() ? fmt::format("no answer within {} s", kAnswerMs / 1000) : last_reason_;
  return {kUnreachable, fmt::format("no Kafka broker answers at {} ({}); start one with `tenon "
                                    "serve`, or name another with --bootstrap HOST:PORT",
                                    bootstrap_, reason)};
}

Failure Client::failure(rd_kafka_resp_err_t error, std::string_view what,
                        std::string_view reason) const {
  const int exit_code = exit_code_for(error);
  poll(0);
  if (exit_code == kUnreachable) {
    const std::string why = reason.empty() ? rd_kafka_err2str(error) : std::string(reason);
    return {exit_code,
            fmt::format("{}: no answer from the brokers behind {}: {}{}", what, bootstrap_, why,
                        last_reason_.empty() ? "" : "; " + last_reason_)};
  }
  if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || error == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
    return {exit_code, fmt::format("{}: does not exist at {}; `tenon topic list` shows what does",
                                   what, bootstrap_)};
  return {exit_code,
          fmt::format("{}: {} ({})", what, reason.empty() ? rd_kafka_err2str(error) : reason,
                      rd_kafka_err2name(error))};
}

Outcome<TopicMetadata> Client::topic(const std::string& name) const {
  const std::string what = "topic " + name;
  const TopicHandle handle(rd_kafka_topic_new(raw_, name.c_str(), nullptr));
  if (!handle) return std::unexpected(failure(rd_kafka_last_error(), what));
  const auto deadline = Steady::now() + std::chrono::milliseconds(kTopicAppearsMs);
  while (true) {
    const rd_kafka_metadata_t* raw = nullptr;
    const auto error = rd_kafka_metadata(raw_, 0, handle.get(), &raw, kAnswerMs);
    const Metadata answer(raw);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(failure(error, what));
    if (answer->topic_cnt != 1)
      return std::unexpected(failure(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, what));
    const rd_kafka_metadata_topic_t& topic = answer->topics[0];
    if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR) return copy(topic);
    if (!may_appear(topic.err) || Steady::now() > deadline)
      return std::unexpected(failure(topic.err, what));
    poll(100);
  }
}

Outcome<std::vector<TopicMetadata>> Client::topics() const {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(raw_, 1, nullptr, &raw, kAnswerMs);
  const Metadata answer(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(failure(error, "topics"));
  std::vector<TopicMetadata> topics;
  for (int i = 0; i < answer->topic_cnt; ++i) topics.push_back(copy(answer->topics[i]));
  std::ranges::sort(topics, {}, &TopicMetadata::name);
  return topics;
}

Outcome<Watermarks> Client::watermarks(const std::string& topic, int32_t partition) const {
  Watermarks marks;
  const auto error = rd_kafka_query_watermark_offsets(raw_, topic.c_str(), partition, &marks.start,
                                                      &marks.end, kAnswerMs);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return marks;
  return std::unexpected(failure(error, fmt::format("{}, partition {}", topic, partition)));
}

}  // namespace tenon::cli
