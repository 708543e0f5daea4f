// SPDX-License-Identifier: Apache-2.0
//
// Old and new plugins in old and new hosts. This file and the kernel's plugin room are compiled
// twice: with this SDK (abi_matrix_this_test) and with the next one as make_next_sdk.py writes it,
// in which every struct has grown (abi_matrix_next_test). Plugins: "this", built with this SDK;
// "next", built with the next one, content with any host; "needs-next", which asks for its minor.
#include <gtest/gtest.h>

#include <cstring>

#include "base/sim_scheduler.h"
#include "plugin/abi_error.h"
#include "plugin/host.h"
#include "plugin/load/interface_check.h"
#include "plugin/load/module_check.h"
#include "plugin/testing_image.h"

namespace tenon::plugin {
namespace {

#ifdef TN_NEXT_SDK
constexpr bool kNextHost = true;
#else
constexpr bool kNextHost = false;
#endif

std::string path_of(const std::string& name) {
  return std::string(TENON_GROWERS) + "/partitioner-" + name + ".so";
}

tn_topic_view topic_of(int32_t n) {
  tn_topic_view topic{};
  topic.struct_size = sizeof topic;
  topic.n_partitions = n;
  return topic;
}

tn_record keyed_record() {
  tn_record record{};
  record.struct_size = sizeof record;
  record.key = {reinterpret_cast<const uint8_t*>("k"), 1};
  return record;
}

// --- the broker's own host
// --------------------------------------------------------------------------

class PluginHostMatrix : public testing::TestWithParam<const char*> {
 protected:
  std::expected<std::unique_ptr<PluginHost>, PluginHost::Problems> load(const std::string& name) {
    const auto read = config::read_text(
        "[partitioner." + name + "]\npath = \"" + path_of(name) + "\"\nadded = 20\n", "x.toml");
    return PluginHost::load(read.settings.plugins, {&scheduler_.clock(), &random_, nullptr});
  }

  SimScheduler scheduler_;
  SeededRandom random_{1};
};

TEST_P(PluginHostMatrix, old_and_new_plugins_are_loaded_and_run) {
  const auto host = load(GetParam());
  ASSERT_TRUE(host) << host.error().front().message();
  const Partitioner& partitioner = *(*host)->partitioner(GetParam());
  auto state = partitioner.new_state();
  EXPECT_EQ(partitioner.choose(state, topic_of(1000), keyed_record()), 21);
  ASSERT_EQ((*host)->list().front().options.size(), 2u);
  EXPECT_EQ((*host)->list().front().options[1].name, "added");
}

// The new member of what an assignor is given is there only for a new plugin in a new host.
TEST_P(PluginHostMatrix, old_and_new_assignors_are_loaded_and_run) {
  const std::string name = GetParam();
  const auto read = config::read_text(
      "[assignor." + name + "]\npath = \"" + TENON_GROWERS + "/assignor-" + name + ".so\"\n",
      "x.toml");
  const auto host =
      PluginHost::load(read.settings.plugins, {&scheduler_.clock(), &random_, nullptr});
  ASSERT_TRUE(host) << host.error().front().message();
  AssignorGroup group;
  group.topics = {{.name = "t", .partitions = 2}};
  group.members = {{.id = "a", .topics = {0}}, {.id = "b", .topics = {0}}};
  const auto readers = (*host)->assignor(name)->assign(
      group, {.clock = scheduler_.clock(),
              .deadline = scheduler_.clock().now() + std::chrono::seconds(1)});
  ASSERT_TRUE(readers) << readers.error().text();
  const int32_t reader = kNextHost && name == "next" ? 1 : 0;
  EXPECT_EQ(readers->front(), (std::vector<int32_t>{reader, reader}));
}

INSTANTIATE_TEST_SUITE_P(Plugins, PluginHostMatrix, testing::Values("this", "next"));

TEST_F(PluginHostMatrix, a_plugin_that_needs_the_next_minor_says_so_to_an_old_host) {
  const auto host = load("needs-next");
  ASSERT_EQ(host.has_value(), kNextHost);
  if (kNextHost) return;
  EXPECT_EQ(host.error().front().message(),
            "x.toml:2:8: partitioner \"needs-next\": " + path_of("needs-next") +
                ": it needs plugin ABI 1.2, but this Tenon has 1.1: use a newer Tenon, or rebuild "
                "it for this one");
}

// --- hosts of any size
// ------------------------------------------------------------------------------

// A tn_host with whatever lies behind it, which nobody may read past struct_size.
struct SizedHost {
  explicit SizedHost(size_t size) {
    std::memset(&host, 0x5a, sizeof host);
    std::memset(behind, 0x5a, sizeof behind);
    host.struct_size = static_cast<uint32_t>(size);
    host.abi_major = TN_ABI_MAJOR;
    host.abi_minor = TN_ABI_MINOR;
    host.reserved = 0;
    host.version = "test";
    host.ctx = nullptr;
    host.log = [](const tn_host*, int32_t, const char*, size_t) {};
    host.get_extension = [](const tn_host*, const char*) -> const void* { return nullptr; };
#ifdef TN_NEXT_SDK
    if (size >= sizeof host) host.next_answer = [](const tn_host*) -> int32_t { return 42; };
#endif
  }

