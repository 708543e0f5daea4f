// SPDX-License-Identifier: Apache-2.0
#include "config/topic_config.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tenon::config {
namespace {

using Overrides = std::map<std::string, std::string>;

Result<TopicConfig> parsed(const Overrides& overrides) {
  return parse_topic_config(TopicConfig{}, overrides);
}

// The words with which one override is refused.
std::string refusal(const std::string& name, const std::string& text) {
  const auto config = parsed({{name, text}});
  if (config) return "accepted";
  EXPECT_EQ(config.error().code, Errc::kInvalidConfig);
  return config.error().text();
}

ConfigEntry listed(const std::string& name, const Overrides& overrides,
                   const TopicConfig& defaults = {}) {
  const auto entries = list_topic_config(defaults, overrides);
  return *std::ranges::find(entries, name, &ConfigEntry::name);
}

TEST(TopicConfig, without_overrides_the_defaults_stand) {
  TopicConfig defaults;
  defaults.retention_ms = 5;
  EXPECT_EQ(*parse_topic_config(defaults, {}), defaults);
}

TEST(TopicConfig, numbers_and_words_reach_their_members) {
  const auto config = parsed({{"retention.ms", "1000"},
                              {"segment.bytes", "1048576"},
                              {"compression.type", "zstd"},
                              {"message.timestamp.type", "LogAppendTime"},
                              {"tenon.fsync", "never"},
                              {"tenon.partitioner", "hash"},
                              {"tenon.partitioner.guard", "reject"},
                              {"tenon.storage", "memory"}});
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->retention_ms, 1000);
  EXPECT_EQ(config->segment_bytes, 1 << 20);
  EXPECT_EQ(config->compression_type, Compression::kZstd);
  EXPECT_EQ(config->timestamp_type, TimestampType::kLogAppendTime);
  EXPECT_EQ(config->tenon_fsync, Fsync::kNever);
  EXPECT_EQ(config->tenon_partitioner, "hash");
  EXPECT_EQ(config->partitioner_guard, PartitionerGuard::kReject);
  EXPECT_EQ(config->tenon_storage, "memory");
}

TEST(TopicConfig, every_word_of_the_enums_means_itself) {
  EXPECT_EQ(parsed({{"compression.type", "producer"}})->compression_type, Compression::kProducer);
  EXPECT_EQ(parsed({{"compression.type", "uncompressed"}})->compression_type,
            Compression::kUncompressed);
  EXPECT_EQ(parsed({{"compression.type", "gzip"}})->compression_type, Compression::kGzip);
  EXPECT_EQ(parsed({{"compression.type", "snappy"}})->compression_type, Compression::kSnappy);
  EXPECT_EQ(parsed({{"compression.type", "lz4"}})->compression_type, Compression::kLz4);
  EXPECT_EQ(parsed({{"tenon.fsync", "before_ack"}})->tenon_fsync, Fsync::kBeforeAck);
  EXPECT_EQ(parsed({{"tenon.fsync", "interval"}})->tenon_fsync, Fsync::kInterval);
}

TEST(TopicConfig, cleanup_policies_combine) {
  EXPECT_EQ(parsed({{"cleanup.policy", "compact"}})->cleanup_policy,
            (CleanupPolicy{.remove = false, .compact = true}));
  EXPECT_EQ(parsed({{"cleanup.policy", "compact, delete"}})->cleanup_policy,
            (CleanupPolicy{.remove = true, .compact = true}));
}

TEST(TopicConfig, an_unknown_name_is_refused_as_kafka_does) {
  EXPECT_EQ(refusal("retention", "1"), "Unknown topic config name: retention");
  EXPECT_EQ(refusal("", "1"), "Unknown topic config name: ");
}

TEST(TopicConfig, a_bad_value_is_refused_as_kafka_does) {
  EXPECT_EQ(refusal("retention.ms", "abc"),
            "Invalid value abc for configuration retention.ms: Not a number of type LONG");
  EXPECT_EQ(refusal("retention.ms", "-2"),
            "Invalid value -2 for configuration retention.ms: Value must be at least -1");
  EXPECT_EQ(refusal("segment.bytes", "4294967296"),
            "Invalid value 4294967296 for configuration segment.bytes: Not a number of type INT");
  EXPECT_EQ(refusal("preallocate", "1"),
            "Invalid value 1 for configuration preallocate: Expected value to be either true or "
            "false");
  EXPECT_EQ(refusal("cleanup.policy", "burn"),
            "Invalid value burn for configuration cleanup.policy: String must be one of: compact, "
            "delete");
}

TEST(TopicConfig, ratios_lie_between_none_and_all) {
  EXPECT_EQ(parsed({{"min.cleanable.dirty.ratio", "0.1"}})->min_cleanable_dirty_ratio, 0.1);
  EXPECT_NE(refusal("min.cleanable.dirty.ratio", "1.5").find("no more than 1"), std::string::npos);
  EXPECT_NE(refusal("min.cleanable.dirty.ratio", "x").find("DOUBLE"), std::string::npos);
}

