// SPDX-License-Identifier: Apache-2.0

#include "handlers/table.h"

#include <gtest/gtest.h>

#include <set>

#include "wire/catalog.h"

namespace tenon::handlers {
namespace {

template <class M>
concept IsRequest = requires { M::kApiKey; } && M::kName.ends_with("Request");

TEST(Table, every_key_stands_once_and_is_found) {
  std::set<wire::ApiKey> keys;
  for (const Api& api : apis()) {
    EXPECT_TRUE(keys.insert(api.key).second) << wire::to_string(api.key);
    EXPECT_EQ(find_api(api.key), &api);
  }
}

TEST(Table, a_key_that_is_not_answered_is_not_found) {
  EXPECT_EQ(find_api(wire::ApiKey{-1}), nullptr);
  EXPECT_EQ(find_api(wire::ApiKey{9999}), nullptr);
}

// What the compiler checks is that a handler's request can be decoded; here, that the key belongs
// to it in the catalog, and that nothing older than the wire knows is offered but produce.
TEST(Table, offers_only_versions_that_the_wire_knows) {
  wire::for_each_message([]<class M>() {
    if constexpr (IsRequest<M>) {
      const Api* api = find_api(M::kApiKey);
      if (api == nullptr) return;
      EXPECT_LE(api->advertised.max, M::kVersions.max) << M::kName;
      if (M::kApiKey == wire::ApiKey::kProduce) return;
      EXPECT_GE(api->advertised.min, M::kVersions.min) << M::kName;
    }
  });
}

TEST(Table, offers_old_produce_versions_so_that_librdkafka_compresses) {
  EXPECT_EQ(find_api(wire::ApiKey::kProduce)->advertised.min, 0);
}

// What a broker without transactions must not promise (KIP-98 clients look for it).
TEST(Table, does_not_offer_transactions) {
  for (const wire::ApiKey key : {wire::ApiKey::kAddPartitionsToTxn, wire::ApiKey::kAddOffsetsToTxn,
                                 wire::ApiKey::kEndTxn, wire::ApiKey::kTxnOffsetCommit}) {
    EXPECT_EQ(find_api(key), nullptr);
  }
}

}  // namespace
}  // namespace tenon::handlers
