// SPDX-License-Identifier: Apache-2.0
//
// How one thread gives the records of one topic their partitions: it asks the plugin, with the
// plugin's state for this thread and topic, and sees to it that what comes back is a partition.
// Nothing is allocated per record. One thread.
#pragma once

#include <memory>
#include <vector>

#include "bridge/topic.h"

namespace tenon::bridge {

class Chooser {
 public:
  explicit Chooser(std::shared_ptr<Topic> topic);
  Chooser(const Chooser&) = delete;
  Chooser& operator=(const Chooser&) = delete;
  ~Chooser();

  Topic& topic() const { return *topic_; }

  // The size of the record that this thread is about to ask for.
  void expect(size_t record_bytes) { record_bytes_ = record_bytes; }

  // A partition in [0, n). `key` is null for a record without a key. The topic is covered and has
  // an instance.
  int32_t choose(const rd_kafka_topic_t* handle, const void* key, size_t key_bytes, int32_t n);

 private:
  void prepare(const rd_kafka_topic_t* handle, int32_t n);
  void resize(int32_t n);
  void take_all_as_available();
  bool refresh(const rd_kafka_topic_t* handle);
  bool ask_again(const rd_kafka_topic_t* handle);
  bool ask_availability(const rd_kafka_topic_t* handle, int32_t partition);
  int32_t ask(const void* key, size_t key_bytes);
  int32_t pick_sticky();
  int32_t pick_random() const;
  bool is_available(int32_t partition) const;
  void count_bytes(int32_t partition);

  const Instance& plugin() const { return *topic_->route->instance; }

  std::shared_ptr<Topic> topic_;
  void* state_ = nullptr;
  bool has_state_ = false;
  tn_topic_view view_{};
  std::vector<uint64_t> available_;    // as tn_topic_view says
  std::vector<uint64_t> batch_bytes_;  // per partition, since its last batch
  int32_t n_available_ = 0;
  int32_t ask_next_ = 0;  // the partition that ask_again begins at
  int64_t refresh_at_ms_ = 0;
  size_t record_bytes_;
  int32_t sticky_ = -1;
};

}  // namespace tenon::bridge
