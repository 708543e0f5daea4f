// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "plugin/testing_host.h"

namespace tenon::plugin {
namespace {

namespace fs = std::filesystem;

constexpr int32_t kPartitions = 2000;
constexpr int kThreads = 4;
constexpr int kSwaps = 8;

size_t entries_of(const char* directory) {
  size_t n = 0;
  for (const auto& entry : fs::directory_iterator(directory)) n += entry.exists() ? 1 : 0;
  return n;
}

class PluginSwapTest : public PluginHostTest {
 protected:
  // A host with the partitioner "moving" that answers 100, and the codec "plain". Whatever the
  // tests swap in lies in the folder of the fixtures.
  void start(const std::string& lines = "[partitioner.moving]\nanswer = 100\n[codec.plain]\n") {
    host_ = load(lines);
    ASSERT_NE(host_, nullptr);
  }
  Result<PluginSwap> swap(const std::string& kind, const std::string& name,
                          const std::string& fixture) {
    return host_->swap(kind, name, fixture_path(fixture));
  }
  // Of a swap of "moving", which leaves it as it was.
  std::string refusal(const std::string& path) {
    const auto before = host_->list();
    const auto swapped = host_->swap("partitioner", "moving", path);
    EXPECT_EQ(host_->list()[0].sha256, before[0].sha256);
    EXPECT_EQ(host_->list()[0].generation, before[0].generation);
    auto state = host_->partitioner("moving")->new_state();
    EXPECT_EQ(choose(state), 100);
    return swapped ? "it was swapped" : swapped.error().text();
  }
  void expect_refusal(const std::string& path, const std::string& part) {
    const std::string reason = refusal(path);
    EXPECT_NE(reason.find(part), std::string::npos) << reason;
  }
  int32_t choose(Partitioner::State& state) const {
    tn_topic_view topic{};
    topic.struct_size = sizeof topic;
    topic.n_partitions = kPartitions;
    return host_->partitioner("moving")->choose(state, topic, tn_record{});
  }
  const Codec& codec() const { return *host_->codecs().find("plain"); }
  // A plugin of that content whose file differs by what is written behind its end.
  std::string variant(const std::string& fixture, const std::string& name, char mark) {
    const std::string path = folder_.copy_fixture(fixture, name);
    std::ofstream(path, std::ios::binary | std::ios::app) << mark;
    return path;
  }

