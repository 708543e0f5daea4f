// SPDX-License-Identifier: Apache-2.0

#include "handlers/data/init_producer_id.h"

#include <set>

#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

using wire::ErrorCode;

class InitProducerIdTest : public HandlerTest {
 protected:
  wire::InitProducerIdResponse init(size_t shard = 0) {
    wire::InitProducerIdRequest request;
    request.transactional_id.reset();
    return ask(handle_init_producer_id, request, 5, shard);
  }
};

TEST_F(InitProducerIdTest, gives_an_id_in_its_first_epoch) {
  const auto response = init();
  EXPECT_EQ(code(response.error_code), ErrorCode::kNone);
  EXPECT_GE(response.producer_id, 0);
  EXPECT_EQ(response.producer_epoch, 0);
}

TEST_F(InitProducerIdTest, no_id_is_given_twice_on_any_shard_or_from_any_block) {
  std::set<int64_t> given;
  constexpr int kIds = controller::Controller::kProducerIdBlockSize * 2 + 10;
  for (int i = 0; i < kIds; ++i) given.insert(init(static_cast<size_t>(i) % kShards).producer_id);
  EXPECT_EQ(given.size(), static_cast<size_t>(kIds));
}

// Both find the block used up and ask for a new one.
TEST_F(InitProducerIdTest, no_id_is_given_twice_to_requests_at_one_time) {
  wire::InitProducerIdRequest request;
  request.transactional_id.reset();
  Call one{*services_, 0, connection_, {.api_version = 5}};
  Call two{*services_, 1, connection_, {.api_version = 5}};
  auto first = start(handle_init_producer_id(one, request));
  auto second = start(handle_init_producer_id(two, request));
  const auto a = wait(std::move(first)), b = wait(std::move(second));
  EXPECT_NE(a.producer_id, b.producer_id);
}

TEST_F(InitProducerIdTest, transactions_are_refused) {
  const auto response = ask(handle_init_producer_id, {.transactional_id = "tx"});
  EXPECT_EQ(code(response.error_code), ErrorCode::kTransactionalIdAuthorizationFailed);
  EXPECT_EQ(response.producer_id, -1);
}

}  // namespace
}  // namespace tenon::handlers
