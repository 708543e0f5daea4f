// SPDX-License-Identifier: Apache-2.0
//
// A partitioner that can be seen through: a record belongs to the partition whose number its key
// is, modulo their count; a key that is no number to partition 0. The key "any" leaves the choice
// to the host, and "by-value" and "by-header" say where the number is instead.
#pragma once

#include <cstdlib>
#include <string>

#include "plugin/partitioner.h"

namespace tenon::replication {

class NumberPartitioner {
 public:
  explicit NumberPartitioner(uint32_t flags = 0)
      : api_{.struct_size = sizeof(tn_partitioner),
             .flags = flags,
             .partition = partition,
             .new_state = nullptr,
             .free_state = nullptr,
             .on_new_batch = nullptr,
             .partition_batch = nullptr} {}
  const plugin::Partitioner& handle() const { return handle_; }

 private:
  static std::string text(tn_bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data), bytes.len};
  }
  static int32_t partition(void*, void*, const tn_topic_view* topic, const tn_record* record) {
    std::string number = text(record->key);
    if (number == "any") return TN_PARTITION_ANY;
    if (number == "by-value") number = text(record->value);
    if (number == "by-header") number = text(record->headers[record->n_headers - 1].value);
    return std::atoi(number.c_str()) % topic->n_partitions;
  }

  tn_partitioner api_;
  plugin::Partitioner handle_{"number", api_, nullptr};
};

}  // namespace tenon::replication