TEST(TopicConfig, compaction_lags_must_not_contradict_each_other) {
  EXPECT_FALSE(parsed({{"min.compaction.lag.ms", "10"}, {"max.compaction.lag.ms", "5"}}));
}

TEST(TopicConfig, a_guard_needs_a_partitioner_to_go_by) {
  EXPECT_EQ(refusal("tenon.partitioner.guard", "warn"),
            "tenon.partitioner.guard has nothing to go by: set tenon.partitioner, too, or turn the "
            "guard off");
  EXPECT_EQ(refusal("tenon.partitioner.guard", "off"), "accepted");
  TopicConfig defaults;
  defaults.tenon_partitioner = "hash";
  defaults.partitioner_guard = PartitionerGuard::kWarn;
  EXPECT_FALSE(parse_topic_config(defaults, {{"tenon.partitioner", ""}}));
}

TEST(TopicConfig, a_topic_may_name_no_partitioner_but_must_name_its_storage) {
  EXPECT_EQ(refusal("tenon.partitioner", ""), "accepted");
  EXPECT_EQ(refusal("tenon.storage", ""),
            "Invalid value  for configuration tenon.storage: String must be non-empty");
}

TEST(TopicConfig, blanks_around_a_value_are_ignored_and_booleans_have_no_case) {
  EXPECT_EQ(parsed({{"retention.ms", " 7 "}})->retention_ms, 7);
  EXPECT_TRUE(parsed({{"preallocate", "TRUE"}})->preallocate);
}

TEST(TopicConfig, the_list_is_complete_and_ordered_by_name) {
  const auto entries = list_topic_config({}, {});
  EXPECT_TRUE(std::ranges::is_sorted(entries, {}, &ConfigEntry::name));
  for (const char* name : {"cleanup.policy", "retention.ms", "tenon.fsync", "tenon.partitioner",
                           "tenon.partitioner.guard", "tenon.storage"})
    EXPECT_EQ(std::ranges::count(entries, name, &ConfigEntry::name), 1) << name;
}

TEST(TopicConfig, a_listed_value_is_kafkas_text) {
  EXPECT_EQ(listed("retention.ms", {}).value, "604800000");
  EXPECT_EQ(listed("min.cleanable.dirty.ratio", {}).value, "0.5");
  EXPECT_EQ(listed("preallocate", {}).value, "false");
  EXPECT_EQ(listed("compression.type", {}).value, "producer");
}

TEST(TopicConfig, only_the_storage_is_read_only) {
  for (const ConfigEntry& entry : list_topic_config({}, {{"tenon.storage", "memory"}}))
    EXPECT_EQ(entry.read_only, entry.name == "tenon.storage") << entry.name;
}

TEST(TopicConfig, a_listed_list_keeps_the_order_it_was_given_in) {
  for (const char* text : {"delete,compact", "compact,delete"})
    EXPECT_EQ(listed("cleanup.policy", {{"cleanup.policy", text}}).value, text);
  EXPECT_EQ(listed("cleanup.policy", {{"cleanup.policy", "delete, compact"}}).value,
            "delete,compact");
}

TEST(TopicConfig, a_value_says_where_it_is_from) {
  TopicConfig defaults;
  defaults.retention_ms = 1000;
  EXPECT_EQ(listed("retention.ms", {}).source, ConfigSource::kDefault);
  EXPECT_EQ(listed("retention.ms", {}, defaults).source, ConfigSource::kStaticBroker);
  EXPECT_EQ(listed("retention.ms", {{"retention.ms", "5"}}).source, ConfigSource::kDynamicTopic);
}

TEST(TopicConfig, synonyms_lead_from_the_topic_to_the_built_in_default) {
  TopicConfig defaults;
  defaults.retention_ms = 1000;
  const auto synonyms = listed("retention.ms", {{"retention.ms", "5"}}, defaults).synonyms;
  ASSERT_EQ(synonyms.size(), 3u);
  EXPECT_EQ(synonyms[0].name, "retention.ms");
  EXPECT_EQ(synonyms[1].name, "log.retention.ms");
  EXPECT_EQ(synonyms[1].value, "1000");
  EXPECT_EQ(synonyms[2].value, "604800000");
}

TEST(TopicConfig, one_value_can_be_asked_for_by_name) {
  EXPECT_EQ(topic_config_text({}, "segment.ms"), "604800000");
  EXPECT_EQ(topic_config_text({}, "no.such"), std::nullopt);
}

TEST(TopicConfig, every_default_of_toml_parses_to_the_built_in_one) {
  TopicConfig config;
  for (const auto& option : topic_default_options()) {
    const auto value = convert(text_value(option.default_text, {}), option.shape);
    ASSERT_TRUE(value.has_value()) << option.toml_name << ": " << option.default_text;
    set_topic_default(config, option.toml_name, *value);
  }
  EXPECT_EQ(config, TopicConfig{});
}

}  // namespace
}  // namespace tenon::config
