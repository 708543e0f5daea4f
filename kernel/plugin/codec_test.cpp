// SPDX-License-Identifier: Apache-2.0
#include "plugin/codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

namespace tenon::plugin {
namespace {

// Runs of one byte: [count, byte]. content_size answers with `claims`, true or not.
struct Fake {
  std::atomic<int> contexts = 0;
  std::atomic<int> freed = 0;
  size_t claims = 0;
  std::vector<size_t> capacities;
  bool lies_about_length = false;
  bool has_no_context = false;
  const Suspect* freed_by = nullptr;  // who was named while contexts were freed
};

Fake& fake_of(void* self) {
  return *static_cast<Fake*>(self);
}

void* fake_new_context(void* self) {
  if (fake_of(self).has_no_context) return nullptr;
  fake_of(self).contexts++;
  return new int(0);
}
void fake_free_context(void* self, void* context) {
  fake_of(self).freed++;
  fake_of(self).freed_by = current_call().suspect;
  delete static_cast<int*>(context);
}
size_t fake_bound(void*, size_t len) {
  return len * 2;
}
tn_code fake_compress(void* self, void*, const tn_bytes* src, size_t, int32_t, uint8_t* dst,
                      size_t cap, size_t* dst_len, tn_error*) {
  uint8_t* at = dst;
  for (size_t i = 0; i < src->len;) {
    size_t run = 1;
    while (run < 255 && i + run < src->len && src->data[i + run] == src->data[i]) ++run;
    *at++ = static_cast<uint8_t>(run);
    *at++ = src->data[i];
    i += run;
  }
  *dst_len = fake_of(self).lies_about_length ? cap + 1 : static_cast<size_t>(at - dst);
  return TN_OK;
}
tn_code fake_decompress(void* self, void*, tn_bytes src, uint8_t* dst, size_t cap, size_t* dst_len,
                        tn_error* error) {
  fake_of(self).capacities.push_back(cap);
  *dst_len = 0;
  if (src.len % 2 != 0) {
    std::strcpy(error->message, "half a run");
    return TN_E_CORRUPT;
  }
  for (size_t i = 0; i < src.len; i += 2) {
    if (cap - *dst_len < src.data[i]) return TN_E_LIMIT;
    std::memset(dst + *dst_len, src.data[i + 1], src.data[i]);
    *dst_len += src.data[i];
  }
  if (fake_of(self).lies_about_length) *dst_len = cap + 1;
  return TN_OK;
}
size_t fake_content_size(void* self, tn_bytes) {
  return fake_of(self).claims;
}

constexpr tn_codec kFake{.struct_size = sizeof(tn_codec),
                         .wire_id = TN_WIRE_LZ4,
                         .flags = 0,
                         .reserved = 0,
                         .new_context = fake_new_context,
                         .free_context = fake_free_context,
                         .bound = fake_bound,
                         .compress = fake_compress,
                         .decompress = fake_decompress,
                         .content_size = fake_content_size};

class CodecHandleTest : public testing::Test {
 protected:
  Bytes compressed(const Bytes& content) {
    Bytes out;
    EXPECT_TRUE(codec_->compress(content, out).has_value());
    return out;
  }

