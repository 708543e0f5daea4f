// SPDX-License-Identifier: Apache-2.0
//
// Consumer groups: what they cost in time, processor and memory. There is no ideal loop to hold
// them against; their targets are absolute.

#include <fmt/format.h>

#include <cmath>
#include <thread>

#include "cases.h"
#include "load.h"
#include "process.h"
#include "requests.h"

namespace tenon::bench {
namespace {

constexpr uint64_t kConnections = 100;
// An assignor is asked again a second after it was asked last (consumer.assignment.interval.ms).
constexpr auto kRest = std::chrono::milliseconds(1'500);

std::vector<Connection> connect_all(uint16_t port, uint64_t count) {
  std::vector<Connection> all;
  for (uint64_t i = 0; i < count; ++i) all.emplace_back(port);
  return all;
}

// All members join, those of a connection at once, and are answered. Member numbers are the index
// into the connections, too.
void join_all(std::vector<Connection>& connections, const std::vector<GroupMember>& members) {
  for (size_t i = 0; i < members.size(); ++i) {
    connections[i % connections.size()].send(join_frame(members[i]));
  }
  for (size_t i = 0; i < members.size(); ++i) {
    check_heartbeat(connections[i % connections.size()].receive_frame());
  }
}

}  // namespace

std::vector<Row> group_assignment(const Settings& settings) {
  std::vector<Row> rows;
  const Process broker = Process::broker(settings.binary, {});
  const Topic topic(broker.port(), "big", 10'000, "never", {{"tenon.storage", "memory"}});
  await_coordinator(broker.port(), "warm");
  for (const std::string assignor : {"range", "roundrobin", "sticky", "uniform"}) {
    Row row{.name = "G1 1000 members, 10000 partitions, " + assignor,
            .unit = "ms",
            .target = "<200 ms"};
    auto connections = connect_all(broker.port(), kConnections);
    std::vector<GroupMember> members;
    for (int i = 0; i < 1'000; ++i) {
      members.push_back({"group-" + assignor, fmt::format("m{}", i), topic.name(), assignor});
    }
    join_all(connections, members);
    // One more: everything is assigned anew, written, and only then is it answered.
    for (int round = 0; round < settings.rounds; ++round) {
      std::this_thread::sleep_for(kRest);
      const Seconds began = now();
      connections[0].send(
          join_frame({members[0].group, fmt::format("late{}", round), topic.name(), assignor}));
      check_heartbeat(connections[0].receive_frame());
      row.ours.push_back((now() - began) * 1e3);
    }
    row.rss_mb = broker.rss_mb();
    rows.push_back(std::move(row));
  }
  return rows;
}

Row group_heartbeats(const Settings& settings) {
  Row row{.name = "G2 heartbeats of 10000 members, each 5 s", .unit = "% CPU", .target = "<15 %"};
  constexpr int kMembers = 10'000;
  constexpr double kInterval = 5;
  const Process broker = Process::broker(settings.binary, {});
  const Topic topic(broker.port(), "beats", 100, "never");
  await_coordinator(broker.port(), "warm");
  auto connections = connect_all(broker.port(), kConnections);
  std::vector<GroupMember> members;
  for (int i = 0; i < kMembers; ++i) {
    members.push_back({fmt::format("group-{}", i % 10), fmt::format("m{}", i), topic.name(), ""});
  }
  join_all(connections, members);
  // The epoch of each, once all have joined.
  std::this_thread::sleep_for(kRest);
  std::vector<Bytes> frames;
  for (int i = 0; i < kMembers; ++i) {
    connections[static_cast<size_t>(i) % kConnections].send(
        join_frame(members[static_cast<size_t>(i)]));
    const int32_t epoch =
        check_heartbeat(connections[static_cast<size_t>(i) % kConnections].receive_frame());
    frames.push_back(heartbeat_frame(members[static_cast<size_t>(i)], epoch));
  }
  for (int round = 0; round < settings.rounds; ++round) {
    const double cpu = broker.cpu_seconds();
    const Seconds began = now();
    for (int i = 0; i < kMembers; ++i) {
      const double due = began + kInterval * i / kMembers;
      if (due > now()) std::this_thread::sleep_for(std::chrono::duration<double>(due - now()));
      auto& connection = connections[static_cast<size_t>(i) % kConnections];
      connection.send(frames[static_cast<size_t>(i)]);
      check_heartbeat(connection.receive_frame());
    }
    row.ours.push_back((broker.cpu_seconds() - cpu) / (now() - began) * 100);
  }
  row.rss_mb = broker.rss_mb();
  return row;
}

std::vector<Row> idle_groups(const Settings& settings) {
  Row load{.name = "G3 100000 idle groups: loaded after a start", .unit = "s", .target = "<10 s"};
  Row memory{.name = "G3 100000 idle groups: memory", .unit = "MB", .target = "<500 MB"};
  constexpr uint64_t kGroups = 100'000;
  Process broker = Process::broker(settings.binary, {});
  make_topic(broker.port(), "some-topic", 1, "never");
  await_coordinator(broker.port(), "warm");
  Load commits{.requests = kGroups / kConnections, .window = 16, .check_reply = check_committed};
  for (uint64_t c = 0; c < kConnections; ++c) {
    auto& frames = commits.frames.emplace_back();
    for (uint64_t i = c; i < kGroups; i += kConnections) {
      frames.push_back(commit_frame(fmt::format("idle-group-{:06}", i), "some-topic", 1));
    }
  }
  drive(broker.port(), commits);
  const Seconds began = now();
  Process again = Process::restarted(std::move(broker), settings.binary);
  await_coordinator(again.port(), "warm");
  check_groups(again.port(), kGroups);
  load.ours.push_back(now() - began);
  load.rss_mb = memory.rss_mb = again.rss_mb();
  memory.ours.push_back(again.rss_mb());
  return {load, memory};
}

std::vector<Row> offset_commits(const Settings& settings) {
  std::vector<Row> rows;
  const Process broker = Process::broker(settings.binary, {});
  const Topic topic(broker.port(), "some-topic", 10, "never");
  await_coordinator(broker.port(), "warm");
  for (const int partitions : {1, 10}) {
    Row row{.name = fmt::format("G4 commits of {} partition(s), 32 conns", partitions),
            .unit = "req/s",
            .target = ">=50000"};
    constexpr uint64_t kPool = 32;
    Load load{.requests = static_cast<uint64_t>(10'000 * settings.scale),
              .window = 64,
              .check_reply = check_committed};
    for (uint64_t c = 0; c < kPool; ++c) {
      load.frames.push_back({commit_frame(fmt::format("pool-{}", c), "some-topic", partitions)});
    }
    for (int round = 0; round < settings.rounds; ++round) {
      row.ours.push_back(drive(broker.port(), load).per_second());
    }
    row.rss_mb = broker.rss_mb();
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace tenon::bench
