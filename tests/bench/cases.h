// SPDX-License-Identifier: Apache-2.0
//
// The cases. Each starts a broker and an ideal loop, runs them in turn for a number of rounds, the
// first of which only warms the page cache, and returns its figures.
#pragma once

#include <string>
#include <vector>

#include "report.h"

namespace tenon::bench {

struct Settings {
  std::string binary;  // of the broker
  int rounds = 6;
  double scale = 1;  // of the work in a round
};

// Ingest of 128 KiB batches to one partition over one connection, acks=all, five in flight.
Row ingest(const Settings& settings, const std::string& fsync);
// Fetches of 1 MiB from the page cache.
Row hot_fetch(const Settings& settings);
// One record of 100 bytes a request, 10 connections, 100 partitions.
Row small_requests(const Settings& settings);
// Ingest as above to a topic that the partitioner guard watches (warn), against one that it does
// not: what the guard costs, with records of 1 KiB and of 100 bytes that are where they belong.
std::vector<Row> guard_cost(const Settings& settings);
// Time to the answer of a batch of 200 bytes with nothing else going on: p50 and p99.
std::vector<Row> ack_latency(const Settings& settings, const std::string& fsync);
// Time from the produce request to the end of a fetch that waits for it: p50 and p99.9.
std::vector<Row> delivery_latency(const Settings& settings);

// From the heartbeat of one member more to its answer, with the whole group assigned anew.
std::vector<Row> group_assignment(const Settings& settings);
// Processor time of the broker while members of the consumer protocol say that they are there.
Row group_heartbeats(const Settings& settings);
// Groups that have committed an offset and have no members.
std::vector<Row> idle_groups(const Settings& settings);
// Requests of one partition, and of ten.
std::vector<Row> offset_commits(const Settings& settings);

}  // namespace tenon::bench
