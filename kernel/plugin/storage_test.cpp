// SPDX-License-Identifier: Apache-2.0
#include "plugin/storage.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

namespace tenon::plugin {
namespace {

// What the plugin behind the handle was asked, and what it is to answer.
struct Fake {
  tn_code next = TN_OK;
  std::string opened;
  std::vector<uint64_t> appended_sizes;
  int released = 0;
  int closed = 0;
  uint32_t removed = 0;
  std::vector<int64_t> configured;
  size_t segments = 0;
  std::map<std::string, Bytes> blobs;
  tn_flushed pending = nullptr;
  void* pending_arg = nullptr;
  uint8_t content[4] = {1, 2, 3, 4};
};

Fake& fake_of(void* log) {
  return *static_cast<Fake*>(log);
}

tn_code fake_open(void* self, const tn_log_spec* spec, void** log, tn_log_state* state, tn_error*) {
  Fake& fake = fake_of(self);
  fake.opened = fmt::format("{} in {}", spec->name, spec->directory);
  state->start_offset = 3;
  state->end_offset = 9;
  *log = self;
  return fake.next;
}
tn_code fake_close(void* log, uint32_t remove, tn_error*) {
  fake_of(log).closed++;
  fake_of(log).removed = remove;
  return TN_OK;
}
tn_code fake_append(void* log, const tn_append* batches, tn_error* error) {
  for (uint32_t i = 0; i < batches->n_pieces; ++i)
    fake_of(log).appended_sizes.push_back(batches->pieces[i].len);
  if (fake_of(log).next != TN_OK) std::strcpy(error->message, "the disk is full");
  return fake_of(log).next;
}
tn_code fake_read(void* log, int64_t offset, int64_t, uint64_t, uint32_t, tn_read* result,
                  tn_error*) {
  if (offset > 9) return TN_E_NOT_FOUND;
  result->n_slices = 2;
  result->slices[0] = {
      .fd = -1, .reserved = 0, .offset = 0, .len = 3, .data = fake_of(log).content};
  result->slices[1] = {.fd = 5, .reserved = 0, .offset = 100, .len = 7, .data = nullptr};
  result->lease = log;
  return fake_of(log).next;
}
void fake_release(void* log, void*) {
  fake_of(log).released++;
}
tn_code fake_lookup(void*, int64_t timestamp, int64_t* offset, tn_error*) {
  *offset = 4;
  return timestamp > 1000 ? TN_E_NOT_FOUND : TN_OK;
}
void fake_flush(void* log, tn_flushed done, void* arg) {
  fake_of(log).pending = done;
  fake_of(log).pending_arg = arg;
}
tn_code fake_truncate(void* log, int64_t, tn_error*) {
  return fake_of(log).next;
}
tn_code fake_trim(void*, int64_t offset, int64_t* start, tn_error*) {
  *start = offset - 1;
  return TN_OK;
}
tn_code fake_segments(void* log, tn_segment* segments, size_t cap, size_t* n, tn_error*) {
  *n = fake_of(log).segments;
  for (size_t i = 0; i < std::min(cap, *n); ++i) segments[i].base_offset = static_cast<int64_t>(i);
  return TN_OK;
}
tn_code fake_put_blob(void* log, const char* name, tn_bytes bytes, tn_error*) {
  fake_of(log).blobs[name].assign(bytes.data, bytes.data + bytes.len);
  return TN_OK;
}
tn_code fake_get_blob(void* log, const char* name, uint8_t* dst, size_t cap, size_t* len,
                      tn_error*) {
  const auto& blobs = fake_of(log).blobs;
  const auto it = blobs.find(name);
  if (it == blobs.end()) return TN_E_NOT_FOUND;
  *len = it->second.size();
  if (*len > cap) return TN_E_NOSPACE;
  std::memcpy(dst, it->second.data(), *len);
  return TN_OK;
}

tn_code fake_configure(void* log, const tn_log_spec* spec, tn_error*) {
  Fake& fake = fake_of(log);
  if (fake.next != TN_OK) return fake.next;
  fake.configured = {spec->segment_bytes, spec->segment_ms, spec->index_interval_bytes,
                     spec->index_bytes_max};
  return TN_OK;
}

constexpr tn_storage kFake{.struct_size = sizeof(tn_storage),
                           .flags = TN_STORAGE_DURABLE,
                           .open = fake_open,
                           .close = fake_close,
                           .append = fake_append,
                           .read = fake_read,
                           .release = fake_release,
                           .lookup = fake_lookup,
                           .flush = fake_flush,
                           .truncate = fake_truncate,
                           .trim = fake_trim,
                           .segments = fake_segments,
                           .put_blob = fake_put_blob,
                           .get_blob = fake_get_blob,
                           .configure = fake_configure};

class StorageHandleTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = engine_.open({.directory = "/d", .name = "orders-0"});
    ASSERT_TRUE(opened.has_value());
    state_ = opened->state;
    log_ = opened->log;
  }
  Result<Payload> read(int64_t from) {
    return log_->read({.from = Offset{from}, .end = Offset{9}, .max_bytes = 100});
  }

  Fake fake_;
  StorageEngine engine_{"fake", kFake, &fake_};
  std::shared_ptr<StorageLog> log_;
  LogState state_;
};

TEST_F(StorageHandleTest, open_passes_the_spec_and_returns_what_was_found) {
  EXPECT_EQ(fake_.opened, "orders-0 in /d");
  EXPECT_EQ(state_.start_offset, Offset{3});
  EXPECT_EQ(state_.end_offset, Offset{9});
  EXPECT_TRUE(engine_.durable());
}

