// SPDX-License-Identifier: Apache-2.0
//
// The partitioner example-name: records whose keys begin alike go to one partition. The part of the
// key up to the separator is hashed as Kafka's Java client hashes keys.
//
// Constant after its construction, so that any thread may call it.

#include <tenon/hash.hpp>
#include <tenon/partitioner.hpp>

namespace {

class ExampleName {
 public:
  static constexpr tn_option kOptions[] = {tenon::string_option(
      "separator", "One character; the key counts up to the first of it.", ":")};

  explicit ExampleName(const tenon::Options& options) {
    const std::string separator = options.text("separator");
    if (separator.size() != 1) throw tenon::Error(TN_E_CONFIG, "separator must be one character");
    separator_ = separator[0];
  }

  // A partition in [0, topic.size()), or TN_PARTITION_ANY to leave it to the host.
  int32_t partition(const tenon::Topic& topic, const tenon::Record& record) const {
    if (!record.key()) return TN_PARTITION_ANY;
    const std::string_view key = record.key()->text();
    return tenon::murmur2_partition(key.substr(0, key.find(separator_)), topic.size());
  }

 private:
  char separator_ = 0;
};

}  // namespace

TENON_PARTITIONER(ExampleName, "example-name", "0.1.0",
                  "By the part of the key before a separator.")
