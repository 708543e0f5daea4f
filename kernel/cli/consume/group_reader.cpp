// SPDX-License-Identifier: Apache-2.0
//
// Reads as a member of a group. Offsets are stored only for records that have been written, and
// librdkafka commits what is stored: periodically, at each rebalance, and when the group is left.

#include <fmt/format.h>

#include <set>

#include "cli/consume/reader.h"

namespace tenon::cli {
namespace {

using Place = std::pair<std::string, int32_t>;

class GroupReader final : public Reader {
 public:
  GroupReader(std::unique_ptr<Client> client, const ReaderOptions& options)
      : client_(std::move(client)), group_(options.group), exit_at_end_(options.exit_at_end) {}

  ~GroupReader() override {
    if (joined_) rd_kafka_consumer_close(client_->raw());
  }

  Outcome<> join(const std::vector<std::string>& topics) {
    const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
    for (const std::string& topic : topics) {
      const auto found = client_->topic(topic);
      if (!found) return std::unexpected(found.error());
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    }
    rd_kafka_poll_set_consumer(client_->raw());
    const auto error = rd_kafka_subscribe(client_->raw(), list.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return std::unexpected(client_->failure(error, "group " + group_));
    joined_ = true;
    return {};
  }

  Message next(int timeout_ms) override {
    return Message(rd_kafka_consumer_poll(client_->raw(), timeout_ms));
  }

  bool wants(const rd_kafka_message_t& record) override {
    at_end_.erase(place_of(record));
    return true;
  }

  void done_with(const rd_kafka_message_t& record) override {
    rd_kafka_offset_store(record.rkt, record.partition, record.offset);
  }

  void on_partition_end(const rd_kafka_message_t& report) override {
    at_end_.insert(place_of(report));
    rd_kafka_topic_partition_list_t* raw = nullptr;
    if (!exit_at_end_ || rd_kafka_assignment(client_->raw(), &raw) != RD_KAFKA_RESP_ERR_NO_ERROR)
      return;
    const PartitionList assigned(raw);
    finished_ = assigned->cnt > 0;
    for (int i = 0; i < assigned->cnt; ++i)
      finished_ =
          finished_ && at_end_.contains({assigned->elems[i].topic, assigned->elems[i].partition});
  }

  bool finished() const override { return finished_; }

  Outcome<> close() override {
    joined_ = false;
    const auto error = rd_kafka_consumer_close(client_->raw());
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    return std::unexpected(client_->failure(error, "leaving group " + group_));
  }

  Client& client() override { return *client_; }

 private:
  static Place place_of(const rd_kafka_message_t& message) {
    return {rd_kafka_topic_name(message.rkt), message.partition};
  }

  std::unique_ptr<Client> client_;
  std::string group_;
  bool exit_at_end_;
  bool joined_ = false;
  bool finished_ = false;
  std::set<Place> at_end_;
};

}  // namespace

Outcome<std::unique_ptr<Reader>> join_group(const Shell& shell, const ReaderOptions& options) {
  using Start = ConsumeRange::Start;
  const Start start = options.range.start;
  if ((start != Start::kBeginning && start != Start::kEnd) || options.range.until_ms)
    return failed(kUsage,
                  "-g with -o: takes beginning or end, which holds where the group has "
                  "committed nothing");
  ClientOptions with{.properties = reader_properties(options)};
  with.properties.emplace_back("group.id", options.group);
  with.properties.emplace_back("enable.auto.offset.store", "false");
  with.properties.emplace_back("auto.offset.reset", start == Start::kEnd ? "latest" : "earliest");
  auto client = Client::connect(shell, with);
  if (!client) return std::unexpected(std::move(client.error()));
  auto reader = std::make_unique<GroupReader>(std::move(*client), options);
  if (auto joined = reader->join(options.topics); !joined)
    return std::unexpected(std::move(joined.error()));
  return reader;
}

}  // namespace tenon::cli
