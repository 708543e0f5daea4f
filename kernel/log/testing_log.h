// SPDX-License-Identifier: Apache-2.0
//
// What the tests of this room share: a log on TestingStorage and a scheduler that stands still,
// with verbs for what happens to a log; and codecs that are simple enough to be seen through.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/sim_scheduler.h"
#include "log/log.h"
#include "log/testing_storage.h"
#include "record/builder.h"
#include "record/reader.h"

namespace tenon::log {

// A codec that turns every byte over and puts its id in front. One that swells says of everything
// that it is so many bytes long.
class TestingCodec {
 public:
  explicit TestingCodec(int wire_id, size_t swells_to = 0)
      : swells_to_(swells_to),
        api_{.struct_size = sizeof(tn_codec),
             .wire_id = wire_id,
             .flags = 0,
             .reserved = 0,
             .new_context = nullptr,
             .free_context = nullptr,
             .bound = [](void*, size_t length) { return length + 1; },
             .compress = compress,
             .decompress = decompress,
             .content_size = nullptr},
        codec_("testing-" + std::to_string(wire_id), api_, this) {}
  const plugin::Codec& codec() const { return codec_; }
  int decompressions() const { return decompressions_; }

 private:
  static TestingCodec& of(void* self) { return *static_cast<TestingCodec*>(self); }
  static tn_code compress(void* self, void*, const tn_bytes* src, size_t, int32_t, uint8_t* dst,
                          size_t, size_t* length, tn_error*) {
    dst[0] = static_cast<uint8_t>(of(self).api_.wire_id);
    for (size_t i = 0; i < src->len; ++i) dst[i + 1] = static_cast<uint8_t>(~src->data[i]);
    *length = src->len + 1;
    return TN_OK;
  }
  static tn_code decompress(void* self, void*, tn_bytes src, uint8_t* dst, size_t cap,
                            size_t* length, tn_error*) {
    ++of(self).decompressions_;
    if (src.len == 0 || src.data[0] != of(self).api_.wire_id) return TN_E_CORRUPT;
    if (src.len - 1 > cap || of(self).swells_to_ > cap) return TN_E_LIMIT;
    for (size_t i = 1; i < src.len; ++i) dst[i - 1] = static_cast<uint8_t>(~src.data[i]);
    *length = src.len - 1;
    return TN_OK;
  }

  size_t swells_to_;
  tn_codec api_;
  plugin::Codec codec_;
  int decompressions_ = 0;
};

class LogTest : public testing::Test {
 protected:
  LogTest() {
    codecs_.add(gzip_.codec());
    codecs_.add(zstd_.codec());
  }
  ~LogTest() override {
    log_.reset();
    scheduler_.run();
  }

  Result<std::unique_ptr<Log>> try_open() {
    return Log::open({.engine = &storage_.engine(),
                      .directory = "/logs/t-0",
                      .name = "t-0",
                      .config = config_,
                      .scheduler = &scheduler_,
                      .pool = &scheduler_,
                      .codecs = &codecs_});
  }
  void open() {
    auto opened = try_open();
    ASSERT_TRUE(opened) << opened.error().text();
    log_ = std::move(*opened);
  }
  void reopen_clean() {
    ASSERT_TRUE(log_->close());
    log_.reset();
    open();
  }
  // The process dies, the machine does not.
  void reopen_after_kill() {
    log_.reset();
    open();
  }
  void reopen_after_power_cut() {
    log_.reset();
    storage_.crash();
    open();
  }

