// SPDX-License-Identifier: Apache-2.0

#include "log/state/epoch_cache.h"

#include <gtest/gtest.h>

#include "log/state/blob.h"

namespace tenon::log {
namespace {

using Answer = std::pair<LeaderEpoch, Offset>;

class EpochCacheTest : public testing::Test {
 protected:
  EpochCacheTest() {
    cache_.assign(LeaderEpoch{2}, Offset{10});
    cache_.assign(LeaderEpoch{4}, Offset{20});
    cache_.assign(LeaderEpoch{7}, Offset{30});
  }
  // "epoch@start ..."
  std::string entries() const {
    std::string text;
    for (const auto& entry : cache_.entries()) {
      text += std::to_string(entry.epoch.value) + "@" + std::to_string(entry.start.value) + " ";
    }
    return text;
  }
  Answer end_of(int32_t epoch) { return cache_.end_offset_for(LeaderEpoch{epoch}, Offset{35}); }
  EpochCache cache_;
};

TEST_F(EpochCacheTest, takes_only_newer_epochs) {
  EXPECT_FALSE(cache_.assign(LeaderEpoch{7}, Offset{40}));
  EXPECT_FALSE(cache_.assign(LeaderEpoch{3}, Offset{40}));
  EXPECT_FALSE(cache_.assign(kNoLeaderEpoch, Offset{40}));
  EXPECT_TRUE(cache_.assign(LeaderEpoch{8}, Offset{40}));
  EXPECT_EQ(entries(), "2@10 4@20 7@30 8@40 ");
}

TEST_F(EpochCacheTest, forgets_epochs_that_wrote_nothing) {
  EXPECT_TRUE(cache_.assign(LeaderEpoch{9}, Offset{30}));
  EXPECT_EQ(entries(), "2@10 4@20 9@30 ");
}

TEST_F(EpochCacheTest, knows_where_epochs_end) {
  EXPECT_EQ(end_of(2), (Answer{LeaderEpoch{2}, Offset{20}}));
  EXPECT_EQ(end_of(4), (Answer{LeaderEpoch{4}, Offset{30}}));
  EXPECT_EQ(end_of(7), (Answer{LeaderEpoch{7}, Offset{35}}));
}

TEST_F(EpochCacheTest, answers_for_epochs_between_before_and_after) {
  EXPECT_EQ(end_of(5), (Answer{LeaderEpoch{4}, Offset{30}}));
  EXPECT_EQ(end_of(1), (Answer{LeaderEpoch{1}, Offset{10}}));
  EXPECT_EQ(end_of(8), (Answer{kNoLeaderEpoch, kNoOffset}));
  EXPECT_EQ(end_of(-1), (Answer{kNoLeaderEpoch, kNoOffset}));
  EXPECT_EQ(EpochCache().end_offset_for(LeaderEpoch{0}, Offset{5}),
            (Answer{kNoLeaderEpoch, kNoOffset}));
}

TEST_F(EpochCacheTest, knows_the_epoch_of_an_offset) {
  EXPECT_EQ(cache_.epoch_of(Offset{9}), kNoLeaderEpoch);
  EXPECT_EQ(cache_.epoch_of(Offset{19}), LeaderEpoch{2});
  EXPECT_EQ(cache_.epoch_of(Offset{20}), LeaderEpoch{4});
}

TEST_F(EpochCacheTest, is_cut_at_the_end) {
  EXPECT_FALSE(cache_.truncate_from_end(Offset{31}));
  EXPECT_TRUE(cache_.truncate_from_end(Offset{30}));
  EXPECT_EQ(entries(), "2@10 4@20 ");
}

TEST_F(EpochCacheTest, is_cut_at_the_start) {
  EXPECT_FALSE(cache_.truncate_from_start(Offset{5}));
  EXPECT_TRUE(cache_.truncate_from_start(Offset{25}));
  EXPECT_EQ(entries(), "4@25 7@30 ");
  EXPECT_FALSE(cache_.truncate_from_start(Offset{25}));
}

TEST_F(EpochCacheTest, survives_a_round_trip) {
  auto decoded = EpochCache::decode(cache_.encode(), "t-0");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->entries(), cache_.entries());
  EXPECT_TRUE(EpochCache::decode(EpochCache().encode(), "t-0")->entries().empty());
}

TEST_F(EpochCacheTest, refuses_blobs_that_lie) {
  const auto blob = [](int32_t count, std::vector<std::pair<int32_t, int64_t>> entries) {
    BlobWriter writer(1);
    writer.put(count);
    for (auto [epoch, start] : entries) writer.put(epoch).put(start);
    return writer.finish();
  };
  for (const Bytes& bad : {blob(2, {{1, 1}}), blob(-1, {}), blob(2, {{1, 5}, {2, 5}}),
                           blob(2, {{2, 5}, {1, 6}}), blob(0x7fffffff, {{1, 1}})}) {
    EXPECT_EQ(EpochCache::decode(bad, "t-0").error().code, Errc::kCorruptData);
  }
}

}  // namespace
}  // namespace tenon::log
