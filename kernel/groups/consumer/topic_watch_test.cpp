// SPDX-License-Identifier: Apache-2.0

#include "groups/consumer/topic_watch.h"

#include "base/sim_scheduler.h"
#include "metadata/metadata_fixture.h"

namespace tenon::groups {
namespace {

// A group that reads "orders" by its name, and whatever begins with "au".
class TopicWatchTest : public metadata::MetadataFixture {
 protected:
  TopicWatchTest() {
    MemberWords words;
    words.topics = {"orders"};
    words.regex = "au.*";
    group_.set_words("a", words);
    group_.set_regex("au.*", {.topics = {"audit"}});
    watch_.look({}, *image_);
  }
  bool concerned(const std::vector<metadata::Record>& records) {
    const auto before = std::exchange(image_, after(*image_, records));
    const auto changes = metadata::changes_between(*before, *image_);
    watch_.look(changes, *image_);
    return watch_.concerns(group_, changes);
  }
  static metadata::Record broker_in(const std::string& rack, int64_t epoch) {
    metadata::BrokerInfo info;
    info.id = BrokerId{1};
    info.host = "localhost";
    info.port = 9092;
    info.rack = rack;
    info.epoch = epoch;
    info.incarnation = id(static_cast<uint64_t>(epoch));
    return metadata::to_record(info);
  }

  SimScheduler scheduler_;
  ConsumerGroup group_{scheduler_};
  TopicWatch watch_;
  ImagePtr image_ = after({broker_in("north", 1), topic("orders", 1), partition(1, 0),
                           topic("audit", 2), partition(2, 0), topic("other", 3), partition(3, 0)});
};

TEST_F(TopicWatchTest, topics_that_it_reads_concern_a_group) {
  EXPECT_TRUE(concerned({partition(1, 1)}));
  EXPECT_TRUE(concerned({remove(2)}));
  EXPECT_TRUE(concerned({topic("august", 4), partition(4, 0)}));
}

TEST_F(TopicWatchTest, other_topics_and_their_configs_do_not) {
  EXPECT_FALSE(concerned({partition(3, 1)}));
  EXPECT_FALSE(concerned({topic("unheard-of", 5), partition(5, 0)}));
  EXPECT_FALSE(concerned({config("orders", "retention.ms", "1000")}));
}

TEST_F(TopicWatchTest, brokers_concern_it_only_in_another_rack) {
  EXPECT_FALSE(concerned({broker_in("north", 2)}));
  EXPECT_TRUE(concerned({broker_in("south", 3)}));
  EXPECT_FALSE(concerned({topic("unheard-of", 5), partition(5, 0)}));
}

}  // namespace
}  // namespace tenon::groups
