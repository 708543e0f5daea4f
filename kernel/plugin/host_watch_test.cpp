// SPDX-License-Identifier: Apache-2.0
//
// What the host does about plugins that misbehave: counts, quarantine, going without.
#include <gtest/gtest.h>

#include "plugin/host.h"
#include "plugin/library.h"
#include "plugin/load/image.h"
#include "plugin/testing_host.h"

namespace tenon::plugin {
namespace {

class PluginWatchTest : public PluginHostTest {
 protected:
  PluginWatchTest() { services_.metrics = &metrics_; }

  // What stderr got while `load` ran.
  std::string log_of_loading(const std::string& toml, std::unique_ptr<PluginHost>& host) {
    testing::internal::CaptureStderr();
    host = load(toml);
    flush_log();
    return testing::internal::GetCapturedStderr();
  }
  bool exposes(const std::string& line) const {
    return metrics_.expose().find(line + "\n") != std::string::npos;
  }
  // Three starts that end while the plugin is made.
  void crash_three_times(const PluginBuild& build) const {
    for (int i = 0; i < 3; ++i) {
      auto book = CrashBook::open(book_);
      book->start();
      book->calling(build);
    }
  }
  PluginBuild build_of(const PluginHost& host) const {
    const LoadedPlugin one = host.list().front();
    return {.label = one.kind + " " + one.name + " " + one.version, .fingerprint = one.sha256};
  }

  // The sum of a copy of that fixture that is in no other test, `mark`.so in the folder.
  std::string sum_of(const std::string& fixture, char mark) {
    const std::string path = folder_.copy_fixture(fixture, std::string(1, mark) + ".so");
    std::ofstream(path, std::ios::binary | std::ios::app) << mark;
    const auto file = open_trusted(path, {}, Trust::of_program());
    const auto image = Image::copy(*file);
    return image ? image->sha256() : "";
  }

