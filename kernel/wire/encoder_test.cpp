// SPDX-License-Identifier: Apache-2.0

#include "wire/encoder.h"

#include <gtest/gtest.h>

#include "wire/decoder.h"
#include "wire/testing/golden.h"

namespace tenon::wire {
namespace {

struct Part {
  int16_t code = 0;
  std::optional<Payload> records{};

  template <class V>
  void fields(V& v) {
    v.field("Code", code);
    v.field("Records", records, since(0).nullable());
  }
};

struct Nullable {
  std::optional<Part> part{};
  std::optional<Part> tagged{};

  template <class V>
  void fields(V& v) {
    v.field("Part", part, since(0).nullable());
    v.tagged(2, "Tagged", tagged, since(0).nullable());
  }
};

struct Reply {
  std::optional<std::string> text{};
  std::vector<Part> parts{};
  int64_t epoch = -1;
  std::vector<int32_t> nodes{};

  template <class V>
  void fields(V& v) {
    v.field("Text", text, since(0).nullable(1));
    v.field("Parts", parts);
    v.tagged(1, "Epoch", epoch, since(1), int64_t{-1});
    v.tagged(4, "Nodes", nodes, since(1));
  }
};

// Version 0 is not flexible, the others are.
OutputChain written(Reply reply, int16_t version) {
  OutputChain chain;
  Encoder(chain, version, version > 0).write_struct(reply);
  return chain;
}

TEST(encoder, writes_plain_lengths) {
  EXPECT_EQ(written({.text = "ab"}, 0).bytes, from_hex("0002 6162 00000000"));
}

TEST(encoder, writes_compact_lengths_and_an_empty_list_of_tagged_fields) {
  EXPECT_EQ(written({.text = "ab"}, 1).bytes, from_hex("03 6162 01 00"));
}

TEST(encoder, writes_null_as_empty_where_the_version_has_no_null) {
  EXPECT_EQ(written({}, 0).bytes, from_hex("0000 00000000"));
  EXPECT_EQ(written({}, 1).bytes, from_hex("00 01 00"));
}

TEST(encoder, writes_tagged_fields_that_are_set_with_tag_and_size) {
  EXPECT_EQ(written({.epoch = 7, .nodes = {258}}, 1).bytes,
            from_hex("00 01 02 01 08 0000000000000007 04 05 02 00000102"));
  EXPECT_EQ(written({.nodes = {258}}, 1).bytes, from_hex("00 01 01 04 05 02 00000102"));
}

TEST(encoder, writes_a_byte_in_front_of_a_struct_that_may_be_null) {
  const auto bytes = [](Nullable message) {
    OutputChain chain;
    Encoder(chain, 1, true).write_struct(message);
    return chain.bytes;
  };
  EXPECT_EQ(bytes({}), from_hex("ff 00"));
  EXPECT_EQ(bytes({.part = Part{.code = 7}}), from_hex("01 0007 00 00 00"));
  EXPECT_EQ(bytes({.tagged = Part{.code = 7}}), from_hex("ff 01 02 05 01 0007 00 00"));
}

TEST(encoder, splices_payloads_behind_their_length) {
  Reply reply;
  reply.parts.resize(3);
  reply.parts[0].records = Payload::own(from_hex("aabbcc"));
  reply.parts[1].records = Payload{};
  const OutputChain chain = written(std::move(reply), 0);
  EXPECT_EQ(chain.bytes, from_hex("0000 00000003 0000 00000003 0000 00000000 0000 ffffffff"));
  ASSERT_EQ(chain.splices.size(), 1u);
  EXPECT_EQ(chain.splices[0].at, 12u);
  EXPECT_EQ(chain.splices[0].payload.bytes, 3u);
}

TEST(encoder, leaves_the_bytes_of_a_payload_where_they_are) {
  Payload payload = Payload::own(from_hex("aabbcc"));
  const uint8_t* data = payload.slices[0].data;
  Reply reply;
  reply.parts.resize(1);
  reply.parts[0].records = std::move(payload);
  EXPECT_EQ(written(std::move(reply), 1).splices.at(0).payload.slices.at(0).data, data);
}

TEST(encoder, cuts_a_text_that_no_kafka_string_can_hold_between_characters) {
  std::string text(Decoder::kStringBytesMax - 1, 'a');
  text += "\xc3\xa4 and more";
  const OutputChain chain = written({.text = text}, 0);
  EXPECT_EQ(load_be<int16_t>(chain.bytes.data()), Decoder::kStringBytesMax - 1);
  EXPECT_EQ(chain.bytes.size(), 2 + Decoder::kStringBytesMax - 1 + 4);
}

}  // namespace
}  // namespace tenon::wire
