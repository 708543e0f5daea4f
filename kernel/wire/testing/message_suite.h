// SPDX-License-Identifier: Apache-2.0
//
// What every message must do in every version: a typed test suite that the test beside each
// folder's instances.cpp runs over the folder's list (catalog.h).
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "wire/catalog.h"
#include "wire/codec.h"
#include "wire/testing/filler.h"
#include "wire/testing/golden.h"
#include "wire/testing/mutator.h"

namespace tenon::wire {

template <class List>
struct TypesOf;
template <class... M>
struct TypesOf<MessageList<M...>> {
  using Type = ::testing::Types<M...>;
};

struct MessageName {
  template <class M>
  static std::string GetName(int /*index*/) {
    return std::string(M::kName);
  }
};

template <class M>
class MessageSuite : public ::testing::Test {
 protected:
  static constexpr int kMutations = 3000;  // over all versions
  static constexpr uint64_t kSeeds = 12;

  template <class F>
  void for_each_version(F&& f) {
    for (int16_t version = M::kVersions.min; version <= M::kVersions.max; ++version) {
      SCOPED_TRACE(std::string(M::kName) + " v" + std::to_string(version));
      f(version);
    }
  }
  Bytes fill(int16_t version, uint64_t seed, Filler::Style style) {
    Filler filler(seed, version, style);
    return encode_bytes<M>(filler.template make<M>(), version);
  }
  // Decodes a copy, which is writable, and encodes what came out; false if it is refused.
  bool passes(Bytes bytes, int16_t version, Bytes* again = nullptr) {
    auto message = decode<M>(bytes, version);
    if (!message) {
      refused_with_ = message.error();
      return false;
    }
    Bytes encoded = encode_bytes<M>(std::move(*message), version);
    if (again != nullptr) *again = std::move(encoded);
    return true;
  }
  void expect_same_after_round_trip(const Bytes& bytes, int16_t version) {
    Bytes again;
    ASSERT_TRUE(passes(bytes, version, &again)) << refused_with_.text();
    EXPECT_EQ(again, bytes);
  }

  Error refused_with_;
};

TYPED_TEST_SUITE_P(MessageSuite);

TYPED_TEST_P(MessageSuite, filled_messages_survive_a_round_trip) {
  this->for_each_version([this](int16_t version) {
    for (uint64_t seed = 0; seed < this->kSeeds; ++seed) {
      this->expect_same_after_round_trip(this->fill(version, seed, Filler::Style::kMixed), version);
    }
  });
}

TYPED_TEST_P(MessageSuite, golden_bytes_are_written_and_read) {
  this->for_each_version([this](int16_t version) {
    const Bytes* full = find_golden(TypeParam::kName, version, "full");
    const Bytes* bare = find_golden(TypeParam::kName, version, "bare");
    ASSERT_TRUE(full != nullptr && bare != nullptr);
    EXPECT_EQ(this->fill(version, static_cast<uint64_t>(version), Filler::Style::kFull), *full);
    EXPECT_EQ(encode_bytes<TypeParam>(TypeParam{}, version), *bare);
    this->expect_same_after_round_trip(*full, version);
    this->expect_same_after_round_trip(*bare, version);
  });
}

TYPED_TEST_P(MessageSuite, every_truncation_is_refused_and_extra_bytes_but_behind_requests) {
  this->for_each_version([this](int16_t version) {
    Bytes bytes = this->fill(version, 1, Filler::Style::kFull);
    for (size_t length = 0; length < bytes.size(); ++length) {
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(length));
      ASSERT_FALSE(this->passes(cut, version)) << length << " bytes of " << bytes.size();
      ASSERT_EQ(this->refused_with_.code, Errc::kMalformed);
    }
    bytes.push_back(0);
    EXPECT_EQ(this->passes(bytes, version), kMayHaveMore<TypeParam>);
  });
}

TYPED_TEST_P(MessageSuite, unknown_tagged_fields_are_skipped) {
  this->for_each_version([this](int16_t version) {
    if (!flexible<TypeParam>(version)) return;
    const Bytes bare = encode_bytes<TypeParam>(TypeParam{}, version);
    Bytes tagged = bare;
    tagged.back() = 1;  // was the empty list of tagged fields
    for (const uint8_t byte : {0xe3, 0x07, 0x03, 0xaa, 0xbb, 0xcc}) tagged.push_back(byte);
    Bytes again;
    ASSERT_TRUE(this->passes(tagged, version, &again)) << this->refused_with_.text();
    EXPECT_EQ(again, bare);
  });
}

TYPED_TEST_P(MessageSuite, versions_that_are_not_spoken_are_refused) {
  for (const int version : {TypeParam::kVersions.min - 1, TypeParam::kVersions.max + 1}) {
    EXPECT_FALSE(this->passes({}, static_cast<int16_t>(version)));
    EXPECT_EQ(this->refused_with_.code, Errc::kUnsupportedVersion);
  }
}

// What is accepted in spite of the damage must be a message that we could have sent.
TYPED_TEST_P(MessageSuite, damaged_bytes_are_refused_or_understood) {
  constexpr int kVersions = TypeParam::kVersions.max - TypeParam::kVersions.min + 1;
  this->for_each_version([this](int16_t version) {
    Mutator mutator(static_cast<uint64_t>(version) + 1);
    const Bytes full = this->fill(version, 2, Filler::Style::kFull);
    const Bytes mixed = this->fill(version, 3, Filler::Style::kMixed);
    for (int i = 0; i < this->kMutations / kVersions; ++i) {
      Bytes again;
      if (!this->passes(mutator.mutate(i % 2 == 0 ? full : mixed), version, &again)) continue;
      this->expect_same_after_round_trip(again, version);
    }
  });
}

REGISTER_TYPED_TEST_SUITE_P(MessageSuite, filled_messages_survive_a_round_trip,
                            golden_bytes_are_written_and_read,
                            every_truncation_is_refused_and_extra_bytes_but_behind_requests,
                            unknown_tagged_fields_are_skipped,
                            versions_that_are_not_spoken_are_refused,
                            damaged_bytes_are_refused_or_understood);

}  // namespace tenon::wire