  MetricRegistry metrics_;
  const std::string book_ = folder_ / "book";
};

TEST_F(PluginWatchTest, calls_and_errors_of_an_instance_are_metrics) {
  const auto host = load("[partitioner.fixed]\nanswer = 7\n[codec.plain]\n");
  tn_topic_view topic{};
  topic.struct_size = sizeof topic;
  topic.n_partitions = 5;
  tn_record record{};
  record.struct_size = sizeof record;
  {
    auto state = host->partitioner("fixed")->new_state(1);
    for (int i = 0; i < 600; ++i) host->partitioner("fixed")->choose(state, topic, record);
  }
  Bytes out;
  const Bytes content(100);
  EXPECT_TRUE(host->codecs().find("plain")->compress(content, out));
  const std::string labels = "{kind=\"partitioner\",plugin=\"fixed\",function=\"partition\"}";
  EXPECT_TRUE(exposes("tenon_plugin_calls_total" + labels + " 600")) << metrics_.expose();
  EXPECT_TRUE(exposes("tenon_plugin_errors_total" + labels + " 600"));
  EXPECT_TRUE(exposes("tenon_plugin_call_seconds_count" + labels + " 2"));
  EXPECT_TRUE(
      exposes("tenon_plugin_calls_total{kind=\"codec\",plugin=\"plain\",function=\"compress\"} 1"));
}

TEST_F(PluginWatchTest, the_book_is_told_of_every_library_and_of_every_create) {
  auto book = CrashBook::open(book_);
  services_.crash_book = &*book;
  book->start();
  const auto host = load("[partitioner.fixed]\n");
  ASSERT_NE(host, nullptr);
  std::ostringstream text;
  text << std::ifstream(book_).rdbuf();
  const PluginBuild build = build_of(*host);
  EXPECT_EQ(text.str(), "start\nopening partitioner fixed 1.2.3 " + build.fingerprint +
                            "\nreturned\ncalling partitioner fixed 1.2.3 " + build.fingerprint +
                            "\nreturned\n");
}

TEST_F(PluginWatchTest, a_plugin_that_ended_three_starts_is_not_loaded_again) {
  crash_three_times(build_of(*load("[partitioner.fixed]\n")));
  auto book = CrashBook::open(book_);
  services_.crash_book = &*book;
  const Messages messages = problems("[partitioner.fixed]\n");
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_NE(messages.front().find("partitioner-fixed.so: it is quarantined: it ended 3 starts in a "
                                  "row, at last: its create never returned; replace the library, "
                                  "or remove " +
                                  book_),
            std::string::npos)
      << messages.front();
}

TEST_F(PluginWatchTest, a_quarantined_library_is_not_even_opened) {
  const PluginBuild build = {.label = "partitioner fixed 1.2.3",
                             .fingerprint = sum_of("partitioner-fixed.so", '1')};
  crash_three_times(build);
  auto book = CrashBook::open(book_);
  services_.crash_book = &*book;
  EXPECT_EQ(problems("[partitioner.fixed]\npath = \"" + (folder_ / "1.so") + "\"\n").size(), 1u);
  EXPECT_FALSE(is_library_open(build.fingerprint));
}

TEST_F(PluginWatchTest, a_start_checks_without_opening_a_library) {
  config::Settings all;
  const std::string sum = sum_of("partitioner-fixed.so", '2');
  all.plugins = settings("[partitioner.fixed]\nsha256 = \"" + sum + "\"\npath = \"" +
                         (folder_ / "2.so") + "\"\nanswer = 5000\n");
  EXPECT_TRUE(PluginHost::check(all, CheckFor::kStart).empty());
  EXPECT_FALSE(is_library_open(sum));
  EXPECT_EQ(PluginHost::check(all, CheckFor::kReport).size(), 1u);
  all.plugins.tables.front().sha256 = std::string(64, '0');
  EXPECT_EQ(PluginHost::check(all, CheckFor::kStart).size(), 1u);
}

TEST_F(PluginWatchTest, a_swap_does_not_load_a_quarantined_build_and_writes_nothing) {
  crash_three_times(
      {.label = "partitioner moving 2.0.0", .fingerprint = sum_of("partitioner-moving-2.so", '3')});
  auto book = CrashBook::open(book_);
  services_.crash_book = &*book;
  directories_.push_back(folder_.path());
  const auto host = load("[partitioner.moving]\n");
  const auto before = std::filesystem::file_size(book_);
  const auto swapped = host->swap("partitioner", "moving", folder_ / "3.so");
  ASSERT_FALSE(swapped);
  EXPECT_EQ(swapped.error().code, Errc::kPluginRefused);
  EXPECT_NE(swapped.error().text().find("it is quarantined: it ended 3 starts"), std::string::npos)
      << swapped.error().text();
  EXPECT_EQ(host->list().front().version, "1.0.0");
  // Another build of the same version is another one.
  EXPECT_TRUE(host->swap("partitioner", "moving", fixture_path("partitioner-moving-2.so")));
  EXPECT_EQ(std::filesystem::file_size(book_), before);
}

TEST_F(PluginWatchTest, in_safe_mode_a_swap_takes_only_what_came_with_tenon) {
  auto wanted = settings("[partitioner.moving]\n");
  wanted.safe_mode = true;
  wanted.builtin_directory = folder_ / "builtin";
  folder_.copy_fixture("partitioner-moving.so", "builtin/partitioner-moving.so");
  const auto host = PluginHost::load(wanted, services_);
  ASSERT_TRUE(host) << host.error().front().message();
  const auto swapped =
      (*host)->swap("partitioner", "moving", fixture_path("partitioner-moving-2.so"));
  ASSERT_FALSE(swapped);
  EXPECT_NE(swapped.error().text().find("it lies in none of the folders"), std::string::npos);
  const std::string newer =
      folder_.copy_fixture("partitioner-moving-2.so", "builtin/partitioner-moving-2.so");
  EXPECT_TRUE((*host)->swap("partitioner", "moving", newer));
}

TEST_F(PluginWatchTest, a_start_may_go_without_a_quarantined_plugin) {
  crash_three_times(build_of(*load("[partitioner.fixed]\n")));
  auto book = CrashBook::open(book_);
  services_.crash_book = &*book;
  std::unique_ptr<PluginHost> host;
  const std::string log =
      log_of_loading("[plugins]\non_fault = \"skip\"\n[partitioner.fixed]\n[codec.plain]\n", host);
  EXPECT_EQ(host->partitioner("fixed"), nullptr);
  EXPECT_NE(host->codecs().find("plain"), nullptr);
  EXPECT_NE(log.find("it is quarantined"), std::string::npos);
  EXPECT_NE(log.find("it is left out, as plugins.on_fault says"), std::string::npos);
}

TEST_F(PluginWatchTest, a_start_may_go_without_what_cannot_be_loaded_or_made) {
  std::unique_ptr<PluginHost> host;
  const std::string log = log_of_loading(
      "[plugins]\non_fault = \"skip\"\n[partitioner.failing]\n[partitioner.gone]\n"
      "[partitioner.no-note]\n[codec.plain]\n",
      host);
  EXPECT_EQ(host->list().size(), 1u);
  EXPECT_EQ(std::ranges::count(log, '\n'), 3);
}

TEST_F(PluginWatchTest, a_mistake_in_the_configuration_is_never_skipped) {
  const Messages messages =
      problems("[plugins]\non_fault = \"skip\"\n[partitioner.fixed]\nanswer = 5000\n");
  EXPECT_EQ(messages.size(), 1u);
}

TEST_F(PluginWatchTest, safe_mode_loads_what_came_with_tenon_alone) {
  const std::string elsewhere =
      folder_.copy_fixture("partitioner-fixed.so", "partitioner-fixed.so");
  auto wanted = settings("[partitioner.fixed]\npath = \"" + elsewhere +
                         "\"\n[partitioner.needy]\nanswer = 1\n[codec.plain]\n");
  wanted.safe_mode = true;
  wanted.builtin_directory = folder_ / "builtin";
  folder_.copy_fixture("codec-plain.so", "builtin/codec-plain.so");
  testing::internal::CaptureStderr();
  const auto host = PluginHost::load(wanted, services_);
  flush_log();
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(host) << host.error().front().message();
  ASSERT_EQ((*host)->list().size(), 1u);
  EXPECT_EQ((*host)->list().front().name, "plain");
  EXPECT_NE(log.find("safe mode: partitioner \"fixed\" did not come with Tenon"),
            std::string::npos);
  EXPECT_NE(log.find("partitioner \"needy\""), std::string::npos);
}

TEST_F(PluginWatchTest, a_check_reports_what_a_start_would_go_without) {
  const auto wanted = settings("[plugins]\non_fault = \"skip\"\n[partitioner.no-note]\n");
  EXPECT_EQ(PluginHost::check(wanted).size(), 1u);
  config::Settings all;
  all.plugins = wanted;
  EXPECT_EQ(PluginHost::check(all, CheckFor::kReport).size(), 1u);
  EXPECT_EQ(PluginHost::check(all, CheckFor::kStart).size(), 0u);
}

}  // namespace
}  // namespace tenon::plugin