  std::unique_ptr<PluginHost> host_;
};

TEST_F(PluginSwapTest, a_partitioner_is_exchanged_under_a_state_that_is_in_use) {
  start();
  auto state = host_->partitioner("moving")->new_state();
  EXPECT_EQ(choose(state), 100);
  const auto swapped = swap("partitioner", "moving", "partitioner-moving-2.so");
  ASSERT_TRUE(swapped) << swapped.error().text();
  EXPECT_EQ(choose(state), 101);
  auto fresh = host_->partitioner("moving")->new_state();
  EXPECT_EQ(choose(fresh), 101);
}

TEST_F(PluginSwapTest, a_codec_is_exchanged_and_reads_what_the_old_one_wrote) {
  start();
  Bytes written;
  ASSERT_TRUE(codec().compress(Bytes{1, 2}, written));
  ASSERT_TRUE(swap("codec", "plain", "codec-plain-2.so"));
  EXPECT_EQ(*codec().decompress(written, 100), (Bytes{1, 2, 0x2}));
}

// An instance of it rotates by its own number.
TEST_F(PluginSwapTest, an_assignor_is_exchanged_for_another_instance) {
  host_ = load("[assignor.faulty]\nfault = \"counting\"\n");
  ASSERT_NE(host_, nullptr);
  const Assignor* assignor = host_->assignor("faulty");
  const AssignorGroup group{.members = {{.id = "a", .topics = {0}}, {.id = "b", .topics = {0}}},
                            .topics = {{.name = "t", .partitions = 1}}};
  const auto readers = [&] {
    return assignor->assign(group, {.clock = scheduler_.clock(), .deadline = MonoTime::max()});
  };
  const auto before = readers();
  ASSERT_TRUE(before) << before.error().text();
  EXPECT_EQ(*readers(), *before);
  const auto swapped = swap("assignor", "faulty", "assignor-faulty.so");
  ASSERT_TRUE(swapped) << swapped.error().text();
  EXPECT_EQ(swapped->after.generation, 2u);
  EXPECT_EQ(host_->assignor("faulty"), assignor);
  EXPECT_NE(*readers(), *before);
  const auto refused = swap("assignor", "faulty", "codec-plain.so");
  EXPECT_EQ(refused.error().detail, "it holds codec \"plain\", not assignor \"faulty\"");
  EXPECT_EQ(host_->list()[0].generation, 2u);
}

TEST_F(PluginSwapTest, what_has_changed_is_told_and_listed) {
  start();
  const LoadedPlugin first = host_->list()[0];
  scheduler_.advance(std::chrono::seconds(5));
  const auto swapped = swap("partitioner", "moving", "partitioner-moving-2.so");
  EXPECT_EQ(swapped->before.version, "1.0.0");
  EXPECT_EQ(swapped->after.version, "2.0.0");
  EXPECT_EQ(swapped->before.sha256, first.sha256);
  const LoadedPlugin now = host_->list()[0];
  EXPECT_EQ(now.path, fs::canonical(fixture_path("partitioner-moving-2.so")).string());
  EXPECT_EQ(now.sha256, swapped->after.sha256);
  EXPECT_EQ(now.generation, 2u);
  EXPECT_EQ(now.since_ms, first.since_ms + 5000);
}

TEST_F(PluginSwapTest, one_line_of_the_log_names_both_versions_and_sums) {
  start();
  testing::internal::CaptureStderr();
  const auto swapped = swap("codec", "plain", "codec-plain-2.so");
  flush_log();
  const std::string logged = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(logged, '\n'), 1);
  for (const std::string& part : {swapped->before.version, swapped->before.sha256,
                                  swapped->after.version, swapped->after.sha256})
    EXPECT_NE(logged.find(part), std::string::npos) << logged;
}

TEST_F(PluginSwapTest, the_way_back_is_a_swap_like_any_other) {
  start();
  auto state = host_->partitioner("moving")->new_state();
  ASSERT_TRUE(swap("partitioner", "moving", "partitioner-moving-2.so"));
  EXPECT_EQ(choose(state), 101);
  ASSERT_TRUE(swap("partitioner", "moving", "partitioner-moving.so"));
  EXPECT_EQ(choose(state), 100);
  EXPECT_EQ(host_->list()[0].generation, 3u);
}

TEST_F(PluginSwapTest, the_table_is_checked_against_the_options_of_the_new_library) {
  start();
  expect_refusal(fixture_path("partitioner-moving-strict.so"), "x.toml:2:10: \"answer\"");
}

TEST_F(PluginSwapTest, a_codec_keeps_its_wire_id) {
  start();
  const auto swapped = swap("codec", "plain", "codec-plain-lz4.so");
  ASSERT_FALSE(swapped);
  EXPECT_EQ(swapped.error().detail,
            "its wire id is 3, but that of the codec \"plain\" that runs is 1");
}

TEST_F(PluginSwapTest, another_plugin_does_not_take_over) {
  start();
  expect_refusal(fixture_path("partitioner-fixed.so"),
                 "it holds partitioner \"fixed\", not partitioner \"moving\"");
  expect_refusal(fixture_path("partitioner-no-datum.so"), "it exports no tenon_module");
  expect_refusal(fixture_path("partitioner-moving-hole.so"), "is incomplete");
  expect_refusal(fixture_path("none.so"), "No such file or directory");
}

TEST_F(PluginSwapTest, storage_is_restart_only) {
  start();
  const auto swapped = host_->swap("storage", "segment", fixture_path("codec-plain.so"));
  EXPECT_EQ(swapped.error().code, Errc::kPluginRefused);
  EXPECT_EQ(
      swapped.error().text(),
      "plugins of the kind storage are restart only: change the configuration and restart the "
      "broker");
}

TEST_F(PluginSwapTest, what_is_not_loaded_cannot_be_exchanged) {
  start();
  const auto swapped = swap("codec", "plan", "codec-plain-2.so");
  EXPECT_EQ(swapped.error().code, Errc::kPluginMissing);
  EXPECT_EQ(swapped.error().text(), "no codec \"plan\" is loaded, so there is none to exchange");
}

TEST_F(PluginSwapTest, a_file_outside_of_the_configured_folders_is_refused) {
  start();
  const std::string path = folder_.copy_fixture("partitioner-moving-2.so", "x.so");
  expect_refusal(path, "it lies in none of the folders that the configuration names");
  directories_.push_back(folder_.path());
  start();
  EXPECT_TRUE(host_->swap("partitioner", "moving", path));
}

TEST_F(PluginSwapTest, the_folder_of_the_tables_own_path_is_one_of_them) {
  const std::string path = folder_.copy_fixture("partitioner-moving.so", "acme/x.so");
  folder_.copy_fixture("partitioner-moving-2.so", "acme/y.so");
  start("[partitioner.moving]\npath = \"" + path + "\"\n");
  EXPECT_TRUE(host_->swap("partitioner", "moving", folder_ / "acme/y.so"));
}

TEST_F(PluginSwapTest, pin_mismatch) {
  const std::string path = fixture_path("partitioner-moving.so");
  const std::string sum = load("[partitioner.moving]\n")->list()[0].sha256;
  const std::string wrong(64, '0');
  const Messages all = problems("[partitioner.moving]\nsha256 = \"" + wrong + "\"\n");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0], "x.toml:2:10: partitioner \"moving\": " + fs::canonical(path).string() +
                        ": its SHA-256 is " + sum + ", but the configuration pins " + wrong +
                        ": if this library is the one that is meant, write its own sum as sha256");
  start("[partitioner.moving]\nanswer = 100\nsha256 = \"" + sum + "\"\n");
  expect_refusal(fixture_path("partitioner-moving-2.so"), "but the configuration pins " + sum);
}

