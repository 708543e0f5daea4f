// SPDX-License-Identifier: Apache-2.0
//
// Where `tenon consume` gets its records from: partitions that it picks itself, or a group's.
// One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/client/client.h"
#include "cli/consume/consume_range.h"

namespace tenon::cli {

struct ReaderOptions {
  std::vector<std::string> topics;
  ConsumeRange range;
  std::optional<int32_t> partition;  // empty = all
  std::string group;                 // empty = none
  bool exit_at_end = false;
};

class Reader {
 public:
  virtual ~Reader() = default;

  // The next record or report, or null after `timeout_ms`.
  virtual Message next(int timeout_ms) = 0;
  // Is the record within the range? Not if its partition was at its end before.
  virtual bool wants(const rd_kafka_message_t& record) = 0;
  // The record has been written to where it was to go.
  virtual void done_with(const rd_kafka_message_t& record) = 0;
  // The partition has no more records at the moment.
  virtual void on_partition_end(const rd_kafka_message_t& report) = 0;
  // Everything that was to be read has been read.
  virtual bool finished() const = 0;
  // Commits, and leaves the group.
  virtual Outcome<> close() = 0;
  virtual Client& client() = 0;
};

// The properties of both. librdkafka 2.0.2 waits for a second whenever `queued.min.messages` are
// there; a million keeps it busy, and `queued.max.messages.kbytes` still bounds the memory. The
// broker's wait at the end of a partition is what would make a short run slow.
std::vector<std::pair<std::string, std::string>> reader_properties(const ReaderOptions& options);

// All partitions of the topics, or one, from where the range says. No group is involved.
Outcome<std::unique_ptr<Reader>> open_partitions(const Shell& shell, const ReaderOptions& options);
// A member of the group. What is committed is what was written: see done_with.
Outcome<std::unique_ptr<Reader>> join_group(const Shell& shell, const ReaderOptions& options);

}  // namespace tenon::cli
