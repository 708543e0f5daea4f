// SPDX-License-Identifier: Apache-2.0

#include "log/recompress.h"

#include "log/testing_log.h"

namespace tenon::log {
namespace {

class Recompress : public LogTest {
 protected:
  Recompress() { open(); }
  void want(config::Compression compression) {
    config_.compression_type = compression;
    log_->set_config(config_);
  }
  int stored_codec() { return record::BatchView(stored(Offset{0})).codec_id(); }
};

TEST_F(Recompress, producers_batches_stay_as_they_are) {
  const Bytes sent = compressed(batch({"a"}), gzip_);
  append(sent, {}).value();
  EXPECT_EQ(stored(Offset{0}).size(), sent.size());
  EXPECT_EQ(stored_codec(), TN_WIRE_GZIP);
}

TEST_F(Recompress, plain_batches_are_compressed_when_the_topic_asks) {
  want(config::Compression::kGzip);
  EXPECT_EQ(verdict(batch({"a", "b"})), "0-1");
  EXPECT_EQ(stored_codec(), TN_WIRE_GZIP);
  EXPECT_TRUE(record::BatchView(stored(Offset{0})).crc_holds());
  EXPECT_EQ(contents(), "0:a 1:b");
}

TEST_F(Recompress, the_brokers_own_batches_stay_as_they_are) {
  want(config::Compression::kGzip);
  EXPECT_EQ(verdict(batch({"a", "b"}), {.from_client = false}), "0-1");
  EXPECT_EQ(stored_codec(), TN_WIRE_NONE);
}

TEST_F(Recompress, other_codecs_are_converted) {
  want(config::Compression::kZstd);
  EXPECT_EQ(verdict(compressed(batch({"a", "b"}), gzip_)), "0-1");
  EXPECT_EQ(stored_codec(), TN_WIRE_ZSTD);
  EXPECT_EQ(contents(), "0:a 1:b");
}

// -1 is a level of zstd, and for gzip stands for whatever the codec is configured to.
TEST_F(Recompress, every_level_that_a_topic_can_ask_for_reaches_the_codec) {
  config_.zstd_level = -1;
  config_.gzip_level = -1;
  EXPECT_EQ(wanted_level(config_, TN_WIRE_ZSTD), -1);
  EXPECT_EQ(wanted_level(config_, TN_WIRE_GZIP), TN_LEVEL_OWN);
  EXPECT_EQ(wanted_level(config_, TN_WIRE_SNAPPY), TN_LEVEL_OWN);
  config_.gzip_level = 9;
  EXPECT_EQ(wanted_level(config_, TN_WIRE_GZIP), 9);
}

TEST_F(Recompress, uncompressed_means_so) {
  want(config::Compression::kUncompressed);
  EXPECT_EQ(verdict(compressed(batch({"a"}), gzip_)), "0-0");
  EXPECT_EQ(stored_codec(), TN_WIRE_NONE);
  EXPECT_EQ(contents(), "0:a");
}

// Notes what it is shown: the values of the records, or why there are none.
class Witness final : public RecordCheck {
 public:
  Result<> check(const record::BatchView&, const Result<ByteView>& records) override {
    if (!records) {
      seen += std::string(to_string(records.error().code)) + " ";
    } else {
      record::RecordReader reader(*records);
      record::RecordView record;
      while (reader.next(record)) seen += std::string(as_text(*record.value)) + " ";
    }
    if (refuses) return fail(Errc::kInvalidRecord, "", "refused by the witness");
    return {};
  }

  std::string seen;
  bool refuses = false;
};

TEST_F(Recompress, a_check_is_shown_the_records_of_plain_and_compressed_batches) {
  Witness witness;
  EXPECT_EQ(verdict(batch({"a", "b"}), {.check = &witness}), "0-1");
  EXPECT_EQ(verdict(compressed(batch({"c"}), gzip_), {.check = &witness}), "2-2");
  EXPECT_EQ(witness.seen, "a b c ");
}

TEST_F(Recompress, a_batch_that_a_check_refuses_changes_nothing) {
  Witness witness;
  witness.refuses = true;
  EXPECT_EQ(verdict(batch({"a"}), {.check = &witness}), "InvalidRecord");
  EXPECT_EQ(log_->end_offset(), Offset{0});
}

TEST_F(Recompress, a_duplicate_is_not_checked_again) {
  Witness witness;
  append(produced(0), {}).value();
  witness.refuses = true;
  EXPECT_EQ(verdict(produced(0), {.check = &witness}), "duplicate 0-0");
  EXPECT_EQ(witness.seen, "");
}

TEST_F(Recompress, a_check_hears_why_a_batch_cannot_be_opened) {
  Witness witness;
  Bytes bytes = compressed(batch({"a"}), gzip_);
  bytes[record::kHeaderBytes] = 99;
  record::patch_crc(bytes);
  EXPECT_EQ(verdict(bytes, {.check = &witness}), "0-0");
  EXPECT_EQ(witness.seen, "CorruptMessage ");
}

TEST_F(Recompress, a_check_is_not_shown_what_grows_beyond_all_measure) {
  // The bound is 64 times max.message.bytes, or 1 MiB if that is more.
  config_.max_message_bytes = 10 << 10;
  log_->set_config(config_);
  TestingCodec bomb(TN_WIRE_SNAPPY, 2 << 20);
  codecs_.add(bomb.codec());
  Witness witness;
  EXPECT_EQ(verdict(compressed(batch({"a"}), bomb), {.check = &witness}), "0-0");
  EXPECT_EQ(witness.seen, "MessageTooLarge ");
}

TEST_F(Recompress, a_batch_is_opened_once_for_check_and_conversion) {
  want(config::Compression::kZstd);
  Witness witness;
  const int before = gzip_.decompressions();
  EXPECT_EQ(verdict(compressed(batch({"a"}), gzip_), {.check = &witness}), "0-0");
  EXPECT_EQ(gzip_.decompressions() - before, 1);
  EXPECT_EQ(witness.seen, "a ");
  EXPECT_EQ(contents(), "0:a");
}

TEST_F(Recompress, without_a_check_compressed_batches_stay_closed) {
  append(compressed(batch({"a"}), gzip_), {}).value();
  EXPECT_EQ(gzip_.decompressions(), 0);
}

TEST_F(Recompress, sections_that_do_not_decompress_are_refused) {
  want(config::Compression::kUncompressed);
  Bytes bytes = compressed(batch({"a"}), gzip_);
  bytes[record::kHeaderBytes] = 99;
  record::patch_crc(bytes);
  EXPECT_EQ(verdict(bytes), "CorruptMessage");
}

TEST_F(Recompress, decompressed_records_are_held_to_the_header) {
  want(config::Compression::kUncompressed);
  Bytes bytes = compressed(batch({"a", "b"}), gzip_);
  store_be<int32_t>(bytes.data() + record::kCountAt, 1);
  store_be<int32_t>(bytes.data() + record::kLastOffsetDeltaAt, 0);
  record::patch_crc(bytes);
  EXPECT_EQ(verdict(bytes), "InvalidRecord");
}

TEST_F(Recompress, codecs_that_are_not_loaded_are_refused) {
  Bytes bytes = batch({"a"});
  store_be<int16_t>(bytes.data() + record::kAttributesAt, TN_WIRE_LZ4);
  record::patch_crc(bytes);
  EXPECT_EQ(verdict(bytes), "UnsupportedCompressionType");
  EXPECT_EQ(verdict(compressed(batch({"a"}), zstd_), {.allow_zstd = false}),
            "UnsupportedCompressionType");
}

}  // namespace
}  // namespace tenon::log
