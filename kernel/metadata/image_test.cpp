// SPDX-License-Identifier: Apache-2.0

#include "metadata/image.h"

#include "metadata/metadata_fixture.h"

namespace tenon::metadata {
namespace {

class ImageTest : public MetadataFixture {};

TEST_F(ImageTest, an_empty_image_knows_its_cluster_only) {
  const auto image = empty();
  EXPECT_EQ(image->cluster_id(), "test-cluster");
  EXPECT_EQ(image->controller(), kNoBroker);
  EXPECT_EQ(image->index(), 0u);
  EXPECT_TRUE(image->topics().empty());
  EXPECT_TRUE(image->brokers().empty());
}

TEST_F(ImageTest, a_topic_is_found_by_name_and_by_id) {
  const auto image = after({topic("orders", 1), topic("payments", 2)});
  EXPECT_EQ(image->find("orders"), image->find(id(1)));
  EXPECT_EQ(image->find("payments")->id, id(2));
  EXPECT_EQ(image->find("none"), nullptr);
  EXPECT_EQ(image->find(id(3)), nullptr);
}

TEST_F(ImageTest, topics_are_walked_in_the_order_of_their_names) {
  const auto image = after({topic("b", 1), topic("c", 2), topic("a", 3)});
  std::string names;
  for (const TopicInfo& info : image->topics()) names += info.name;
  EXPECT_EQ(names, "abc");
}

TEST_F(ImageTest, names_that_metrics_cannot_tell_apart_are_found) {
  const auto image = after({topic("my.topic_a", 1)});
  EXPECT_EQ(image->find_colliding("my_topic.a")->name, "my.topic_a");
  EXPECT_EQ(image->find_colliding("my.topic_a")->name, "my.topic_a");
  EXPECT_EQ(image->find_colliding("my-topic_a"), nullptr);
}

TEST_F(ImageTest, internal_topics_are_marked) {
  const auto image = after({topic("__consumer_offsets", 1), topic("__mine", 2)});
  EXPECT_TRUE(image->find("__consumer_offsets")->internal);
  EXPECT_FALSE(image->find("__mine")->internal);
}

TEST_F(ImageTest, brokers_are_found_by_id_and_ordered) {
  const auto image = after({broker(3, 1), broker(1, 2), broker(2, 3)});
  ASSERT_EQ(image->brokers().size(), 3u);
  EXPECT_EQ(image->brokers().front().id, BrokerId{1});
  EXPECT_EQ(image->find_broker(BrokerId{3})->epoch, 1);
  EXPECT_EQ(image->find_broker(BrokerId{4}), nullptr);
}

TEST_F(ImageTest, a_shared_topic_outlives_its_image) {
  auto image = after({topic("orders", 1)});
  const auto shared = image->share("orders");
  image.reset();
  EXPECT_EQ(shared->name, "orders");
}

}  // namespace
}  // namespace tenon::metadata
