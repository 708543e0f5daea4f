// SPDX-License-Identifier: Apache-2.0

#include "log/batch_scanner.h"

#include "log/testing_log.h"

namespace tenon::log {
namespace {

class BatchScannerTest : public LogTest {
 protected:
  BatchScannerTest() {
    storage_log_ = storage_.engine().open({.directory = "/logs/s-0", .name = "s-0"})->log;
  }
  void write(Bytes bytes, Offset base) {
    record::patch_base_offset(bytes, base);
    const record::BatchView view(bytes);
    ASSERT_TRUE(storage_log_->append({.pieces = {{bytes.data(), bytes.size()}},
                                      .base_offset = base,
                                      .last_offset = view.last_offset(),
                                      .max_timestamp_ms = 0,
                                      .max_timestamp_offset = base}));
  }
  // The base offsets of the batches seen, or the error.
  std::string scan(Offset from, Offset end) {
    BatchScanner scanner(*storage_log_, from, end);
    std::string seen;
    while (true) {
      auto batch = scanner.next();
      if (!batch) return seen + std::string(to_string(batch.error().code));
      if (!*batch) return seen;
      seen += std::to_string((*batch)->base_offset().value) + " ";
    }
  }
  std::shared_ptr<plugin::StorageLog> storage_log_;
};

TEST_F(BatchScannerTest, sees_every_batch_over_gaps_and_chunks) {
  for (const int64_t base : {0, 1, 5, 9, 10}) {
    write(batch({std::string(300'000, 'x')}), Offset{base});
  }
  EXPECT_EQ(scan(Offset{0}, Offset{11}), "0 1 5 9 10 ");
}

TEST_F(BatchScannerTest, begins_with_the_batch_that_holds_the_offset_and_stops_before_the_end) {
  write(batch({"a", "b", "c"}), Offset{0});
  write(batch({"d"}), Offset{3});
  write(batch({"e"}), Offset{4});
  EXPECT_EQ(scan(Offset{1}, Offset{4}), "0 3 ");
  EXPECT_EQ(scan(Offset{4}, Offset{4}), "");
}

TEST_F(BatchScannerTest, takes_batches_larger_than_its_chunks) {
  write(batch({"a"}), Offset{0});
  write(batch({std::string(3 << 20, 'x')}), Offset{1});
  write(batch({"b"}), Offset{2});
  EXPECT_EQ(scan(Offset{0}, Offset{3}), "0 1 2 ");
}

TEST_F(BatchScannerTest, reports_what_is_no_batch) {
  Bytes bytes = batch({"a"});
  write(bytes, Offset{0});
  bytes[record::kMagicAt] = 9;
  record::patch_base_offset(bytes, Offset{1});
  ASSERT_TRUE(storage_log_->append({.pieces = {{bytes.data(), bytes.size()}},
                                    .base_offset = Offset{1},
                                    .last_offset = Offset{1},
                                    .max_timestamp_ms = 0,
                                    .max_timestamp_offset = Offset{1}}));
  EXPECT_EQ(scan(Offset{0}, Offset{2}), "0 CorruptData");
}

}  // namespace
}  // namespace tenon::log
