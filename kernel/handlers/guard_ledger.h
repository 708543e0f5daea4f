// SPDX-License-Identifier: Apache-2.0
//
// What the partitioner guards found, by topic and client: counted for the metrics, and told in the
// log, where an operator learns which program to look at.
//
//   tenon_partitioner_guard_mismatches_total{topic,client_id}  records that belong elsewhere
//   tenon_partitioner_guard_unread_batches_total{topic}        batches that could not be looked
//   into
//
// Client ids are the clients' to choose, so a topic keeps kClientsMax of them; who comes later is
// counted as "(other)". A client is written to the log once in kLineInterval at most. A topic's
// counts go with the topic.
//
// Threads: any.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/metrics.h"
#include "metadata/image.h"
#include "replication/partition_guard.h"

namespace tenon::handlers {

// Who sent the records. Borrowed.
struct GuardedClient {
  std::string_view client_id;
  std::string_view software_name;  // empty: an old client, which does not say
  std::string_view software_version;
  std::string_view host;
  uint16_t port = 0;

  // `"app" (librdkafka 2.0.2, 10.0.0.7:4711)`
  std::string text() const;
};

class GuardLedger {
 public:
  static constexpr size_t kClientsMax = 100;
  static constexpr size_t kClientIdBytesMax = 100;  // what is longer is cut
  static constexpr Duration kLineInterval = std::chrono::minutes(1);
  static constexpr std::string_view kOther = "(other)";

  void report(const TopicPartition& partition, const GuardedClient& client,
              const replication::GuardFindings& found, MonoTime now);
  // Forgets the topics that are gone in `after`.
  void on_image(const metadata::Image& before, const metadata::Image& after);
  void sample(MetricSamples& samples) const;

 private:
  struct Client {
    uint64_t misplaced = 0;
    uint64_t untold = 0;  // of them, since the last line
    std::optional<MonoTime> told_at;
  };
  struct Topic {
    std::map<std::string, Client, std::less<>> clients;
    uint64_t unread_batches = 0;
    std::optional<MonoTime> unread_told_at;
  };

  // How many misplaced records a line must tell, or nothing when it is too early for one.
  std::optional<uint64_t> count(const std::string& topic, std::string_view client_id,
                                uint64_t misplaced, MonoTime now);
  // Whether a line is due.
  bool count_unread(const std::string& topic, MonoTime now);

  mutable std::mutex mutex_;
  std::map<std::string, Topic, std::less<>> topics_;  // guarded by mutex_
};

}  // namespace tenon::handlers