  tn_host host;
  uint64_t behind[8];
};

class SizedHostMatrix : public testing::Test {
 protected:
  static int32_t answer(const std::string& name, size_t host_size) {
    const SizedHost sized(host_size);
    const tn_module& module = *module_of(path_of(name));
    EXPECT_TRUE(check_module(module, name));
    const tn_descriptor& descriptor = **find_descriptor(module, "partitioner", name, name);
    tn_value values[2] = {};
    tn_config config{};
    config.struct_size = TN_CONFIG_SIZE_1_0;
    config.n_values = 2;
    config.values = values;
    void* self = nullptr;
    tn_error error = empty_error();
    EXPECT_EQ(descriptor.create(&sized.host, &config, &self, &error), TN_OK);
    const tn_partitioner& api = **partitioner_interface(descriptor, name);
    const tn_topic_view topic = topic_of(1000);
    const tn_record record = keyed_record();
    const int32_t partition = api.partition(self, nullptr, &topic, &record);
    descriptor.destroy(self);
    return partition;
  }
};

TEST_F(SizedHostMatrix, a_host_of_1_0_is_all_that_a_plugin_reads_of_it) {
  EXPECT_EQ(answer("this", TN_HOST_SIZE_1_0), 1);
  EXPECT_EQ(answer("next", TN_HOST_SIZE_1_0), 1);
}

TEST_F(SizedHostMatrix, a_host_of_this_build_gives_what_it_has) {
  EXPECT_EQ(answer("this", sizeof(tn_host)), 1);
  EXPECT_EQ(answer("next", sizeof(tn_host)), kNextHost ? 42 : 1);
}

#ifdef TN_NEXT_SDK
TEST_F(SizedHostMatrix, a_host_larger_than_any_sdk_knows_is_fine) {
  EXPECT_EQ(answer("this", sizeof(SizedHost)), 1);
  EXPECT_EQ(answer("next", sizeof(SizedHost)), 42);
}

TEST_F(SizedHostMatrix, a_new_host_finds_the_new_function_of_new_plugins_alone) {
  const auto table = [](const char* name) {
    const tn_module& module = *module_of(path_of(name));
    return *partitioner_interface(*module.descriptors[0], name);
  };
  EXPECT_FALSE(TN_HAS(table("this"), tn_partitioner, next_partition));
  ASSERT_TRUE(TN_HAS(table("next"), tn_partitioner, next_partition));
  EXPECT_EQ(table("next")->next_partition(nullptr), 7);
}
#else
TEST_F(SizedHostMatrix, an_old_host_takes_the_longer_table_of_a_new_plugin) {
  const tn_module& module = *module_of(path_of("next"));
  EXPECT_GT(module.struct_size, sizeof(tn_module));
  const auto table = partitioner_interface(*module.descriptors[0], "next");
  ASSERT_TRUE(table);
  EXPECT_GT((*table)->struct_size, sizeof(tn_partitioner));
}
#endif

}  // namespace
}  // namespace tenon::plugin
