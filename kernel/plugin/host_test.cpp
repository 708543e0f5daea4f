// SPDX-License-Identifier: Apache-2.0
#include "plugin/host.h"

#include <gtest/gtest.h>

#include "plugin/testing_host.h"

namespace tenon::plugin {
namespace {

namespace fs = std::filesystem;

TEST_F(PluginHostTest, what_is_configured_is_loaded_and_nothing_else) {
  const auto host = load("[partitioner.fixed]\n[codec.plain]\n");
  ASSERT_EQ(host->list().size(), 2u);
  EXPECT_NE(host->partitioner("fixed"), nullptr);
  EXPECT_NE(host->codecs().find("plain"), nullptr);
  EXPECT_EQ(host->partitioner("needy"), nullptr);
  EXPECT_EQ(host->storage("segment"), nullptr);
  EXPECT_TRUE(host->storage_names().empty());
}

TEST_F(PluginHostTest, a_partitioner_answers_as_configured) {
  const auto host = load("[partitioner.fixed]\nanswer = 3\n");
  const Partitioner& fixed = *host->partitioner("fixed");
  auto state = fixed.new_state();
  tn_topic_view topic{};
  topic.n_partitions = 5;
  EXPECT_EQ(fixed.choose(state, topic, tn_record{}), 3);
}

TEST_F(PluginHostTest, a_codec_works_through_its_handle) {
  const auto host = load("[codec.plain]\n");
  const Codec& codec = *host->codecs().find(TN_WIRE_GZIP);
  Bytes out;
  ASSERT_TRUE(codec.compress(Bytes{1, 2, 3}, out).has_value());
  EXPECT_EQ(*codec.decompress(out, 100), (Bytes{1, 2, 3}));
}

TEST_F(PluginHostTest, an_assignor_is_loaded_and_its_answers_are_checked) {
  for (const bool right : {true, false}) {
    const auto host =
        load(right ? "[assignor.faulty]\n" : "[assignor.faulty]\nfault = \"invents\"\n");
    ASSERT_NE(host, nullptr);
    EXPECT_EQ(host->assignor_names(), Messages{"faulty"});
    EXPECT_EQ(host->assignor("other"), nullptr);
    const AssignorGroup group{.members = {{.id = "b", .topics = {0}}, {.id = "a", .topics = {0}}},
                              .topics = {{.name = "t", .partitions = 2}}};
    const auto readers = host->assignor("faulty")->assign(
        group, {.clock = scheduler_.clock(), .deadline = MonoTime::max()});
    EXPECT_EQ(readers ? "fine" : readers.error().text(),
              right ? "fine" : "faulty: it gives t-0 to member number 2; there are 2");
  }
}

TEST_F(PluginHostTest, an_instance_logs_under_its_name) {
  testing::internal::CaptureStderr();
  load("[partitioner.fixed]\ngreeting = \"good morning\"\n");
  flush_log();
  const std::string logged = testing::internal::GetCapturedStderr();
  EXPECT_NE(logged.find("partitioner fixed: good morning"), std::string::npos) << logged;
}

TEST_F(PluginHostTest, what_a_plugin_says_of_itself_is_listed) {
  const auto host = load("[partitioner.fixed]\n");
  const LoadedPlugin info = host->list().front();
  EXPECT_EQ(info.kind, "partitioner");
  EXPECT_EQ(info.version, "1.2.3");
  EXPECT_EQ(info.license, "Apache-2.0");
  EXPECT_EQ(info.path, fs::canonical(fixture_path("partitioner-fixed.so")).string());
  ASSERT_EQ(info.options.size(), 4u);
  EXPECT_EQ(info.options[0].type, "int");
  EXPECT_EQ(info.options[0].max, 1000);
  EXPECT_EQ(info.options[1].choices, (Messages{"murmur2", "crc32"}));
  EXPECT_FALSE(info.options[3].has_default);
  EXPECT_EQ(info.sha256.size(), 64u);
  EXPECT_EQ(info.generation, 1u);
  EXPECT_EQ(info.since_ms, scheduler_.clock().wall_ms());
}

TEST_F(PluginHostTest, all_problems_of_all_plugins_come_in_one_run) {
  const Messages all = problems(
      "[partitioner.fixed]\nanser = 1\nhash = \"md5\"\n[codec.plan]\n[partitioner.needy]\n");
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0],
            "x.toml:2:1: unknown option \"anser\" for partitioner \"fixed\"; did you mean "
            "\"answer\"?");
  EXPECT_EQ(all[1], "x.toml:3:8: \"hash\" must be one of murmur2, crc32, not \"md5\"");
  EXPECT_EQ(all[2], "x.toml:4:8: codec \"plan\": there is no codec-plan.so in " +
                        std::string(TENON_FIXTURE_PLUGINS) + "; did you mean \"plain\"?");
  EXPECT_EQ(all[3], "x.toml:5:14: partitioner \"needy\" needs the option \"answer\"");
}

TEST_F(PluginHostTest, a_library_that_is_no_plugin_is_not_even_opened) {
  EXPECT_EQ(refusal("no-datum"), "it exports no tenon_module, so it is not a Tenon plugin");
  EXPECT_EQ(refusal("wrong-datum"), "its tenon_module is too short");
}

