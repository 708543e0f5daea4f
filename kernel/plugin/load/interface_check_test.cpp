// SPDX-License-Identifier: Apache-2.0
#include "plugin/load/interface_check.h"

#include <gtest/gtest.h>

#include "plugin/watch/call_scope.h"

namespace tenon::plugin {
namespace {

// A plugin whose table each test alters.
class InterfaceCheckTest : public testing::Test {
 protected:
  InterfaceCheckTest() {
    partitioner_ = {.struct_size = sizeof(tn_partitioner),
                    .flags = 0,
                    .partition = [](void*, void*, const tn_topic_view*,
                                    const tn_record*) -> int32_t { return 0; },
                    .new_state = nullptr,
                    .free_state = nullptr,
                    .on_new_batch = nullptr,
                    .partition_batch = nullptr};
    codec_ = {.struct_size = sizeof(tn_codec),
              .wire_id = TN_WIRE_GZIP,
              .flags = 0,
              .reserved = 0,
              .new_context = nullptr,
              .free_context = nullptr,
              .bound = [](void*, size_t length) { return length; },
              .compress = [](void*, void*, const tn_bytes*, size_t, int32_t, uint8_t*, size_t,
                             size_t*, tn_error*) -> tn_code { return TN_OK; },
              .decompress = [](void*, void*, tn_bytes, uint8_t*, size_t, size_t*,
                               tn_error*) -> tn_code { return TN_OK; },
              .content_size = nullptr};
    assignor_ = {.struct_size = sizeof(tn_assignor),
                 .flags = 0,
                 .assign = [](void*, const tn_assignor_input*, int32_t*, tn_error*) -> tn_code {
                   return TN_OK;
                 }};
    storage_ = {};
    storage_.struct_size = sizeof(tn_storage);
    descriptor_.struct_size = sizeof(tn_descriptor);
    descriptor_.name = "sample";
    descriptor_.get_interface = [](const char* id) -> const void* {
      called_ = current_call();
      if (id == std::string_view(TN_PARTITIONER_ID)) return &partitioner_;
      if (id == std::string_view(TN_CODEC_ID)) return &codec_;
      if (id == std::string_view(TN_STORAGE_ID)) return &storage_;
      if (id == std::string_view(TN_ASSIGNOR_ID)) return &assignor_;
      return nullptr;
    };
  }
  template <class T>
  static std::string text(const Result<T>& checked) {
    return checked ? "complete" : checked.error().text();
  }
  std::string partitioner() { return text(partitioner_interface(descriptor_, "x.so")); }
  std::string codec() { return text(codec_interface(descriptor_, "x.so")); }
  std::string storage() { return text(storage_interface(descriptor_, "x.so")); }
  std::string assignor() { return text(assignor_interface(descriptor_, "x.so")); }

  static PluginCall called_;
  static tn_partitioner partitioner_;
  static tn_assignor assignor_;
  static tn_codec codec_;
  static tn_storage storage_;
  tn_descriptor descriptor_{};
};
PluginCall InterfaceCheckTest::called_;
tn_partitioner InterfaceCheckTest::partitioner_;
tn_assignor InterfaceCheckTest::assignor_;
tn_codec InterfaceCheckTest::codec_;
tn_storage InterfaceCheckTest::storage_;

TEST_F(InterfaceCheckTest, whoever_is_asked_is_named_should_the_process_die) {
  descriptor_.kind = TN_CODEC;
  descriptor_.version = "1.2.0";
  codec();
  EXPECT_STREQ(called_.suspect->label, "codec sample 1.2.0");
  EXPECT_STREQ(called_.suspect->path, "x.so");
  EXPECT_STREQ(called_.function, "get_interface");
}

TEST_F(InterfaceCheckTest, flags_that_must_be_understood_are_refused_and_others_ignored) {
  partitioner_.flags = codec_.flags = assignor_.flags = 1u << 15;
  EXPECT_EQ(assignor(), "complete");
  EXPECT_EQ(partitioner(), "complete");
  EXPECT_EQ(codec(), "complete");
  partitioner_.flags = codec_.flags = assignor_.flags = 1u << 16;
  EXPECT_NE(assignor().find("sets flags that this Tenon does not know"), std::string::npos);
  EXPECT_NE(partitioner().find("sets flags that this Tenon does not know"), std::string::npos);
  EXPECT_NE(codec().find("sets flags that this Tenon does not know"), std::string::npos);
}

TEST_F(InterfaceCheckTest, a_table_with_what_is_needed_is_complete) {
  EXPECT_EQ(partitioner(), "complete");
  EXPECT_EQ(codec(), "complete");
  EXPECT_EQ(assignor(), "complete");
}

TEST_F(InterfaceCheckTest, a_table_that_is_missing_is_named) {
  descriptor_.get_interface = [](const char*) -> const void* { return nullptr; };
  EXPECT_EQ(partitioner(), std::string("x.so: \"sample\" has no interface ") + TN_PARTITIONER_ID);
}

TEST_F(InterfaceCheckTest, an_assignor_of_the_draft_is_told_to_be_built_anew) {
  descriptor_.get_interface = [](const char* id) -> const void* {
    return id == std::string_view("tenon.draft.assignor/1") ? &assignor_ : nullptr;
  };
  EXPECT_EQ(assignor(),
            "x.so: \"sample\" speaks tenon.draft.assignor/1, a draft that has become "
            "tenon.assignor/1: build it anew with this SDK");
}

TEST_F(InterfaceCheckTest, a_hole_is_refused) {
  partitioner_.partition = nullptr;
  EXPECT_EQ(partitioner(),
            std::string("x.so: its interface ") + TN_PARTITIONER_ID + " is incomplete");
  codec_.decompress = nullptr;
  EXPECT_NE(codec(), "complete");
  assignor_.assign = nullptr;
  EXPECT_NE(assignor(), "complete");
  EXPECT_NE(storage(), "complete");
}

// An older plugin's table ends before the function, whatever lies behind it.
TEST_F(InterfaceCheckTest, a_table_that_is_too_short_is_refused) {
  partitioner_.struct_size = offsetof(tn_partitioner, partition);
  EXPECT_NE(partitioner(), "complete");
  codec_.struct_size = offsetof(tn_codec, decompress);
  EXPECT_NE(codec(), "complete");
  assignor_.struct_size = offsetof(tn_assignor, assign);
  EXPECT_NE(assignor(), "complete");
}

TEST_F(InterfaceCheckTest, what_is_made_must_be_freed) {
  partitioner_.new_state = [](void*) -> void* { return nullptr; };
  EXPECT_NE(partitioner(), "complete");
  codec_.free_context = [](void*, void*) {};
  EXPECT_NE(codec(), "complete");
}

TEST_F(InterfaceCheckTest, kafka_has_four_codecs) {
  codec_.wire_id = 5;
  EXPECT_EQ(codec(), "x.so: its wire id is 5; Kafka has 1 to 4");
  codec_.wire_id = 0;
  EXPECT_NE(codec(), "complete");
}

}  // namespace
}  // namespace tenon::plugin
