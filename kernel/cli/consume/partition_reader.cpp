// SPDX-License-Identifier: Apache-2.0
//
// Reads partitions without a group. Every -o is turned into an offset, or a librdkafka word for
// one, before the first fetch, so that nothing is left to what a client does out of range.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/consume/reader.h"

namespace tenon::cli {
namespace {

using Start = ConsumeRange::Start;

// One partition, and how far it is.
struct Source {
  std::string topic;
  int32_t partition = 0;
  int64_t start = RD_KAFKA_OFFSET_BEGINNING;
  int64_t until = -1;  // the first offset that is not wanted; -1 = none
  bool done = false;
};

Outcome<std::vector<Source>> find_sources(const Client& client, const ReaderOptions& options) {
  std::vector<Source> sources;
  for (const std::string& name : options.topics) {
    const auto topic = client.topic(name);
    if (!topic) return std::unexpected(topic.error());
    const auto count = std::ssize(topic->partitions);
    if (options.partition && *options.partition >= count)
      return failed(kNotFound, fmt::format("topic {}: has no partition {}; the last is {}", name,
                                           *options.partition, count - 1));
    for (const PartitionMetadata& partition : topic->partitions) {
      if (!options.partition || *options.partition == partition.id)
        sources.push_back({.topic = name, .partition = partition.id});
    }
  }
  return sources;
}

// The first offset of each source at or after the time; RD_KAFKA_OFFSET_END where there is none.
Outcome<std::vector<int64_t>> offsets_at(const Client& client, const std::vector<Source>& sources,
                                         int64_t time_ms) {
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(sources.size())));
  for (const Source& source : sources)
    rd_kafka_topic_partition_list_add(list.get(), source.topic.c_str(), source.partition)->offset =
        time_ms;
  const auto error = rd_kafka_offsets_for_times(client.raw(), list.get(), kAnswerMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::unexpected(client.failure(error, "offsets by time"));
  std::vector<int64_t> offsets;
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& found = list->elems[i];
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return std::unexpected(client.failure(found.err, "topic " + std::string(found.topic)));
    offsets.push_back(found.offset);
  }
  return offsets;
}

Outcome<> place_by_watermark(const Client& client, const ConsumeRange& range, Source& source) {
  const auto marks = client.watermarks(source.topic, source.partition);
  if (!marks) return std::unexpected(marks.error());
  if (range.start == Start::kTail) {
    source.start = std::max(marks->start, marks->end - std::min(range.value, marks->end));
    return {};
  }
  source.start = std::clamp(range.value, marks->start, marks->end);
  if (source.start != range.value)
    fmt::print(stderr, "tenon: {}, partition {}: has the offsets {} to {}; starting at {}\n",
               source.topic, source.partition, marks->start, marks->end, source.start);
  return {};
}

Outcome<> place_start(const Client& client, const ConsumeRange& range,
                      std::vector<Source>& sources) {
  if (range.start == Start::kTime) {
    const auto offsets = offsets_at(client, sources, range.value);
    if (!offsets) return std::unexpected(offsets.error());
    for (size_t i = 0; i < sources.size(); ++i) sources[i].start = (*offsets)[i];
  }
  for (Source& source : sources) {
    if (range.start == Start::kEnd) source.start = RD_KAFKA_OFFSET_END;
    if (range.start != Start::kOffset && range.start != Start::kTail) continue;
    if (auto placed = place_by_watermark(client, range, source); !placed) return placed;
  }
  return {};
}

Outcome<> place_end(const Client& client, int64_t until_ms, std::vector<Source>& sources) {
  const auto offsets = offsets_at(client, sources, until_ms);
  if (!offsets) return std::unexpected(offsets.error());
  for (size_t i = 0; i < sources.size(); ++i) {
    Source& source = sources[i];
    source.until = (*offsets)[i];
    if (source.until < 0) {
      const auto marks = client.watermarks(source.topic, source.partition);
      if (!marks) return std::unexpected(marks.error());
      source.until = marks->end;
    }
    source.done = source.until == 0 || source.start >= source.until;
  }
  return {};
}

