// SPDX-License-Identifier: Apache-2.0
//
// Prebuilt frames in the wire's own words, and topics made and unmade for a run.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace tenon::bench {

// An uncompressed batch with records of `record_bytes` bytes of value, `bytes` large or a little
// less. One record at least.
Bytes make_batch(size_t bytes, size_t record_bytes);
// The same with keys that tenon.partitioner = hash puts on `partition` of kKeyedPartitions.
inline constexpr int32_t kKeyedPartitions = 2;
Bytes make_keyed_batch(size_t bytes, size_t record_bytes, int32_t partition);
int32_t records_in(const Bytes& batch);

// With acks=all.
Bytes produce_frame(const std::string& topic, int32_t partition, Bytes batch);
void check_produced(ByteView reply);

struct FetchSpec {
  std::string topic;
  int32_t partition = 0;
  int64_t offset = 0;
  int32_t bytes_max = 1 << 20;
  int32_t wait_ms = 1000;
};
Bytes fetch_frame(const FetchSpec& spec);

// Waits until the coordinator of the group serves.
void await_coordinator(uint16_t port, const std::string& group);
// One offset in each of the first partitions.
Bytes commit_frame(const std::string& group, const std::string& topic, int32_t partitions);
void check_committed(ByteView reply);
// That so many groups are there, at least.
void check_groups(uint16_t port, size_t count);

// A member of the consumer protocol (KIP-848).
struct GroupMember {
  std::string group;
  std::string id;
  std::string topic;
  std::string assignor;  // "" = it does not mind
};
Bytes join_frame(const GroupMember& member);
Bytes heartbeat_frame(const GroupMember& member, int32_t epoch);
// The epoch that it says.
int32_t check_heartbeat(ByteView reply);

using Configs = std::vector<std::pair<std::string, std::string>>;
void make_topic(uint16_t port, const std::string& name, int32_t partitions,
                const std::string& fsync, const Configs& configs = {});

// A topic that lives as long as its object.
class Topic {
 public:
  Topic(uint16_t port, std::string name, int32_t partitions, const std::string& fsync,
        const Configs& configs = {});
  ~Topic();
  Topic(const Topic&) = delete;
  Topic& operator=(const Topic&) = delete;
  const std::string& name() const { return name_; }

 private:
  uint16_t port_;
  std::string name_;
};

}  // namespace tenon::bench