TEST_F(PluginHostTest, what_a_note_rules_out_is_not_even_opened) {
  EXPECT_TRUE(refusal("no-note").starts_with("it has no Tenon note that says what it is: rebuild"));
  EXPECT_EQ(refusal("next-major"),
            "it is built for plugin ABI 2, but this Tenon has plugin ABI 1.1: rebuild it with the "
            "SDK of this Tenon");
  EXPECT_EQ(refusal("next-minor"),
            "it needs plugin ABI 1.99, but this Tenon has 1.1: use a newer Tenon, or rebuild it "
            "for this one");
  EXPECT_EQ(refusal("sanitized"),
            "it is built with -fsanitize=memory and this Tenon is not: rebuild the plugin without "
            "it, or Tenon with it");
  EXPECT_EQ(refusal("wrong-kind", "wrong-kind"),
            "it holds codec \"wrong-kind\", not partitioner \"wrong-kind\"");
  EXPECT_EQ(refusal("fixed", "mine"), "it holds partitioner \"fixed\", not partitioner \"mine\"");
}

TEST_F(PluginHostTest, a_datum_that_is_not_what_the_note_says_is_refused) {
  EXPECT_EQ(refusal("liar"),
            "its note says ABI 1.0, partitioner \"fixed\" 9.9.9; but its tenon_module says ABI "
            "1.0, partitioner \"fixed\" 1.2.3");
}

TEST_F(PluginHostTest, a_missing_symbol_is_told_by_the_loader) {
  EXPECT_NE(refusal("unresolved").find("undefined symbol: a_function_that_nobody_has"),
            std::string::npos);
}

TEST_F(PluginHostTest, a_datum_that_is_none_is_refused) {
  EXPECT_EQ(refusal("magic"), "its tenon_module does not begin as that of a Tenon plugin");
}

TEST_F(PluginHostTest, what_this_version_must_understand_and_does_not_is_refused) {
  EXPECT_NE(refusal("flagged").find("flags that this Tenon does not know"), std::string::npos);
  EXPECT_NE(refusal("unknown-type").find("type 99"), std::string::npos);
}

TEST_F(PluginHostTest, a_create_that_fails_says_why) {
  EXPECT_EQ(refusal("failing", "failing"), "it could not be made: the moon is in the wrong house");
}

TEST_F(PluginHostTest, an_interface_that_is_missing_or_has_a_hole_is_refused) {
  EXPECT_EQ(refusal("no-interface", "no-interface"),
            "\"no-interface\" has no interface tenon.partitioner/1");
  EXPECT_EQ(refusal("hole", "hole"), "its interface tenon.partitioner/1 is incomplete");
}

TEST_F(PluginHostTest, two_codecs_cannot_share_a_wire_id) {
  const Messages all = problems("[codec.plain]\n[codec.twin]\n");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all.front().ends_with("codec \"plain\" has the wire id 1, too")) << all.front();
}

TEST_F(PluginHostTest, a_path_that_leads_nowhere_is_told) {
  EXPECT_EQ(problems("[codec.x]\npath = \"/no/such.so\"\n"),
            Messages{"x.toml:2:8: codec \"x\": /no/such.so: No such file or directory"});
}

TEST_F(PluginHostTest, one_name_in_two_directories_is_refused_with_both_paths) {
  const std::string copy = folder_.copy_fixture("codec-plain.so", "codec-plain.so");
  directories_.push_back(folder_.path());
  const Messages all = problems("[codec.plain]\n");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_NE(all.front().find(fs::canonical(copy).string()), std::string::npos);
  EXPECT_NE(all.front().find(fs::canonical(fixture_path("codec-plain.so")).string()),
            std::string::npos);
}

TEST_F(PluginHostTest, a_library_that_everyone_can_write_is_refused) {
  const std::string copy = folder_.copy_fixture("codec-plain.so", "x.so");
  fs::permissions(copy, fs::perms::others_write, fs::perm_options::add);
  const Messages all = problems("[codec.plain]\npath = \"" + copy + "\"\n");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_NE(all.front().find("writable by everyone"), std::string::npos);
}

TEST_F(PluginHostTest, check_finds_the_same_without_making_anything) {
  EXPECT_TRUE(PluginHost::check(settings("[partitioner.failing]\n")).empty());
  EXPECT_EQ(PluginHost::check(settings("[partitioner.fixed]\nanswer = 5000\n")).size(), 1u);
}

TEST_F(PluginHostTest, the_same_library_can_be_loaded_again) {
  for (int i = 0; i < 3; ++i) EXPECT_NE(load("[partitioner.fixed]\n"), nullptr);
}

TEST_F(PluginHostTest, inspect_tells_what_a_file_holds_or_why_not) {
  const auto good = PluginHost::inspect(fixture_path("codec-plain.so"));
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(good->front().name, "plain");
  const auto bad = PluginHost::inspect(folder_.write("text.so", "hello"));
  EXPECT_EQ(bad.error().detail, "it is not a shared library (ELF)");
}

TEST_F(PluginHostTest, everything_in_the_directories_is_available_or_explained) {
  folder_.copy_fixture("codec-plain.so", "codec-plain.so");
  folder_.write("broken.so", "hello");
  const auto found = PluginHost::available({folder_.path(), "/no/such/folder"});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_FALSE(found[0].note.has_value());
  EXPECT_EQ(found[1].note->plugins, (std::vector<Note::Plugin>{{"codec", "plain", "0.0.1"}}));
}

TEST_F(PluginHostTest, a_plugin_is_identified_without_being_opened) {
  const auto note = PluginHost::identify(fixture_path("partitioner-wrong-kind.so"));
  ASSERT_TRUE(note) << note.error().text();
  EXPECT_EQ(note->plugins, (std::vector<Note::Plugin>{{"codec", "wrong-kind", "0.0.1"}}));
}

}  // namespace
}  // namespace tenon::plugin