  Fake fake_;
  std::unique_ptr<Codec> codec_ = std::make_unique<Codec>("runs", kFake, &fake_);
};

TEST_F(CodecHandleTest, content_comes_back) {
  const Bytes content(100'000, 42);
  EXPECT_EQ(*codec_->decompress(compressed(content), 1 << 20), content);
}

TEST_F(CodecHandleTest, compressed_bytes_are_appended) {
  Bytes out = {9};
  EXPECT_TRUE(codec_->compress(Bytes{5, 5, 5}, out).has_value());
  EXPECT_EQ(out, (Bytes{9, 3, 5}));
}

TEST_F(CodecHandleTest, the_buffer_grows_until_the_content_fits) {
  const Bytes content(1 << 20, 1);
  EXPECT_EQ(codec_->decompress(compressed(content), 1 << 22)->size(), content.size());
  EXPECT_GT(fake_.capacities.size(), 1u);
  EXPECT_TRUE(std::ranges::is_sorted(fake_.capacities));
}

TEST_F(CodecHandleTest, a_true_claim_saves_the_growing) {
  const Bytes content(4096, 1);
  fake_.claims = content.size();
  EXPECT_EQ(*codec_->decompress(compressed(content), 1 << 20), content);
  EXPECT_EQ(fake_.capacities, std::vector<size_t>{4096});
}

TEST_F(CodecHandleTest, a_false_claim_does_not_allocate_what_it_says) {
  fake_.claims = 1 << 30;
  EXPECT_TRUE(codec_->decompress(Bytes{1, 1}, 1 << 30).has_value());
  EXPECT_LE(fake_.capacities.front(), 1u << 20);
}

TEST_F(CodecHandleTest, nothing_larger_than_the_limit_is_made) {
  const Bytes bomb = compressed(Bytes(1 << 20, 1));
  const auto content = codec_->decompress(bomb, 1000);
  ASSERT_FALSE(content.has_value());
  EXPECT_EQ(content.error().code, Errc::kTooLarge);
  EXPECT_LE(*std::ranges::max_element(fake_.capacities), 1000u);
}

TEST_F(CodecHandleTest, damage_is_a_corrupt_message) {
  const auto content = codec_->decompress(Bytes{1}, 1000);
  EXPECT_EQ(content.error().code, Errc::kCorruptMessage);
  EXPECT_EQ(content.error().text(), "runs: half a run");
}

TEST_F(CodecHandleTest, a_codec_that_writes_past_its_buffer_is_caught) {
  fake_.lies_about_length = true;
  EXPECT_EQ(codec_->decompress(Bytes{1, 1}, 1000).error().code, Errc::kPluginFailed);
}

class CodecErrorsTest : public CodecHandleTest {
 protected:
  CodecErrorsTest() {
    watch_.set_suspect(&kOld);
    codec_ = std::make_unique<Codec>("runs", kFake, &fake_, nullptr, watch_);
  }
  bool has_errors(const std::string& function, int n) const {
    return metrics_.expose().find(
               "tenon_plugin_errors_total{kind=\"codec\",plugin=\"runs\",function=\"" + function +
               "\"} " + std::to_string(n) + "\n") != std::string::npos;
  }
  Errc compress_error() const {
    Bytes out;
    const auto done = codec_->compress(Bytes{1, 1}, out);
    return done ? Errc{} : done.error().code;
  }

  static constexpr Suspect kOld{"codec runs 1.0.0", "/1.so"};
  static constexpr Suspect kNew{"codec runs 2.0.0", "/2.so"};
  MetricRegistry metrics_;
  Watch watch_{"codec", "runs", &metrics_, nullptr};
};

TEST_F(CodecErrorsTest, a_length_past_the_place_counts_as_an_error) {
  fake_.lies_about_length = true;
  EXPECT_EQ(codec_->decompress(Bytes{1, 1}, 1000).error().code, Errc::kPluginFailed);
  EXPECT_EQ(compress_error(), Errc::kPluginFailed);
  EXPECT_TRUE(has_errors("decompress", 1)) << metrics_.expose();
  EXPECT_TRUE(has_errors("compress", 1));
}

TEST_F(CodecErrorsTest, a_context_that_is_missing_counts_as_an_error) {
  fake_.has_no_context = true;
  EXPECT_EQ(codec_->decompress(Bytes{1, 1}, 1000).error().code, Errc::kPluginFailed);
  EXPECT_EQ(compress_error(), Errc::kPluginFailed);
  EXPECT_TRUE(has_errors("decompress", 1));
  EXPECT_TRUE(has_errors("compress", 1));
}

TEST_F(CodecErrorsTest, what_clients_send_is_no_error_of_the_codec) {
  EXPECT_EQ(codec_->decompress(Bytes{1}, 1000).error().code, Errc::kCorruptMessage);
  EXPECT_EQ(codec_->decompress(Bytes{255, 1, 255, 1}, 300).error().code, Errc::kTooLarge);
  EXPECT_TRUE(has_errors("decompress", 0)) << metrics_.expose();
}

TEST_F(CodecErrorsTest, contexts_are_freed_in_the_name_of_the_version_that_made_them) {
  compressed({1, 2, 3});
  watch_.set_suspect(&kNew);
  codec_->swap(kFake, &fake_, nullptr);
  EXPECT_EQ(fake_.freed_by, &kOld);
  compressed({1, 2, 3});
  codec_.reset();
  EXPECT_EQ(fake_.freed_by, &kNew);
}

TEST_F(CodecHandleTest, one_thread_needs_one_context) {
  for (int i = 0; i < 10; ++i) compressed({1, 2, 3});
  EXPECT_EQ(fake_.contexts, 1);
}

TEST_F(CodecHandleTest, threads_share_no_context_and_all_are_freed) {
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) compressed({1, 2, 3});
      });
    }
  }
  EXPECT_GE(fake_.contexts, 1);
  EXPECT_LE(fake_.contexts, 4);
  codec_.reset();
  EXPECT_EQ(fake_.freed, fake_.contexts);
}

TEST_F(CodecHandleTest, codecs_are_found_by_id_and_name) {
  Codecs codecs;
  codecs.add(*codec_);
  EXPECT_EQ(codecs.find(TN_WIRE_LZ4), codec_.get());
  EXPECT_EQ(codecs.find("runs"), codec_.get());
  EXPECT_EQ(codecs.find("gzip"), nullptr);
  for (const int id : {-1, 0, 1, 5, 8, 100}) EXPECT_EQ(codecs.find(id), nullptr) << id;
  EXPECT_TRUE(codecs.known(0));
  EXPECT_TRUE(codecs.known(TN_WIRE_LZ4));
  EXPECT_FALSE(codecs.known(TN_WIRE_ZSTD));
}

}  // namespace
}  // namespace tenon::plugin
