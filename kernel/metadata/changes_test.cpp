// SPDX-License-Identifier: Apache-2.0

#include "metadata/changes.h"

#include <map>

#include "base/random.h"
#include "metadata/metadata_fixture.h"

namespace tenon::metadata {
namespace {

class ChangesTest : public MetadataFixture {
 protected:
  // "+a" created, "-a" deleted, "*a" changed; in the order of the lists.
  static std::string text(const Changes& changes) {
    std::string out;
    for (const auto& info : changes.created) out += "+" + info->name;
    for (const auto& info : changes.deleted) out += "-" + info->name;
    for (const auto& change : changes.changed) out += "*" + change.after->name;
    return out;
  }
};

TEST_F(ChangesTest, equal_images_have_none) {
  const auto image = after({topic("a", 1), broker(1, 1)});
  const Changes changes = changes_between(*image, *image);
  EXPECT_EQ(text(changes), "");
  EXPECT_FALSE(changes.brokers_changed);
}

TEST_F(ChangesTest, topics_come_go_and_change) {
  const auto before = after({topic("a", 1), topic("b", 2), topic("c", 3), partition(3, 0)});
  const auto now = after(*before, {remove(1), topic("d", 4), partition(3, 1)});
  EXPECT_EQ(text(changes_between(*before, *now)), "+d-a*c");
}

TEST_F(ChangesTest, groups_whose_configs_come_go_and_change_are_named) {
  const auto before = after({group_config("a", "k", "1"), group_config("b", "k", "1"),
                             group_config("c", "k", "1"), group_config("d", "k", "1")});
  const auto now = after(*before, {group_config("a", "k", {}), group_config("b", "k", "2"),
                                   group_config("c", "k", "1"), group_config("e", "k", "1")});
  EXPECT_EQ(changes_between(*before, *now).group_configs,
            (std::vector<std::string>{"a", "b", "e"}));
  EXPECT_TRUE(changes_between(*now, *now).group_configs.empty());
}

TEST_F(ChangesTest, a_topic_made_again_is_another_topic) {
  const auto before = after({topic("a", 1)});
  const auto now = after(*before, {remove(1), topic("a", 2)});
  const Changes changes = changes_between(*before, *now);
  EXPECT_EQ(text(changes), "+a-a");
  EXPECT_EQ(changes.deleted[0]->id, id(1));
  EXPECT_EQ(changes.created[0]->id, id(2));
}

TEST_F(ChangesTest, a_change_that_was_undone_is_none) {
  const auto before = after({topic("a", 1)});
  const auto now = after(*before, {config("a", "k", "v"), config("a", "k", std::nullopt)});
  EXPECT_EQ(text(changes_between(*before, *now)), "");
}

TEST_F(ChangesTest, a_registration_is_a_change_of_the_brokers) {
  const auto before = after({broker(1, 1)});
  EXPECT_TRUE(changes_between(*before, *after(*before, {broker(1, 2)})).brokers_changed);
}

TEST_F(ChangesTest, everything_is_new_after_the_empty_image) {
  EXPECT_EQ(text(changes_between(*empty(), *after({topic("b", 2), topic("a", 1)}))), "+a+b");
}

// Over many chunks: replaying the differences onto a set of ids gives the ids of the other image.
TEST_F(ChangesTest, differences_over_many_chunks_are_exact) {
  SeededRandom random(3);
  ImagePtr before = empty();
  std::map<Uuid, std::string> ids;
  for (uint64_t round = 0; round < 40; ++round) {
    Delta delta(*before);
    for (uint64_t i = 0; i < 50; ++i) {
      const std::string name = "t" + std::to_string(random.below(1000));
      if (const TopicInfo* old = before->find(name)) {
        (void)delta.replay(wire::RemoveTopicRecord{.topic_id = old->id});
      } else {
        (void)delta.replay(topic(name, round * 1000 + i + 1));
      }
    }
    const auto now = delta.finish(round);
    const Changes changes = changes_between(*before, *now);
    for (const auto& gone : changes.deleted) EXPECT_EQ(ids.erase(gone->id), 1u);
    for (const auto& made : changes.created) ids.emplace(made->id, made->name);
    ASSERT_EQ(ids.size(), now->topics().size());
    for (const auto& [topic_id, name] : ids) ASSERT_EQ(now->find(topic_id)->name, name);
    before = now;
  }
}

}  // namespace
}  // namespace tenon::metadata
