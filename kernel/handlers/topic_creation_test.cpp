// SPDX-License-Identifier: Apache-2.0

#include "handlers/topic_creation.h"

#include "groups/partitioning.h"
#include "handlers/testing/handler_fixture.h"

namespace tenon::handlers {
namespace {

class TopicCreationTest : public HandlerTest {
 protected:
  std::vector<std::optional<Error>> make(std::vector<std::string> names) {
    return wait(create_with_defaults(call_, std::move(names)));
  }

  Call call_{*services_, 1, connection_, {}};
};

TEST_F(TopicCreationTest, makes_topics_with_the_defaults) {
  EXPECT_FALSE(make({"a", "b"})[1]);
  EXPECT_EQ(topic("b")->partitions.size(), 2U);
}

TEST_F(TopicCreationTest, a_topic_that_somebody_else_made_is_as_good) {
  create("a");
  const auto errors = make({"a", "b c"});
  EXPECT_FALSE(errors[0]);
  EXPECT_EQ(errors[1]->code, Errc::kInvalidTopic);
}

TEST_F(TopicCreationTest, the_offsets_topic_is_made_once) {
  EXPECT_TRUE(wait(ensure_offsets_topic(call_)));
  const Uuid id = topic(groups::kOffsetsTopic)->id;
  EXPECT_TRUE(wait(ensure_offsets_topic(call_)));
  EXPECT_EQ(topic(groups::kOffsetsTopic)->id, id);
}

TEST_F(TopicCreationTest, clients_do_not_make_internal_topics_by_asking_for_them) {
  EXPECT_EQ(make({"__transaction_state"})[0]->code, Errc::kInvalidTopic);
}

}  // namespace
}  // namespace tenon::handlers
