// SPDX-License-Identifier: Apache-2.0

#include "metadata/records.h"

#include "metadata/metadata_fixture.h"

namespace tenon::metadata {
namespace {

class RecordsTest : public MetadataFixture {
 protected:
  static Error refused(const Bytes& bytes) {
    const auto record = decode_record(bytes);
    EXPECT_FALSE(record) << "the bytes were accepted";
    return record ? Error{} : record.error();
  }
};

TEST_F(RecordsTest, a_record_is_framed_as_kafka_frames_it) {
  const Bytes bytes = encode_record(wire::TopicRecord{.name = "ab", .topic_id = Uuid{}});
  // Frame version 1, type 2, version 0, compact string of 2, the id, no tags.
  Bytes expected{1, 2, 0, 3, 'a', 'b'};
  expected.resize(expected.size() + 16 + 1);
  EXPECT_EQ(bytes, expected);
}

TEST_F(RecordsTest, every_kind_of_record_comes_back_as_it_was) {
  const std::vector<Record> records{broker(1, 5),        topic("orders", 1),
                                    partition(1, 0),     config("orders", "retention.ms", "1"),
                                    producer_ids(1000),  remove(1),
                                    config("x", "y", {})};
  const auto decoded = decode_records(encode_records(records));
  ASSERT_TRUE(decoded) << decoded.error().text();
  EXPECT_EQ(encode_records(*decoded), encode_records(records));
  ASSERT_EQ(decoded->size(), records.size());
  for (size_t i = 0; i < records.size(); ++i) EXPECT_EQ((*decoded)[i].index(), records[i].index());
}

TEST_F(RecordsTest, an_unknown_type_is_refused_by_its_number) {
  const Error error = refused({1, 99, 0, 0});
  EXPECT_EQ(error.code, Errc::kCorruptData);
  EXPECT_NE(error.detail.find("99"), std::string::npos) << error.detail;
}

TEST_F(RecordsTest, a_newer_version_is_refused_by_name) {
  const Error error = refused({1, 2, 7, 0});
  EXPECT_NE(error.detail.find("TopicRecord has version 7"), std::string::npos) << error.detail;
}

TEST_F(RecordsTest, another_frame_version_is_refused) {
  EXPECT_NE(refused({2, 2, 0}).detail.find("frame version 2"), std::string::npos);
}

TEST_F(RecordsTest, a_record_cut_anywhere_is_refused) {
  const Bytes whole = encode_record(topic("orders", 1));
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(decode_record(ByteView(whole).first(length))) << length;
}

TEST_F(RecordsTest, a_list_cut_inside_a_record_is_refused) {
  const Bytes whole = encode_records(std::vector<Record>{topic("orders", 1)});
  for (size_t length = 1; length < whole.size(); ++length)
    EXPECT_FALSE(decode_records(ByteView(whole).first(length))) << length;
}

TEST_F(RecordsTest, an_image_is_made_again_from_its_records) {
  const auto image = after({broker(1, 5), topic("b", 1), partition(1, 0), partition(1, 1),
                            config("b", "retention.ms", "5"), topic("a", 2), partition(2, 0),
                            producer_ids(3000), group_config("g", "k", "1")});
  const auto again = after(to_records(*image));
  EXPECT_EQ(dump(*again), dump(*image));
  EXPECT_EQ(*again->find("b"), *image->find("b"));
  EXPECT_EQ(again->group_configs("g"), image->group_configs("g"));
  EXPECT_EQ(again->brokers(), image->brokers());
  EXPECT_EQ(again->next_producer_id(), 3000);
}

TEST_F(RecordsTest, equal_images_have_equal_bytes_whatever_their_history) {
  const auto one = after({topic("a", 1), partition(1, 0), topic("b", 2), partition(2, 0)});
  const auto other = after({topic("x", 3), topic("b", 2), partition(2, 0), remove(3), topic("a", 1),
                            partition(1, 0), config("a", "k", "v"), config("a", "k", std::nullopt),
                            group_config("g", "k", "1"), group_config("g", "k", std::nullopt)});
  EXPECT_EQ(dump(*one), dump(*other));
}

}  // namespace
}  // namespace tenon::metadata