TEST_F(PluginSwapTest, what_others_can_write_does_not_take_over) {
  directories_.push_back(folder_.path());
  start();
  const std::string path = folder_.copy_fixture("partitioner-moving-2.so", "x.so");
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  expect_refusal(path, "it is writable by everyone");
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_TRUE(host_->swap("partitioner", "moving", path));
}

// The fixture fails half-way, having cleaned up behind itself: what is counted is the host's.
TEST_F(PluginSwapTest, a_create_that_fails_half_way_leaves_no_residue) {
  start();
  const std::string path = fixture_path("partitioner-moving-failing.so");
  expect_refusal(path, "it could not be made: the moon has set");  // stays mapped from now on
  const size_t descriptors = entries_of("/proc/self/fd");
  const size_t threads = entries_of("/proc/self/task");
  const size_t heap = ::mallinfo2().uordblks;
  for (int i = 0; i < 100; ++i) expect_refusal(path, "the moon has set");
  EXPECT_EQ(entries_of("/proc/self/fd"), descriptors);
  EXPECT_EQ(entries_of("/proc/self/task"), threads);
  EXPECT_LT(::mallinfo2().uordblks, heap + (64 << 10));
}

TEST_F(PluginSwapTest, instances_that_were_replaced_are_not_kept) {
  start();
  swap("partitioner", "moving", "partitioner-moving-2.so");
  swap("partitioner", "moving", "partitioner-moving.so");
  const size_t descriptors = entries_of("/proc/self/fd");
  const size_t heap = ::mallinfo2().uordblks;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(swap("partitioner", "moving", "partitioner-moving-2.so"));
    ASSERT_TRUE(swap("partitioner", "moving", "partitioner-moving.so"));
  }
  EXPECT_EQ(entries_of("/proc/self/fd"), descriptors);
  EXPECT_LT(::mallinfo2().uordblks, heap + (64 << 10));
}

TEST_F(PluginSwapTest, so_many_libraries_and_no_more) {
  directories_.push_back(folder_.path());
  start();
  for (char mark = '2'; mark <= '8'; ++mark) {
    const std::string name = std::string("x") + mark + ".so";
    ASSERT_TRUE(host_->swap("partitioner", "moving", variant("partitioner-moving.so", name, mark)));
  }
  expect_refusal(variant("partitioner-moving.so", "x9.so", '9'),
                 "8 libraries have been loaded for partitioner \"moving\"");
  EXPECT_TRUE(host_->swap("partitioner", "moving", folder_ / "x2.so"));  // is there already
}

TEST_F(PluginSwapTest, no_choice_is_lost_and_each_is_from_one_of_the_versions) {
  start();
  std::atomic<int> running = 0;
  std::atomic<bool> stop = false;
  std::atomic<uint64_t> choices = 0;
  std::atomic<uint64_t> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        auto state = host_->partitioner("moving")->new_state();
        for (++running; !stop; ++choices) {
          const int32_t chosen = choose(state);
          if (chosen != 100 && chosen != 101) ++wrong;
        }
      });
    }
    while (running < kThreads) std::this_thread::yield();
    for (int i = 0; i < kSwaps; ++i) {
      const uint64_t seen = choices;
      ASSERT_TRUE(swap("partitioner", "moving",
                       i % 2 == 0 ? "partitioner-moving-2.so" : "partitioner-moving.so"));
      while (choices < seen + 1000) std::this_thread::yield();
    }
    stop = true;
  }
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(host_->partitioner("moving")->out_of_range(), 0u);
  EXPECT_EQ(host_->list()[0].generation, 1u + kSwaps);
  RecordProperty("choices", std::to_string(choices));
}

TEST_F(PluginSwapTest, no_batch_is_lost_while_codecs_are_exchanged) {
  start();
  const Bytes content(1000, 7);
  Bytes marked = content;
  marked.push_back(0x2);
  std::atomic<int> running = 0;
  std::atomic<bool> stop = false;
  std::atomic<uint64_t> batches = 0;
  std::atomic<uint64_t> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (++running; !stop; ++batches) {
          Bytes written;
          if (!codec().compress(content, written)) ++wrong;
          const auto read = codec().decompress(written, 4096);
          if (!read || (*read != content && *read != marked)) ++wrong;
        }
      });
    }
    while (running < kThreads) std::this_thread::yield();
    for (int i = 0; i < kSwaps; ++i) {
      const uint64_t seen = batches;
      ASSERT_TRUE(swap("codec", "plain", i % 2 == 0 ? "codec-plain-2.so" : "codec-plain.so"));
      while (batches < seen + 1000) std::this_thread::yield();
    }
    stop = true;
  }
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(host_->list()[1].generation, 1u + kSwaps);
}

}  // namespace
}  // namespace tenon::plugin
