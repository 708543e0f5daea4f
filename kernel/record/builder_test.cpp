// SPDX-License-Identifier: Apache-2.0

#include "record/builder.h"

#include <gtest/gtest.h>

#include <limits>

#include "record/reader.h"

namespace tenon::record {
namespace {

std::vector<RecordView> records_of(ByteView batch) {
  std::vector<RecordView> records;
  RecordReader reader(BatchView(batch).records());
  RecordView record;
  while (reader.next(record)) records.push_back(record);
  EXPECT_FALSE(reader.damaged());
  return records;
}

TEST(BatchBuilder, writes_the_header_that_it_was_told) {
  BatchBuilder builder({.base_offset = Offset{7},
                        .leader_epoch = LeaderEpoch{3},
                        .producer_id = ProducerId{11},
                        .producer_epoch = ProducerEpoch{2},
                        .base_sequence = 5,
                        .transactional = true});
  const Bytes bytes = builder.add({.timestamp_ms = 100, .value = as_bytes("a")})
                          .add({.timestamp_ms = 90, .value = as_bytes("b")})
                          .build();
  const BatchView batch(bytes);
  EXPECT_EQ(batch.base_offset(), Offset{7});
  EXPECT_EQ(batch.last_offset(), Offset{8});
  EXPECT_EQ(batch.size_bytes(), bytes.size());
  EXPECT_EQ(batch.leader_epoch(), LeaderEpoch{3});
  EXPECT_EQ(batch.producer_id(), ProducerId{11});
  EXPECT_EQ(batch.producer_epoch(), ProducerEpoch{2});
  EXPECT_EQ(batch.base_sequence(), 5);
  EXPECT_EQ(batch.last_sequence(), 6);
  EXPECT_EQ(batch.base_timestamp(), 100);
  EXPECT_EQ(batch.max_timestamp(), 100);
  EXPECT_TRUE(batch.is_transactional());
  EXPECT_TRUE(batch.crc_holds());
}

TEST(BatchBuilder, writes_records_that_the_reader_reads) {
  const NewHeader headers[] = {{as_bytes("h1"), as_bytes("v1")}, {as_bytes("h2"), std::nullopt}};
  const Bytes bytes = BatchBuilder()
                          .add({.timestamp_ms = 5, .key = as_bytes("k"), .value = as_bytes("v")})
                          .add({.timestamp_ms = 3, .headers = headers})
                          .build();
  const auto records = records_of(bytes);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(as_text(*records[0].key), "k");
  EXPECT_EQ(as_text(*records[0].value), "v");
  EXPECT_EQ(records[0].offset_delta, 0);
  EXPECT_EQ(records[1].offset_delta, 1);
  EXPECT_EQ(records[1].timestamp_delta, -2);
  EXPECT_FALSE(records[1].key);
  EXPECT_FALSE(records[1].value);
  EXPECT_EQ(records[1].header_count, 2);
}

TEST(BatchBuilder, keeps_headers_in_order_and_null_values_null) {
  const NewHeader headers[] = {{as_bytes("h1"), as_bytes("v1")}, {as_bytes("h2"), std::nullopt}};
  const Bytes bytes = BatchBuilder().add({.headers = headers}).build();
  HeaderReader reader(records_of(bytes).at(0));
  HeaderView header;
  ASSERT_TRUE(reader.next(header));
  EXPECT_EQ(as_text(header.key), "h1");
  EXPECT_EQ(as_text(*header.value), "v1");
  ASSERT_TRUE(reader.next(header));
  EXPECT_EQ(as_text(header.key), "h2");
  EXPECT_FALSE(header.value);
  EXPECT_FALSE(reader.next(header));
}

TEST(BatchBuilder, knows_its_size_before_it_builds) {
  BatchBuilder builder;
  builder.add({.key = Bytes(300, 1), .value = Bytes(70'000, 2)});
  const size_t size = builder.size_bytes();
  EXPECT_EQ(builder.build().size(), size);
}

TEST(BatchBuilder, rebuilds_a_batch_around_another_section) {
  const Bytes like = BatchBuilder({.producer_id = ProducerId{4}}).add({.timestamp_ms = 9}).build();
  Bytes out(3, 0xaa);
  rebuild_batch(BatchView(like), 4, as_bytes("squeezed"), out);
  const BatchView batch(ByteView(out).subspan(3));
  EXPECT_EQ(batch.codec_id(), 4);
  EXPECT_EQ(batch.producer_id(), ProducerId{4});
  EXPECT_EQ(as_text(batch.records()), "squeezed");
  EXPECT_EQ(batch.max_timestamp(), 9);
  EXPECT_TRUE(batch.crc_holds());
}

TEST(Varint, survives_a_round_trip_at_its_bounds) {
  for (const int64_t value :
       {int64_t{0}, int64_t{-1}, int64_t{1}, int64_t{63}, int64_t{64}, int64_t{-64}, int64_t{-65},
        std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()}) {
    Bytes bytes;
    write_varlong(bytes, value);
    ByteView rest(bytes);
    int64_t read = 0;
    ASSERT_TRUE(read_varlong(rest, read));
    EXPECT_EQ(read, value);
    EXPECT_TRUE(rest.empty());
  }
}

}  // namespace
}  // namespace tenon::record