TEST_F(StorageHandleTest, configure_passes_the_layout) {
  const LogSpec spec{.directory = "/d",
                     .name = "orders-0",
                     .segment_bytes = 1,
                     .segment_ms = 2,
                     .index_interval_bytes = 3,
                     .index_bytes_max = 4};
  ASSERT_TRUE(log_->configure(spec).has_value());
  EXPECT_EQ(fake_.configured, (std::vector<int64_t>{1, 2, 3, 4}));
  fake_.next = TN_E_INVALID;
  EXPECT_FALSE(log_->configure(spec).has_value());
}

TEST_F(StorageHandleTest, a_failed_open_names_the_log) {
  fake_.next = TN_E_CORRUPT;
  const auto opened = engine_.open({.directory = "/d", .name = "orders-1"});
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, Errc::kCorruptData);
  EXPECT_EQ(opened.error().where, "orders-1");
}

TEST_F(StorageHandleTest, append_passes_the_pieces) {
  const uint8_t bytes[10] = {};
  EXPECT_TRUE(log_->append({.pieces = {{bytes, 4}, {bytes, 6}}}).has_value());
  EXPECT_EQ(fake_.appended_sizes, (std::vector<uint64_t>{4, 6}));
}

TEST_F(StorageHandleTest, a_failed_append_says_what_the_plugin_said) {
  fake_.next = TN_E_NOSPACE;
  const auto appended = log_->append({.pieces = {}});
  EXPECT_EQ(appended.error().code, Errc::kNoSpace);
  EXPECT_EQ(appended.error().text(), "orders-0: the disk is full");
}

TEST_F(StorageHandleTest, a_read_keeps_its_slices_and_their_sum) {
  const auto payload = read(3);
  ASSERT_TRUE(payload.has_value());
  ASSERT_EQ(payload->slices.size(), 2u);
  EXPECT_EQ(payload->bytes, 10u);
  EXPECT_EQ(payload->slices[0].data, fake_.content);
  EXPECT_EQ(payload->slices[1].fd, 5);
}

TEST_F(StorageHandleTest, a_lease_is_released_once_when_the_payload_goes) {
  {
    auto payload = read(3);
    Payload moved = *std::move(payload);
    EXPECT_EQ(fake_.released, 0);
  }
  EXPECT_EQ(fake_.released, 1);
}

TEST_F(StorageHandleTest, a_lease_keeps_the_handle_alive) {
  auto payload = read(3);
  const std::weak_ptr<StorageLog> watched = log_;
  log_.reset();
  EXPECT_FALSE(watched.expired());
  payload = std::unexpected(Error{});
  EXPECT_TRUE(watched.expired());
}

TEST_F(StorageHandleTest, a_read_outside_the_log_is_out_of_range) {
  EXPECT_EQ(read(10).error().code, Errc::kOffsetOutOfRange);
}

TEST_F(StorageHandleTest, a_time_after_the_last_record_finds_nothing) {
  EXPECT_EQ(*log_->lookup(500), Offset{4});
  EXPECT_EQ(*log_->lookup(5000), std::nullopt);
}

TEST_F(StorageHandleTest, a_flush_completes_when_the_plugin_says_so) {
  int done = 0;
  log_->flush([&](Result<> result) { done += result.has_value() ? 1 : 100; });
  EXPECT_EQ(done, 0);
  fake_.pending(fake_.pending_arg, TN_OK, nullptr);
  EXPECT_EQ(done, 1);
}

TEST_F(StorageHandleTest, a_failed_flush_carries_its_error_even_without_words) {
  Errc code = Errc::kUnknown;
  log_->flush([&](Result<> result) { code = result.error().code; });
  fake_.pending(fake_.pending_arg, TN_E_IO, nullptr);
  EXPECT_EQ(code, Errc::kIo);
}

TEST_F(StorageHandleTest, a_pending_flush_keeps_the_handle_alive) {
  const std::weak_ptr<StorageLog> watched = log_;
  log_->flush([](Result<>) {});
  log_.reset();
  EXPECT_FALSE(watched.expired());
  fake_.pending(fake_.pending_arg, TN_OK, nullptr);
  EXPECT_TRUE(watched.expired());
}

TEST_F(StorageHandleTest, segments_come_all_however_many) {
  for (const size_t n : {0u, 1u, 16u, 17u, 100u}) {
    fake_.segments = n;
    const auto segments = log_->segments();
    ASSERT_EQ(segments->size(), n);
    if (n > 0) {
      EXPECT_EQ(segments->back().base_offset, static_cast<int64_t>(n) - 1);
    }
  }
}

TEST_F(StorageHandleTest, blobs_of_any_size_come_back_whole) {
  for (const size_t size : {0u, 1u, 4096u, 4097u, 100'000u}) {
    const Bytes blob(size, 7);
    EXPECT_TRUE(log_->put_blob("producers", blob).has_value());
    EXPECT_EQ(*log_->get_blob("producers"), blob);
  }
  EXPECT_EQ(*log_->get_blob("nothing"), std::nullopt);
}

TEST_F(StorageHandleTest, trim_and_truncate_pass_through) {
  EXPECT_EQ(*log_->trim(Offset{8}), Offset{7});
  EXPECT_TRUE(log_->truncate(Offset{5}).has_value());
  fake_.next = TN_E_PANIC;
  EXPECT_EQ(log_->truncate(Offset{5}).error().code, Errc::kPluginFailed);
}

TEST_F(StorageHandleTest, close_keeps_and_remove_deletes) {
  EXPECT_TRUE(log_->close().has_value());
  EXPECT_EQ(fake_.removed, 0u);
  EXPECT_TRUE(log_->remove().has_value());
  EXPECT_EQ(fake_.removed, 1u);
  EXPECT_EQ(fake_.closed, 2);
}

}  // namespace
}  // namespace tenon::plugin