  int64_t now() const { return scheduler_.clock().wall_ms(); }
  // A batch of records with these values, one ms apart, from now on.
  Bytes batch(const std::vector<std::string>& values, const record::BatchSpec& spec = {}) const {
    record::BatchBuilder builder(spec);
    for (size_t i = 0; i < values.size(); ++i) {
      builder.add({.timestamp_ms = now() + static_cast<int64_t>(i),
                   .key = as_bytes("key"),
                   .value = as_bytes(values[i])});
    }
    return builder.build();
  }
  // One record with that time.
  static Bytes batch_at(int64_t timestamp_ms) {
    return record::BatchBuilder()
        .add({.timestamp_ms = timestamp_ms, .value = as_bytes("v")})
        .build();
  }
  // A batch of `count` records of producer 1.
  Bytes produced(int32_t sequence, int count = 1, int16_t epoch = 0) const {
    return batch(std::vector<std::string>(static_cast<size_t>(count), "v"),
                 {.producer_id = ProducerId{1},
                  .producer_epoch = ProducerEpoch{epoch},
                  .base_sequence = sequence});
  }
  Bytes compressed(const Bytes& plain, const TestingCodec& with) const {
    const record::BatchView view(plain);
    Bytes section;
    EXPECT_TRUE(with.codec().compress(view.records(), section));
    Bytes out;
    record::rebuild_batch(view, with.codec().wire_id(), section, out);
    return out;
  }

  Result<AppendInfo> append(Bytes bytes, const AppendOptions& options = {}) {
    return log_->append(bytes, options);
  }
  // What became of the append: "3-5", "duplicate 3-5" or the error.
  std::string verdict(Bytes bytes, const AppendOptions& options = {}) {
    auto info = append(std::move(bytes), options);
    if (!info) return std::string(to_string(info.error().code));
    return (info->duplicate ? "duplicate " : "") + std::to_string(info->base_offset.value) + "-" +
           std::to_string(info->last_offset.value);
  }
  // Reads and takes apart: "0:a 1:b". Batches in the testing codecs are looked into.
  std::string contents(Offset from = Offset{0}) {
    auto payload =
        log_->read(std::max(from, log_->start_offset()), log_->end_offset(), 1 << 20, true);
    if (!payload) return std::string(to_string(payload.error().code));
    Bytes bytes;
    EXPECT_TRUE(payload->copy_to(bytes));
    std::string text;
    for (const record::BatchView view : record::Batches(bytes)) text += contents_of(view);
    if (!text.empty()) text.pop_back();
    return text;
  }
  // The only batch that is read from `from` on.
  Bytes stored(Offset from) {
    Bytes bytes;
    auto payload = log_->read(from, log_->end_offset(), 1, true);
    EXPECT_TRUE(payload && payload->copy_to(bytes));
    return bytes;
  }
  // Asks for durability; the answers come in order into `durable_`: offsets or errors.
  void flush() {
    log_->flush([this](Result<Offset> until) {
      durable_.push_back(until ? std::to_string(until->value)
                               : std::string(to_string(until.error().code)));
    });
  }
  // These wait for what the pool does for them.
  Result<Offset> delete_records(Offset offset) {
    auto deleted = log_->delete_records(offset);
    scheduler_.run();
    return deleted.ready() ? deleted.await_resume() : fail(Errc::kTimeout, "", "no answer");
  }
  Result<> apply_retention(Offset high_watermark) {
    auto applied = log_->apply_retention(high_watermark);
    scheduler_.run();
    return applied;
  }
  std::string time_lookup(int64_t timestamp_ms) {
    return text(log_->offset_for_time(timestamp_ms));
  }
  static std::string text(const Result<std::optional<TimestampOffset>>& found) {
    if (!found) return std::string(to_string(found.error().code));
    if (!*found) return "none";
    return std::to_string((*found)->offset.value) + "@" + std::to_string((*found)->timestamp_ms);
  }

  SimScheduler scheduler_;
  TestingStorage storage_;
  TestingCodec gzip_{TN_WIRE_GZIP};
  TestingCodec zstd_{TN_WIRE_ZSTD};
  plugin::Codecs codecs_;
  config::TopicConfig config_;
  std::unique_ptr<Log> log_;
  std::vector<std::string> durable_;

 private:
  std::string contents_of(const record::BatchView& view) const {
    Bytes room;
    ByteView section = view.records();
    if (view.codec_id() != 0) {
      room = codecs_.find(view.codec_id())->decompress(section, 1 << 20).value();
      section = room;
    }
    std::string text;
    record::RecordReader reader(section);
    record::RecordView record;
    while (reader.next(record)) {
      text += std::to_string(view.base_offset().value + record.offset_delta) + ":";
      text += std::string(as_text(record.value.value_or(ByteView{}))) + " ";
    }
    return text;
  }
};

}  // namespace tenon::log
