// SPDX-License-Identifier: Apache-2.0
//
// The hash partitioner: a key goes where Kafka's Java client sends it (murmur2), so that producers
// in any language agree. Unavailable partitions are not avoided: a key keeps its partition. An
// empty key is a key. Records without a key are left to the host. Constant; any thread.

#include "tenon/hash.hpp"
#include "tenon/partitioner.hpp"

namespace tenon::hash {

class HashPartitioner {
 public:
  static constexpr const char* kVendor = "Tenon";
  static constexpr const char* kLicense = "Apache-2.0";

  int32_t partition(const Topic& topic, const Record& record) const {
    const std::optional<ByteView> key = record.key();
    return key ? murmur2_partition(*key, topic.size()) : TN_PARTITION_ANY;
  }

  // One call through the ABI for many records, and the hash inlined.
  void partition_batch(const Topic& topic, const Records& records, int32_t* partitions) const {
    for (size_t i = 0; i < records.size(); i++) partitions[i] = partition(topic, records[i]);
  }
};

}  // namespace tenon::hash

TENON_PARTITIONER(tenon::hash::HashPartitioner, "hash", "1.0.0",
                  "By key, as Kafka's Java client does (murmur2).")