class PartitionReader final : public Reader {
 public:
  PartitionReader(std::unique_ptr<Client> client, std::vector<Source> sources, bool exit_at_end)
      : client_(std::move(client)),
        sources_(std::move(sources)),
        exit_at_end_(exit_at_end),
        queue_(rd_kafka_queue_new(client_->raw())) {
    for (Source& source : sources_) {
      by_name_[{source.topic, source.partition}] = &source;
      left_ += source.done ? 0 : 1;
    }
  }

  ~PartitionReader() override {
    for (const Source& source : sources_) {
      const auto topic = topics_.find(source.topic);
      if (topic != topics_.end()) rd_kafka_consume_stop(topic->second.get(), source.partition);
    }
  }

  Outcome<> start() {
    for (const Source& source : sources_) {
      TopicHandle& topic = topics_[source.topic];
      if (!topic) topic.reset(rd_kafka_topic_new(client_->raw(), source.topic.c_str(), nullptr));
      if (rd_kafka_consume_start_queue(topic.get(), source.partition, source.start, queue_.get()))
        return std::unexpected(client_->failure(rd_kafka_last_error(), "topic " + source.topic));
    }
    return {};
  }

  Message next(int timeout_ms) override {
    client_->poll(0);
    return Message(rd_kafka_consume_queue(queue_.get(), timeout_ms));
  }

  bool wants(const rd_kafka_message_t& record) override {
    Source& source = source_of(record);
    if (source.until >= 0 && record.offset >= source.until) end(source);
    return !source.done;
  }

  void done_with(const rd_kafka_message_t& record) override {
    Source& source = source_of(record);
    if (source.until >= 0 && record.offset + 1 >= source.until) end(source);
  }

  void on_partition_end(const rd_kafka_message_t& report) override {
    Source& source = source_of(report);
    if (exit_at_end_ || source.until >= 0) end(source);
  }

  bool finished() const override { return left_ == 0; }
  Outcome<> close() override { return {}; }
  Client& client() override { return *client_; }

 private:
  Source& source_of(const rd_kafka_message_t& message) {
    return *by_name_.at({rd_kafka_topic_name(message.rkt), message.partition});
  }

  void end(Source& source) {
    if (!std::exchange(source.done, true)) --left_;
  }

  std::unique_ptr<Client> client_;
  std::vector<Source> sources_;
  bool exit_at_end_;
  Queue queue_;
  std::map<std::string, TopicHandle> topics_;
  std::map<std::pair<std::string, int32_t>, Source*> by_name_;
  size_t left_ = 0;  // sources that are not done
};

}  // namespace

std::vector<std::pair<std::string, std::string>> reader_properties(const ReaderOptions& options) {
  const bool ends = options.exit_at_end || options.range.until_ms;
  return {{"enable.partition.eof", "true"},
          {"queued.min.messages", "1000000"},
          {"fetch.wait.max.ms", ends ? "20" : "500"}};
}

Outcome<std::unique_ptr<Reader>> open_partitions(const Shell& shell, const ReaderOptions& options) {
  ClientOptions with{.properties = reader_properties(options)};
  with.properties.emplace_back("enable.auto.commit", "false");
  with.properties.emplace_back("auto.offset.reset", "earliest");
  auto client = Client::connect(shell, with);
  if (!client) return std::unexpected(std::move(client.error()));
  auto sources = find_sources(**client, options);
  if (!sources) return std::unexpected(std::move(sources.error()));
  if (auto placed = place_start(**client, options.range, *sources); !placed)
    return std::unexpected(std::move(placed.error()));
  if (options.range.until_ms) {
    if (auto placed = place_end(**client, *options.range.until_ms, *sources); !placed)
      return std::unexpected(std::move(placed.error()));
  }
  auto reader = std::make_unique<PartitionReader>(std::move(*client), std::move(*sources),
                                                  options.exit_at_end);
  if (auto started = reader->start(); !started) return std::unexpected(std::move(started.error()));
  return reader;
}

}  // namespace tenon::cli
